"""Concordances: which industry a product belongs to, which codes of two editions are one family.

A family is a connected component of the graph of changes between two editions of the Harmonized System: codes
that were split or merged meet in it, so that a series by family has no false jumps. Sums over all codes
survive.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from trucewatch.errors import DataError

KINDS = ("one to one", "one to many", "many to one", "many to many")
#: How an industry was found: the number itself, or the only industry its first 8 or 6 digits have.
METHODS = ("direct", "eight digits", "six digits", "none")
NO_INDUSTRY = ""
#: Relative difference that two totals may have: what floating point leaves.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Families:
    """Families of codes of two editions.

    - `of_new`, `of_old`: name of the family by code, for codes of the newer and of the older edition. A
      family is named by the smallest of its newer codes.
    - `kind`: by family: `one to one`, `one to many` (an old code was split), `many to one`, `many to many`
    """

    of_new: pd.Series
    of_old: pd.Series
    kind: pd.Series

    def totals(self, values: pd.Series, edition: str) -> pd.Series:
        """Sum values by code over families; codes that no concordance knows stay families of their own.

        `values`: by code, any unit; `edition`: `new` or `old`: the edition of the codes.

        Raises `DataError` if the total changed, which it must not.
        """
        names = {"new": self.of_new, "old": self.of_old}[edition]
        codes = pd.Series(values.index, index=values.index)
        family = codes.map(names).fillna(codes)
        found = values.groupby(family.to_numpy()).sum()
        check_totals(values.sum(), found.sum(), "families")
        return found

    def many_to_many_share(self, totals: pd.Series) -> float:
        """Return the share of value in families where both editions have several codes."""
        whole = float(totals.sum())
        kinds = pd.Series(totals.index, index=totals.index).map(self.kind)
        return float(totals[(kinds == KINDS[3]).to_numpy()].sum()) / whole if whole else 0.0


def families(concordance: pd.DataFrame) -> Families:
    """Return the families of a concordance.

    `concordance`: one row a pair of codes, columns `hs6_2022` and `hs6_2017`.

    Raises `DataError` if a column is missing or a cell is empty.
    """
    for column in ("hs6_2022", "hs6_2017"):
        if column not in concordance or concordance[column].isna().any():
            raise DataError("a concordance has two codes in each row", remedy="fill it", column=column)
    new_at, new = pd.factorize(concordance["hs6_2022"], sort=True)
    old_at, old = pd.factorize(concordance["hs6_2017"], sort=True)
    codes = len(new) + len(old)
    changes = coo_array((np.ones(len(concordance)), (new_at, len(new) + old_at)), shape=(codes, codes))
    _, family = connected_components(changes, directed=False)
    family_of_new, family_of_old = family[: len(new)], family[len(new) :]
    names = pd.Series(new).groupby(family_of_new).min()
    counts = zip(np.bincount(family_of_old), np.bincount(family_of_new), strict=True)
    return Families(
        pd.Series(names[family_of_new].to_numpy(), index=new),
        pd.Series(names[family_of_old].to_numpy(), index=old),
        pd.Series([_kind(olds, news) for olds, news in counts], index=names.to_numpy()).sort_index(),
    )


def _kind(olds: int, news: int) -> str:
    return f"{'many' if olds > 1 else 'one'} to {'many' if news > 1 else 'one'}"


def industry_of(codes: pd.Series, concordance: pd.DataFrame) -> pd.DataFrame:
    """Return the industry (three digits) of statistical numbers.

    Columns: `code`, `naics` (empty if not found) and `method`, in the order given. Numbers younger or older
    than the concordance take the industry that their first eight, else six, digits have, if it is the only
    one.

    `codes`: numbers of 10 (or 8) digits; `concordance`: `hs10` and `naics`, as the Census Bureau's.
    """
    industry = concordance["naics"].str[:3]
    result = pd.DataFrame({"code": codes.to_numpy(), "naics": NO_INDUSTRY, "method": METHODS[3]})
    for size, method in ((10, METHODS[0]), (8, METHODS[1]), (6, METHODS[2])):
        keys = concordance["hs10"].str[:size]
        grouped = industry.groupby(keys.to_numpy())
        lowest, highest = grouped.min(), grouped.max()
        only = lowest[lowest == highest]
        found = result["code"].where(result["code"].str.len() >= size, "").str[:size].map(only)
        take = (result["naics"] == NO_INDUSTRY) & found.notna()
        result.loc[take, "naics"] = found[take]
        result.loc[take, "method"] = method
    return result


def by_industry(values: pd.Series, concordance: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Sum values by code over industries of three digits.

    Raises `DataError` if the total changed.

    Returns `totals`, `methods`: sum by industry (the empty name holds what found none), and share of value by
    method.
    """
    found = industry_of(pd.Series(values.index), concordance)
    totals = values.groupby(found["naics"].to_numpy()).sum()
    check_totals(values.sum(), totals.sum(), "industries")
    shares = values.groupby(found["method"].to_numpy()).sum() / values.sum()
    return totals, shares.reindex(list(METHODS), fill_value=0.0)


def check_totals(before: float, after: float, what: str) -> None:
    """Raise unless two totals are the same up to floating point.

    Raises `DataError` if they are not.
    """
    if not np.isclose(before, after, rtol=TOLERANCE, atol=0.0):
        problem = f"the total over {what} is {after:,.2f}, before it was {before:,.2f}"
        raise DataError(problem, remedy="look for codes that stand twice or are empty", value=after - before)
