"""The closure of a list under ownership: worked cases, properties against an exhaustive search, bad input."""

from decimal import Decimal
from itertools import combinations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trucewatch.errors import DataError, ParameterError
from trucewatch.reports.export_controls.facts import reach
from trucewatch.reports.export_controls.ownership import (
    checked,
    fictitious_example,
    known_names,
    name_matches,
    ownership_closure,
    reach_by_threshold,
    read_owners,
)

FIRMS = "ABCDE"


def table(*rows: tuple[str, str, object]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["owner", "owned", "share_pct"])


def reached(owners: pd.DataFrame, *listed: str, **options: object) -> set[str]:
    found = ownership_closure(owners, listed, **options)  # type: ignore[arg-type]
    return set(found.loc[found["is_reached"], "firm"])


def test_half_of_a_half_is_reached_through_the_chain() -> None:
    owners = table(("A", "B", 50), ("B", "C", 50))
    assert reached(owners, "A") == {"A", "B", "C"}
    rounds = ownership_closure(owners, ["A"]).set_index("firm")["round"]
    assert rounds.to_dict() == {"A": 0, "B": 1, "C": 2}


def test_two_listed_quarters_add_up_and_do_not_when_told_not_to() -> None:
    owners = table(("A", "E", 25), ("D", "E", 25))
    assert reached(owners, "A", "D") == {"A", "D", "E"}
    assert reached(owners, "A", "D", aggregate=False) == {"A", "D"}
    assert reached(owners, "A") == {"A"}


def test_just_below_half_is_a_minority_holding_and_shown() -> None:
    found = ownership_closure(table(("A", "B", "49.9")), ["A"]).set_index("firm")
    assert not found.loc["B", "is_reached"]
    assert found.loc["B", "held_pct"] == 49.9
    assert pd.isna(found.loc["B", "round"])


def test_shares_are_exact_at_the_threshold() -> None:
    """In binary floats these three parts stay below fifty; in decimals they are fifty."""
    parts = ["14.2", "17.9", "17.9"]
    assert sum(float(part) for part in parts) < 50
    owners = table(*[(owner, "X", part) for owner, part in zip("ABC", parts, strict=True)])
    assert "X" in reached(owners, "A", "B", "C")


def test_cross_holdings_end_and_do_not_lift_themselves() -> None:
    circle = table(("B", "C", 60), ("C", "B", 60), ("A", "B", 40))
    assert reached(circle, "A") == {"A"}
    assert reached(circle, "C") == {"B", "C"}


def test_a_listed_firm_that_owns_nothing_stays_listed() -> None:
    assert reached(table(("A", "B", 10)), "Z") == {"Z"}


def test_the_fictitious_example_holds_each_case() -> None:
    found = ownership_closure(fictitious_example(), ("Amber Works", "Basalt Labs")).set_index("firm")
    assert found.loc["Dune Devices", "round"] == 2  # chain of halves
    assert found.loc["Elm Energy", "round"] == 1  # two quarters
    assert not found.loc["Fjord Fabrics", "is_reached"]  # 49.9 %
    assert "Iris Instruments" not in found.index  # owned by a firm that is not reached
    assert found.loc["Harbour Hulls", "is_reached"]  # in a cycle with Grove Glass


def test_reach_by_threshold_counts_unlisted_firms() -> None:
    counts = reach_by_threshold(table(("A", "E", 25), ("D", "E", 25)), ["A", "D"], [0.6, 0.5, 0.25])
    assert counts["threshold"].tolist() == [0.25, 0.5, 0.6]
    assert counts["added_up"].tolist() == [1, 1, 0]
    assert counts["one_owner_alone"].tolist() == [1, 0, 0]


@st.composite
def owner_tables(draw: st.DrawFn) -> pd.DataFrame:
    """Made tables over five firms in which no firm is owned to more than 100 %."""
    rows = []
    for owned in FIRMS:
        left = 100
        for owner in FIRMS:
            share = draw(st.integers(0, 60))
            if owner != owned and 0 < share <= left:
                rows.append((owner, owned, share))
                left -= share
    return table(*rows)


