"""Whom a list reaches through ownership: the closure of a list under a share of ownership.

The affiliates rule (90 FR 47201) put every firm at least half owned by listed parties, directly or through
others, by one or by several together, under the listing itself. A firm so reached counts as listed for the
firms it owns: shares are added over owners in the set, not multiplied along a chain. The reach is the
smallest set L that holds the list and every firm of which owners in L together hold the threshold; it is
unique, whatever the order of the search, and exists with cycles of cross-holdings too.

Shares are exact decimals, so that 49.9 + 0.1 is 50.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Collection, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pandas as pd

from trucewatch.answers.catalogue_columns import plain_name
from trucewatch.answers.user_file import read_user_table
from trucewatch.answers.user_table import NoHeaderError
from trucewatch.errors import DataError, ParameterError

COLUMNS = ("owner", "owned", "share_pct")
_HUNDRED = Decimal(100)
_SIMILAR = 0.8
"""From here on two names are told as similar, for a person to look at."""

_LEGAL_FORM = re.compile(
    r"( (co|company|corp|corporation|inc|incorporated|limited|ltd|llc|plc|gmbh|ag|sa|spa|bv|nv|pte|kk))+$"
)
"""Legal forms at the end of a folded name."""


def read_owners(path: Path) -> pd.DataFrame:
    """Read a table of owners from a CSV file and check it.

    Names as text, `share_pct` as exact decimals.

    - `path`: columns `owner`, `owned`, `share_pct` (percent of the owned firm, above 0 to 100), one holding a
      row. Other columns are kept out.

    Raises `DataError` naming file, row and column of the first cell that cannot be used.
    """
    if not path.is_file():
        raise DataError("there is no such file", remedy="give the path of a CSV file of owners", file=path)
    try:
        table = read_user_table(path, _heads_found)
    except NoHeaderError as error:
        raise DataError(
            "no row names the columns of a table of owners",
            remedy=f"name the columns {', '.join(COLUMNS)}",
            file=path.name,
            value=error.value,
        ) from None
    at: dict[str, int] = {}
    for place, name in enumerate(table.header):
        if (role := _role(name)) is not None:
            at.setdefault(role, place)
    missing = [column for column in COLUMNS if column not in at]
    if missing:
        raise DataError(
            f"column {missing[0]} is missing", remedy=f"name the columns {', '.join(COLUMNS)}", file=path.name
        )
    cells = {column: table.columns[at[column]].to_pylist() for column in COLUMNS}
    cells["share_pct"] = _in_percent(cells["share_pct"], table.header[at["share_pct"]], path.name)
    return checked(_one_spelling(pd.DataFrame(cells)), path.name, table.rows.to_pylist())


_FORMS = {"name", "company", "entity", "firm", "of", "the", "legal", "direct"}
_ROLES: dict[str, tuple[set[str], set[str]]] = {
    "share_pct": (
        {"share", "shares", "ownership", "stake", "percent", "percentage", "pct", "shareholding", "equity",
         "持股比例"},
        {"owned", "held", "holding", "in", "of", "the", "direct", "interest"},
    ),
    "owner": ({"owner", "shareholder", "parent", "holder", "investor", "股东", "股东名称"}, _FORMS),
    "owned": (
        {"owned", "company", "subsidiary", "firm", "entity", "investee", "affiliate", "公司", "公司名称"},
        _FORMS,
    ),
}  # fmt: skip
"""What a column can be: its name has one of the first words, and none beyond both sets."""


def _role(name: str) -> str | None:
    words = set(plain_name(name).split())
    return next(
        (role for role, (own, beside) in _ROLES.items() if words & own and words <= own | beside), None
    )


def _heads_found(cells: Sequence[str]) -> int:
    roles = {role for cell in cells if (role := _role(cell)) is not None}
    return len(roles) if len(roles) > 1 else 0


def _in_percent(cells: list[str], header: str, file: str) -> list[str]:
    """Return shares in percent; what could be fractions of one is refused, never read as percent."""
    bare = [cell.replace("%", "").replace(",", ".").strip() for cell in cells]
    plain = {
        cell: one
        for cell, text in zip(cells, bare, strict=True)
        if "%" not in cell and (one := _number(text))
    }
    small = next((cell for cell, one in plain.items() if one <= 1), None)
    is_percent = any("%" in cell for cell in cells) or (
        bool({"pct", "percent", "percentage"} & set(plain_name(header).split()))
        and any(one > 1 for one in plain.values())
    )
    if small is not None and not is_percent:
        raise DataError(
            "fractions or percent? some shares are at most 1",
            remedy="write 51% for more than half and 0.51% for less than one percent",
            file=file,
            column=header,
            value=small,
        )
    return bare


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def folded(name: str) -> str:
    """Return a name without case, signs and doubled blanks: BETA CO. is Beta Co."""
    return " ".join(re.sub(r"[^\w&]+", " ", unicodedata.normalize("NFKC", name)).casefold().split())


def _one_spelling(owners: pd.DataFrame) -> pd.DataFrame:
    """Give names that differ in case and signs only the spelling that comes first."""
    first: dict[str, str] = {}
    for name in [*owners["owner"], *owners["owned"]]:
        first.setdefault(folded(name), name.strip())
    return owners.assign(**{role: [first[folded(name)] for name in owners[role]] for role in COLUMNS[:2]})


def checked(owners: pd.DataFrame, file: str = "owners", numbers: Sequence[int] | None = None) -> pd.DataFrame:
    """Check a table of owners, whose rows have these numbers in their file; return it with exact shares.

    Raises `DataError` if a name is empty, a share is no number above 0 and up to 100, a holding occurs twice,
    or the holders of a firm hold more than all of it.
    """
    seen: set[tuple[str, str]] = set()
    held: dict[str, Decimal] = defaultdict(Decimal)
    rows = []
    numbers = range(2, len(owners) + 2) if numbers is None else numbers
    for at, cells in zip(numbers, owners[list(COLUMNS)].itertuples(index=False), strict=True):
        owner, owned = str(cells[0]).strip(), str(cells[1]).strip()
        for column, name in (("owner", owner), ("owned", owned)):
            if not name or name == "nan":
                raise DataError("no name", remedy="name the firm", file=file, row=at, column=column)
        share = _share(cells[2], file, at)
        if (owner, owned) in seen:
            raise DataError(
                "this holding occurs twice",
                remedy="write one row an owner and firm, with the whole share",
                file=file,
                row=at,
                column="owner, owned",
                value=f"{owner}, {owned}",
            )
        seen.add((owner, owned))
        held[owned] += share
        if held[owned] > _HUNDRED:
            problem = f"the owners of {owned} hold {held[owned]} % together"
            remedy = "correct the shares: they may not pass 100"
            raise DataError(problem, remedy=remedy, file=file, row=at, column="share_pct", value=share)
        rows.append((owner, owned, share))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _share(value: object, file: str, row: int) -> Decimal:
    try:
        share = Decimal(str(value).strip())
    except InvalidOperation:
        share = Decimal("NaN")
    if not (share.is_finite() and 0 < share <= _HUNDRED):
        problem = "no share of ownership"
        remedy = "write a number of percent above 0 and up to 100, such as 49.9"
        raise DataError(problem, remedy=remedy, file=file, row=row, column="share_pct", value=value)
    return share


def ownership_closure(
    owners: pd.DataFrame, listed: Collection[str], *, threshold: float = 0.5, aggregate: bool = True
) -> pd.DataFrame:
    """Return every firm that listed owners touch, and whether the list reaches it.

    Sorted by `firm`: `round` (0 listed by name, 1 reached through the list, 2 through those, …; empty: not
    reached), `held_pct` (what owners in the set hold, together or, without `aggregate`, the largest of them),
    `owners_in_set` (their names) and `is_reached`. Firms with a holding below the threshold are kept: under
    the rule a minority holding asks for more care.

    - `owners`: `owner`, `owned`, `share_pct`, as `read_owners` gives it or made by hand
    - `listed`: names on the list. A name that owns nothing is still on the list.
    - `threshold`: share of a firm that makes it follow its owners, a fraction above 0 and up to 1
    - `aggregate`: whether the holdings of several owners in the set add up; otherwise one must hold the
      threshold alone

    Each firm that joins the set passes its holdings on once, so the work grows with the number of holdings,
    and a cycle ends because no firm joins twice.
    """
    if not 0 < threshold <= 1:
        raise ParameterError(f"threshold is {threshold}; it must be above 0 and at most 1")
    table = checked(owners)
    limit = Decimal(str(threshold)) * _HUNDRED
    holdings: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    for owner, owned, share in table.itertuples(index=False):
        holdings[owner].append((owned, share))

    rounds = dict.fromkeys(sorted(listed), 0)
    held: dict[str, Decimal] = defaultdict(Decimal)
    holders: dict[str, list[str]] = defaultdict(list)
    queue = deque(rounds)
    while queue:
        owner = queue.popleft()
        for owned, share in holdings[owner]:
            held[owned] = held[owned] + share if aggregate else max(held[owned], share)
            holders[owned].append(owner)
            if owned not in rounds and held[owned] >= limit:
                rounds[owned] = rounds[owner] + 1
                queue.append(owned)
    firms = sorted({*rounds, *held})
    return pd.DataFrame(
        {
            "firm": pd.array(firms, dtype="str"),
            "round": pd.array([rounds.get(firm) for firm in firms], dtype="Int64"),
            "held_pct": [float(held.get(firm, Decimal(0))) for firm in firms],
            "owners_in_set": [", ".join(sorted(holders.get(firm, []))) for firm in firms],
            "is_reached": [firm in rounds for firm in firms],
        }
    )


def known_names(owners: pd.DataFrame, listed: Collection[str]) -> list[str]:
    """Return the listed names that stand in the table of owners, as it spells them.

    Those that stand nowhere reach no one; `name_matches` tells them, with the nearest spellings.
    """
    if not listed:
        raise ParameterError("listed_firms: it is empty; name firms as the table of owners writes them")
    matches = name_matches(owners, listed)
    return list(dict.fromkeys(matches.loc[matches["in_table"] != "", "in_table"]))


def name_matches(owners: pd.DataFrame, listed: Collection[str]) -> pd.DataFrame:
    """Return for every listed name its spelling in the table of owners, and similar ones if it has none.

    Columns: `listed_name`, `in_table` (empty: stands in no row) and `similar_names` (spelled alike, or the
    same but for a legal form such as Ltd.; to be looked at by hand).
    """
    names = {folded(name): name for name in [*owners["owner"], *owners["owned"]]}
    bare: dict[str, list[str]] = defaultdict(list)
    for key, name in names.items():
        bare[_LEGAL_FORM.sub("", key)].append(name)
    rows = []
    for name in listed:
        key = folded(name)
        own = _LEGAL_FORM.sub("", key)
        near = [] if key in names else difflib.get_close_matches(own, bare, 3, _SIMILAR)
        similar = [other for one in near for other in bare[one]]
        rows.append((name, names.get(key, ""), "; ".join(similar)))
    return pd.DataFrame(rows, columns=["listed_name", "in_table", "similar_names"])


def reach_by_threshold(
    owners: pd.DataFrame, listed: Collection[str], thresholds: Collection[float]
) -> pd.DataFrame:
    """Return how many unlisted firms a list reaches at each threshold, adding holdings up or not."""
    rows = []
    for threshold in sorted(thresholds):
        counts = {
            aggregate: int(
                (
                    ownership_closure(owners, listed, threshold=threshold, aggregate=aggregate)["round"] > 0
                ).sum()
            )
            for aggregate in (True, False)
        }
        rows.append({"threshold": threshold, "added_up": counts[True], "one_owner_alone": counts[False]})
    return pd.DataFrame(rows)


#: A made-up group: no firm of this name is meant. It holds one case of each kind the rule must decide.
FICTITIOUS_LISTED = ("Amber Works", "Basalt Labs")
_FICTITIOUS = (
    ("Amber Works", "Cedar Chips", "50"),
    ("Cedar Chips", "Dune Devices", "50"),
    ("Amber Works", "Elm Energy", "25"),
    ("Basalt Labs", "Elm Energy", "25"),
    ("Amber Works", "Fjord Fabrics", "49.9"),
    ("Dune Devices", "Grove Glass", "30"),
    ("Elm Energy", "Grove Glass", "20"),
    ("Grove Glass", "Harbour Hulls", "60"),
    ("Harbour Hulls", "Grove Glass", "10"),
    ("Fjord Fabrics", "Iris Instruments", "100"),
    ("Basalt Labs", "Juniper Joints", "45"),
)


def fictitious_example() -> pd.DataFrame:
    """Return a made-up table of owners: a chain, a sum of two owners, a near miss, a cycle."""
    return checked(pd.DataFrame(list(_FICTITIOUS), columns=list(COLUMNS)), "the fictitious example")
