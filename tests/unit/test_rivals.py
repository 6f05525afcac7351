"""China's rivals: whose trade weighs, what part claimed a preference, and China's premium over them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

import trucewatch as tw
from trucewatch.duty.averages import value_on
from trucewatch.duty.panel import TOTALS, Panel, build_panel
from trucewatch.errors import DataError, ParameterError
from trucewatch.ledger.ledger import load_ledger
from trucewatch.reports.tariff_timeline import premium
from trucewatch.tables import read_table
from trucewatch.trade import preference, rivals
from trucewatch.trade.weights import CONCORDANCE, TRADE_2024, partner_shares, spread, trade_values

DAY = date(2025, 12, 1)


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return {name: read_table(name) for name in rivals.TABLES}


def _panel(rates: dict[str, str]) -> Panel:
    rows = [
        {"importer": "USA", "origin": "KOR", "code": code, "is_line": True, "valid_from": date(2024, 1, 1)}
        | {"valid_to": date(2025, 1, 1), "rate_pct": Decimal(rate)}
        for code, rate in rates.items()
    ]
    table = pa.Table.from_pylist(rows, schema=pa.schema([TOTALS.field(name) for name in rows[0]]))
    return Panel("USA", "KOR", date(2024, 1, 1), date(2025, 1, 1), table, table)


def test_the_part_that_claimed_follows_from_the_duty_collected() -> None:
    general = _panel({"11110000": "10", "22220000": "4", "33330000": "8", "44440000": "5"})
    claiming = _panel({"11110000": "0", "22220000": "4", "33330000": "2", "44440000": "0"})
    trade = pd.DataFrame(
        {
            "year": 2024,
            "hs10": ["1111000010", "1111000090", "2222000000", "3333000000", "4444000000"],
            "value_usd": [60.0, 40.0, 100.0, 100.0, 100.0],
            # a quarter of 11110000 paid 10; nothing to claim on 22220000; half of 33330000 paid 8 and half 2;
            # 44440000 paid more than the law: nobody claimed
            "duty_usd": [2.5, 0.0, 4.0, 5.0, 7.0],
        }
    )
    found = preference.from_duty(general, claiming, trade)
    assert found.to_dict() == pytest.approx({"11110000": 0.75, "33330000": 0.5, "44440000": 0.0})


def test_the_premium_is_china_less_the_mean_of_its_rivals() -> None:
    ends = {
        "valid_from": [date(2025, 1, 1), date(2025, 2, 1)],
        "valid_to": [date(2025, 2, 1), date(2025, 4, 1)],
    }
    china = pd.DataFrame({**ends, "rate_pct": [10.0, 30.0]})
    others = pd.DataFrame(
        {
            "partner_iso3": ["AAA", "AAA", "BBB"],
            "valid_from": [date(2025, 1, 1), date(2025, 3, 1), date(2025, 1, 1)],
            "valid_to": [date(2025, 3, 1), date(2025, 4, 1), date(2025, 4, 1)],
            "rate_pct": [4.0, 8.0, 0.0],
        }
    )
    china, others = (frame.assign(low_pct=0.0, high_pct=frame["rate_pct"] + 1) for frame in (china, others))
    found = premium.by_day(china, others, pd.Series({"AAA": 75.0, "BBB": 25.0, "CHN": 100.0}), ["AAA"])
    assert list(found["valid_from"]) == [date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1)]
    assert list(found["rivals_pct"]) == [4.0, 4.0, 8.0]
    assert list(found["premium_pp"]) == [6.0, 26.0, 22.0]
    assert list(found["others_pct"]) == [3.0, 3.0, 6.0]
    assert list(found["all_pct"]) == [6.5, 16.5, 18.0]
    assert list(found["all_low_pct"]) == [0.0] * 3
    assert list(found["all_high_pct"]) == [7.5, 17.5, 19.0]
    assert list(found["highest"]) == ["AAA"] * 3


def test_assessed_duty_of_the_union_is_the_sum_of_its_members() -> None:
    totals = pd.DataFrame(
        {
            "month": pd.Timestamp("2025-03-01"),
            "partner_iso3": ["DEU", "IRL", "MEX", "WLD"],
            "is_aggregate": [False, False, False, True],
            "value_usd": [300.0, 100.0, 50.0, 900.0],
            "duty_usd": [30.0, 0.0, 5.0, 90.0],
        }
    )
    found = premium.assessed(totals, frozenset({"DEU", "IRL"})).iloc[0]
    assert found.to_dict() == pytest.approx({"DEU": 10.0, "IRL": 0.0, "MEX": 10.0, "EUU": 7.5})


def test_the_largest_rivals_are_those_of_the_census(tables: dict[str, pd.DataFrame]) -> None:
    """US imports for consumption 2024 (Census Bureau): the European Union, Mexico, Canada, Japan."""
    assert rivals.largest(tables[TRADE_2024], 4) == ["EUU", "MEX", "CAN", "JPN"]


def test_only_products_that_were_sold_give_the_same_average(tables: dict[str, pd.DataFrame]) -> None:
    from trucewatch.duty.averages import TOTAL, average_rate
    from trucewatch.trade.weights import IMPORTS_2024, weight_set

    law = load_ledger()
    whole = build_panel(law, "USA", "GBR", DAY, DAY)
    shares = weight_set(IMPORTS_2024, whole, tables).shares
    expected = value_on(average_rate(whole, shares, by=TOTAL), DAY)
    sold = frozenset(trade_values(IMPORTS_2024, "USA", "GBR", tables).index.str[:6])
    part = build_panel(law, "USA", "GBR", DAY, DAY, subheadings=sold)
    assert part.totals.num_rows < whole.totals.num_rows
    found = average_rate(part, weight_set(IMPORTS_2024, part, tables).shares, by=TOTAL)
    assert value_on(found, DAY) == pytest.approx(expected, abs=1e-9)


@pytest.mark.slow
def test_a_member_of_the_union_is_weighed_with_the_trade_of_the_union() -> None:
    france, germany = (tw.average_rate(origin=origin, by="total", on=DAY) for origin in ("FRA", "DEU"))
    assert "from the European Union" in germany.attrs["weights"]
    assert france["rate_pct"].tolist() == germany["rate_pct"].tolist()


@pytest.mark.slow
def test_claims_in_use_lie_between_none_and_all() -> None:
    rates = {
        which: float(tw.average_rate(origin="KOR", by="total", on=DAY, preferences=which)["rate_pct"].iloc[0])
        for which in ("none", "used", "all")
    }
    assert rates["all"] < rates["used"] < rates["none"]
    # nearly all of what KORUS frees claims it, so the average in use is close to that with all claims
    assert rates["used"] - rates["all"] < 0.25 * (rates["none"] - rates["all"])


@pytest.mark.slow
@pytest.mark.parametrize("partner", ["VNM", "KOR", "CAN"])
def test_the_stage_and_the_function_give_one_number(partner: str) -> None:
    found = rivals.read(ledger=load_ledger())
    asked = tw.average_rate(origin=partner, by="total", on=DAY).iloc[0]
    own = found[found["partner_iso3"] == partner]
    for column in rivals.COLUMNS:
        assert value_on(own, DAY, column) == pytest.approx(asked[column], abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("origin", ["KOR", "CAN"])
def test_the_bounds_hold_both_routes_whatever_is_claimed(origin: str) -> None:
    found = [
        tw.average_rate(origin=origin, by="total", on=DAY, preferences=which).iloc[0]
        for which in ("none", "used", "all")
    ]
    assert len({(row["low_pct"], row["high_pct"]) for row in found}) == 1
    for row in found:
        assert row["low_pct"] <= row["rate_pct"] <= row["high_pct"]


def test_all_imports_are_weighed_with_what_each_partner_sold() -> None:
    """China sold 60 of 100 at 30 %, a partner 30 at 4 and then 8 %, another 10 at nothing."""
    first, middle, end = date(2025, 1, 1), date(2025, 3, 1), date(2025, 4, 1)
    china = pd.DataFrame({"valid_from": [first], "valid_to": [end], "rate_pct": [30.0]})
    suppliers = pd.DataFrame(
        {
            "partner_iso3": ["AAA", "AAA", "BBB"],
            "valid_from": [first, middle, first],
            "valid_to": [middle, end, end],
            "rate_pct": [4.0, 8.0, 0.0],
        }
    )
    china, suppliers = (
        frame.assign(low_pct=frame["rate_pct"] / 2, high_pct=frame["rate_pct"] + 5)
        for frame in (china, suppliers)
    )
    trade = pd.DataFrame(
        {"year": 2024, "partner_iso3": ["CHN", "AAA", "BBB"], "value_usd": [60.0, 30.0, 10.0]}
    )
    whole = rivals.together(china, suppliers, trade, others=False)
    assert whole["valid_from"].tolist() == [first, middle]
    assert whole["rate_pct"].tolist() == pytest.approx([0.6 * 30 + 0.3 * 4, 0.6 * 30 + 0.3 * 8])
    # half of each, and five points more on all
    assert whole["low_pct"].tolist() == pytest.approx([9.6, 10.2])
    assert whole["high_pct"].tolist() == pytest.approx([24.2, 25.4])
    rest = rivals.together(china, suppliers, trade, others=True)
    assert rest["rate_pct"].tolist() == pytest.approx([0.75 * 4, 0.75 * 8])


def test_all_imports_lie_between_china_and_the_others() -> None:
    """China sold 13.4 % of US imports in 2024 (Census Bureau), so its average counts for as much."""
    rates = {
        origin: float(tw.average_rate(origin=origin, by="total", on=DAY)["rate_pct"].iloc[0])
        for origin in ("CHN", "all", "others")
    }
    assert rates["others"] < rates["all"] < rates["CHN"]
    share = (rates["all"] - rates["others"]) / (rates["CHN"] - rates["others"])
    assert share == pytest.approx(0.134, abs=0.005)
    frame = tw.average_rate(origin="all")
    assert frame["valid_from"].iloc[0] == date(2025, 1, 1)
    assert (frame["low_pct"] <= frame["rate_pct"]).all()
    assert (frame["rate_pct"] <= frame["high_pct"]).all()


@pytest.mark.parametrize(
    ("day", "published"),
    [
        # Budget Lab at Yale, daily statutory rate, weights of 2024 (vintage of March 2026)
        ("2025-10-15", 16.52),
        # Waugh, trade-war-redux-2025, import-weighted average, weights of 2024
        ("2025-11-14", 14.77),
        ("2026-08-19", 11.63),
    ],
)
def test_the_average_on_all_imports_is_near_the_published_ones(day: str, published: float) -> None:
    assert tw.average_rate(origin="all", on=day)["rate_pct"].iloc[0] == pytest.approx(published, abs=0.5)


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ({"by": "authority"}, "by: found 'authority'"),
        ({"weights": "simple"}, "weights: found 'simple'"),
        ({"products": "85"}, "products"),
        ({"variant": "met"}, "variant: found 'met'"),
        ({"lens": "as_finally_held"}, "lens"),
        ({"preferences": "none"}, "preferences: found 'none'"),
    ],
)
def test_what_all_imports_have_no_answer_for_is_refused(asked: dict[str, str], part: str) -> None:
    with pytest.raises(ParameterError, match=part):
        tw.average_rate(origin="all", **asked)


def test_a_day_before_the_averages_names_the_first(tables: dict[str, pd.DataFrame]) -> None:
    with pytest.raises(DataError, match="2025-01-01"):
        tw.average_rate(origin="others", on="2024-12-31")


def test_trade_of_many_partners_is_spread_as_that_of_one(tables: dict[str, pd.DataFrame]) -> None:
    products = pd.DataFrame(
        {
            "code": ["85171300", "8517620010", "85176200", "95030000", "95030099"],
            "is_line": [True, False, True, True, True],
            "valid_from": [date(2024, 1, 1)] * 4 + [date(2025, 7, 1)],
            "valid_to": [date(2026, 1, 1)] * 3 + [date(2025, 7, 1), date(2026, 1, 1)],
        }
    )
    trade = tables[TRADE_2024]
    trade = trade[trade["partner_iso3"].isin(["VNM", "MEX"]) & trade["hs10"].str[:4].isin(["8517", "9503"])]
    found = partner_shares(trade.rename(columns={"hs10": "code"}), products, tables[CONCORDANCE])
    for partner, own in trade.groupby("partner_iso3"):
        expected, _ = spread(own.groupby("hs10")["value_usd"].sum(), products, tables[CONCORDANCE])
        keys = ["code", "valid_from", "valid_to"]
        ours = found[found["partner_iso3"] == partner].merge(
            expected, on=keys, how="outer", suffixes=("", "_1")
        )
        assert len(ours) == len(expected) > 5
        assert (ours["share"] - ours["share_1"]).abs().max() < 1e-12


def test_published_averages_stand_beside_ours_on_their_own_base() -> None:
    from types import SimpleNamespace

    own = pd.DataFrame(
        {
            "partner_iso3": "VNM",
            "valid_from": [date(2025, 1, 1), date(2025, 8, 7)],
            "valid_to": [date(2025, 8, 7), date(2026, 1, 1)],
            "rate_pct": [4.0, 18.0],
        }
    )
    rows = [
        SimpleNamespace(
            check_id=f"a_us_on_{iso}_x", publisher="P", date="2025-12-01", series="s", cause="", why=""
        )
        for iso in ("vnm", "vnm", "chn")
    ]
    for row, value, unit in zip(
        rows, ("18.5", "15", "1"), ("percent", "percentage points", "percent"), strict=False
    ):
        row.value, row.unit = value, unit
    found = premium.beside_published(rows, own, {"VNM": "Vietnam"})
    assert found["partner"].tolist() == ["Vietnam"] * 2
    assert found["gap_pp"].tolist() == [-0.5, -1.0]


def test_averages_of_another_state_of_the_law_are_refused() -> None:
    law = load_ledger()
    with pytest.raises(DataError, match="another state of the law"):
        rivals.read(ledger=replace(law, ledger_hash="0" * 64))


def test_averages_that_are_not_built_name_the_command(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="dvc repro rivals"):
        rivals.read(tmp_path)