def smallest_closed_set(owners: pd.DataFrame, listed: set[str], percent: int, aggregate: bool) -> set[str]:
    """Intersect all closed sets that hold the list, trying every one: slow, and no code shared with ours."""
    shares = {(row.owner, row.owned): row.share_pct for row in owners.itertuples()}

    def is_closed(group: set[str]) -> bool:
        for firm in set(FIRMS) - group:
            held = [shares.get((owner, firm), 0) for owner in group]
            if held and (sum(held) if aggregate else max(held)) >= percent:
                return False
        return True

    smallest = set(FIRMS)
    for size in range(len(FIRMS) + 1):
        for members in combinations(FIRMS, size):
            group = set(members)
            if listed <= group and is_closed(group):
                smallest &= group
    return smallest


LISTS = st.sets(st.sampled_from(FIRMS), min_size=1, max_size=3)


@settings(max_examples=60, deadline=None)
@given(owner_tables(), LISTS, st.integers(10, 100), st.booleans())
def test_it_is_the_smallest_closed_set(
    owners: pd.DataFrame, listed: set[str], percent: int, aggregate: bool
) -> None:
    ours = reached(owners, *listed, threshold=percent / 100, aggregate=aggregate)
    assert ours == smallest_closed_set(owners, listed, percent, aggregate)


