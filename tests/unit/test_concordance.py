"""Families of codes and industries: nothing may be lost on the way."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trucewatch.errors import DataError
from trucewatch.tables import concordance

#: One code that stays, one that was split, two that were merged, and two old that became two new crosswise.
PAIRS = pd.DataFrame(
    [
        ("100000", "100000"),
        ("200001", "200000"),
        ("200002", "200000"),
        ("300000", "300001"),
        ("300000", "300002"),
        ("400001", "400001"),
        ("400001", "400002"),
        ("400002", "400002"),
    ],
    columns=["hs6_2022", "hs6_2017"],
)


@pytest.fixture
def families() -> concordance.Families:
    return concordance.families(PAIRS)


def test_each_component_is_one_family_of_its_kind(families: concordance.Families) -> None:
    assert families.kind.to_dict() == {
        "100000": "one to one",
        "200001": "one to many",
        "300000": "many to one",
        "400001": "many to many",
    }
    assert families.of_old["300002"] == families.of_new["300000"] == "300000"
    assert families.of_old["400001"] == families.of_new["400002"]


@given(st.lists(st.floats(0, 1e12), min_size=8, max_size=8), st.sampled_from(["new", "old"]))
def test_totals_survive_splits_and_merges(values: list[float], edition: str) -> None:
    column = {"new": "hs6_2022", "old": "hs6_2017"}[edition]
    codes = [*sorted(set(PAIRS[column])), "999999", "999998"]
    trade = pd.Series(values[: len(codes)], index=codes[: len(values)])
    found = concordance.families(PAIRS).totals(trade, edition)
    assert found.sum() == pytest.approx(trade.sum(), rel=1e-9)


def test_a_split_gives_the_same_family_total_in_both_editions(families: concordance.Families) -> None:
    old = families.totals(pd.Series({"200000": 10.0, "100000": 1.0}), "old")
    new = families.totals(pd.Series({"200001": 4.0, "200002": 6.0, "100000": 1.0}), "new")
    assert old.to_dict() == new.to_dict()


def test_share_of_many_to_many_families(families: concordance.Families) -> None:
    totals = families.totals(pd.Series({"400001": 30.0, "400002": 20.0, "100000": 50.0}), "new")
    assert families.many_to_many_share(totals) == pytest.approx(0.5)


def test_an_empty_code_is_refused() -> None:
    with pytest.raises(DataError, match="two codes"):
        concordance.families(PAIRS.assign(hs6_2017=[None, *PAIRS["hs6_2017"][1:]]))


def test_a_lost_total_is_an_error() -> None:
    with pytest.raises(DataError, match="total over families"):
        concordance.check_totals(100.0, 100.0 + 1e-6, "families")
    concordance.check_totals(100.0, 100.0 + 1e-8, "families")


def test_a_younger_number_takes_the_industry_of_its_line_only_if_there_is_one() -> None:
    table = pd.DataFrame(
        {
            "hs10": ["8471300100", "8471300200", "8517130000", "8517140000"],
            "naics": ["334111", "334112", "334210", "335999"],
        }
    )
    found = concordance.industry_of(
        pd.Series(["8471300100", "8471300190", "8471300900", "8517999999"]), table
    )
    assert found["naics"].tolist() == ["334", "334", "334", ""]
    assert found["method"].tolist() == ["direct", "eight digits", "six digits", "none"]
    totals, shares = concordance.by_industry(pd.Series([3.0, 1.0], index=["8471300900", "0101210000"]), table)
    assert totals.to_dict() == {"": 1.0, "334": 3.0}
    assert shares.sum() == pytest.approx(1.0)