@settings(max_examples=40, deadline=None)
@given(owner_tables(), LISTS, st.integers(10, 99), st.sampled_from(FIRMS), st.randoms(use_true_random=False))
def test_it_grows_with_the_list_shrinks_with_the_threshold_and_ignores_order(
    owners: pd.DataFrame, listed: set[str], percent: int, more: str, chance: object
) -> None:
    at = reached(owners, *listed, threshold=percent / 100)
    assert at <= reached(owners, *listed, more, threshold=percent / 100)
    assert reached(owners, *listed, threshold=(percent + 1) / 100) <= at
    assert reached(owners, *listed, threshold=percent / 100, aggregate=False) <= at
    assert reached(owners, *at, threshold=percent / 100) == at  # a fixed point
    order = list(range(len(owners)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    shuffled = ownership_closure(owners.iloc[order], sorted(listed, reverse=True), threshold=percent / 100)
    pd.testing.assert_frame_equal(shuffled, ownership_closure(owners, listed, threshold=percent / 100))


@pytest.mark.parametrize(
    ("rows", "column", "words"),
    [
        ([("A", "B", "half")], "share_pct", "percent above 0"),
        ([("A", "B", 0)], "share_pct", "percent above 0"),
        ([("A", "B", 101)], "share_pct", "percent above 0"),
        ([("", "B", 10)], "owner", "name the firm"),
        ([("A", "B", 10), ("A", "B", 20)], "owner, owned", "one row"),
        ([("A", "B", 60), ("C", "B", 41)], "share_pct", "may not pass 100"),
    ],
)
def test_bad_rows_name_row_column_and_remedy(rows: list, column: str, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        checked(table(*rows), "mine.csv")
    assert caught.value.column == column
    assert caught.value.row == len(rows) + 1
    assert caught.value.file == "mine.csv"


def test_reading_a_users_file(tmp_path) -> None:
    path = tmp_path / "owners.csv"
    path.write_text("owner,owned,share_pct,note\nA,B,33.4,x\nC,B,16.6,y\n", encoding="utf-8")
    owners = read_owners(path)
    assert owners["share_pct"].tolist() == [Decimal("33.4"), Decimal("16.6")]
    assert "B" in reached(owners, "A", "C")
    path.write_text("owner,share_pct\nA,1\n", encoding="utf-8")
    with pytest.raises(DataError, match="column owned is missing"):
        read_owners(path)
    with pytest.raises(DataError, match="no such file"):
        read_owners(tmp_path / "none.csv")


def test_listed_names_without_a_row_are_told_with_what_is_similar() -> None:
    owners = table(("Alpha Holdings", "B", 10))
    assert known_names(owners, ["ALPHA HOLDINGS."]) == ["Alpha Holdings"]
    found = name_matches(owners, ["B", "Alpha Holding"]).to_dict("list")
    assert found == {
        "listed_name": ["B", "Alpha Holding"],
        "in_table": ["B", ""],
        "similar_names": ["", "Alpha Holdings"],
    }
    assert known_names(owners, ["B", "Zeta"]) == ["B"]
    assert known_names(owners, ["Z"]) == []
    assert reach(ownership_closure(owners, [])) == {"listed": 0, "new": 0, "near": 0, "longest": 0}
    with_form = table(("Alpha Holdings Co., Ltd.", "B", 10))
    assert name_matches(with_form, ["Alpha Holdings"])["similar_names"].tolist() == [
        "Alpha Holdings Co., Ltd."
    ]
    with pytest.raises(ParameterError, match="empty"):
        known_names(owners, [])


ROWS = "owner,owned,share_pct\nAlpha Holdings,Beta Co,51\nGamma Ltd,Beta Co,30\nBETA CO.,Delta Inc,49.9\n"


@pytest.mark.parametrize(
    "raw",
    [
        ROWS.encode(),
        ROWS.replace(",", ";").encode("utf-16"),
        ROWS.replace("owner,owned,share_pct", "Owner,Company,Ownership %").encode("utf-8-sig"),
        b"List of owners\n\n" + ROWS.encode(),
        ROWS.replace("51", "51 %").replace("30", "30%").replace("49.9", "49.9%").encode(),
    ],
)
def test_a_table_of_owners_is_read_as_it_is(tmp_path, raw: bytes) -> None:
    path = tmp_path / "owners.csv"
    path.write_bytes(raw)
    owners = read_owners(path)
    assert owners["share_pct"].tolist() == [Decimal(51), Decimal(30), Decimal("49.9")]
    # one spelling of a firm: the chain holds
    assert owners["owner"].tolist()[2] == owners["owned"].tolist()[0]


@pytest.mark.parametrize(
    ("header", "shares"),
    [("share_pct", ("0.51", "0.3")), ("share", ("0.51", "0.3")), ("share", ("0.51", "30"))],
)
def test_what_could_be_fractions_is_refused(tmp_path, header: str, shares: tuple[str, str]) -> None:
    path = tmp_path / "owners.csv"
    path.write_text(f"owner,owned,{header}\nA,B,{shares[0]}\nC,B,{shares[1]}\n", encoding="utf-8")
    with pytest.raises(DataError, match="fractions or percent"):
        read_owners(path)


def test_a_small_holding_in_a_column_of_percent_is_small(tmp_path) -> None:
    path = tmp_path / "owners.csv"
    path.write_text("owner,owned,share_pct\nA,B,0.51\nC,B,30\n", encoding="utf-8")
    assert read_owners(path)["share_pct"].tolist() == [Decimal("0.51"), Decimal(30)]


@pytest.mark.parametrize(
    ("heads", "encoding"),
    [
        ("Parent Company,Subsidiary Name,Ownership Percentage", "utf-8"),
        ("Shareholder Name,Company Name,% Owned", "utf-8"),
        ("Parent entity,Entity name,Percentage of ownership (%)", "utf-16"),
        ("股东,公司,持股比例", "gb18030"),
    ],
)
def test_columns_of_owners_go_by_the_names_people_use(tmp_path, heads: str, encoding: str) -> None:
    path = tmp_path / "owners.csv"
    path.write_text(f"{heads}\n甲,乙,51%\n", encoding=encoding)
    assert read_owners(path).to_numpy().tolist() == [["甲", "乙", Decimal(51)]]


def test_a_refused_row_has_its_number_in_the_file(tmp_path) -> None:
    path = tmp_path / "owners.csv"
    path.write_text("Owners of B\n\nowner,owned,share_pct\nA,B,51\nC,B,>50\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_owners(path)
    assert caught.value.row == 5
    path.write_text("one,two,three\nA,B,51\n", encoding="utf-8")
    with pytest.raises(DataError, match="table of owners"):
        read_owners(path)


@pytest.mark.parametrize("threshold", [0, -0.1, 1.1])
def test_a_threshold_out_of_range_is_refused(threshold: float) -> None:
    with pytest.raises(ParameterError, match="threshold"):
        ownership_closure(table(("A", "B", 10)), ["A"], threshold=threshold)
