"""Controls, tonnes of magnets and exposure on made data with known answers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trucewatch.errors import DataError, ParameterError
from trucewatch.page.words import words_of
from trucewatch.reports.rare_earths import exposure as rare_earths_exposure
from trucewatch.reports.rare_earths import facts
from trucewatch.trade import magnet_counts as rare_earths

DAY = pd.Timestamp


def magnets(*rows, place="USA"):
    """Periods as (first, first day after, tonnes, basis)."""
    names = ["period_from", "period_to", "quantity_t", "basis"]
    table = pd.DataFrame(rows, columns=names)
    return table.assign(
        period_from=pd.to_datetime(table["period_from"]),
        period_to=pd.to_datetime(table["period_to"]),
        partner_iso3=place,
        is_aggregate=False,
        source="made",
    )


def year_of(values, year=2025, basis="reported"):
    firsts = pd.date_range(f"{year}-01-01", periods=len(values) + 1, freq="MS")
    return [(a, b, v, basis) for a, b, v in zip(firsts[:-1], firsts[1:], values, strict=True)]


def test_a_period_of_two_months_is_spread_over_them_and_no_month_is_made_up():
    table = magnets(
        ("2025-01-01", "2025-03-01", 100, "derived"), ("2025-04-01", "2025-05-01", 30, "reported")
    )
    rows = rare_earths.tonnes(table, "USA")
    assert rows["per_month_t"].tolist() == [50, 30]
    assert rare_earths.absent_months(rows).tolist() == [DAY("2025-03-01")]
    assert rare_earths.mean_month(rows, DAY("2025-01-01"), 2).mean_t == 50
    assert rare_earths.mean_month(rows, DAY("2025-01-01"), 3) is None
    assert rare_earths.mean_month(rows, DAY("2025-02-01"), 1) is None  # only together with January


def test_a_mean_over_one_derived_figure_is_derived():
    table = magnets(*year_of([10, 20]), ("2025-03-01", "2025-04-01", 30, "derived"))
    rows = rare_earths.tonnes(table, "USA")
    assert rare_earths.mean_month(rows, DAY("2025-01-01"), 2).basis == "reported"
    assert rare_earths.mean_month(rows, DAY("2025-01-01"), 3).basis == "derived"


def test_an_unknown_destination_is_refused():
    with pytest.raises(DataError, match="USA"):
        rare_earths.tonnes(magnets(*year_of([1])), "DEU")


def test_the_base_is_the_months_before_the_month_of_the_control():
    rows = rare_earths.tonnes(magnets(*year_of([100, 110, 120, 0, 0])), "USA")
    assert rare_earths.before_control(rows, DAY("2025-04-04"), 2).mean_t == 115
    with pytest.raises(ParameterError, match="before_months 4"):
        rare_earths.before_control(rows, DAY("2025-04-04"), 4)


def test_missing_tonnes_only_for_months_with_a_twin_and_never_negative():
    table = magnets(
        ("2024-02-01", "2024-03-01", 100, "derived"),
        ("2024-03-01", "2024-04-01", 100, "reported"),
        *year_of([1, 60, 130, 1]),
    )
    found = rare_earths.against_norm(rare_earths.tonnes(table, "USA"), [2024])
    assert found["month"].tolist() == [DAY("2025-02-01"), DAY("2025-03-01")]
    assert found["missing_t"].tolist() == [40, 0]
    assert found["index"].tolist() == [60, 130]
    assert found["norm_basis"].tolist() == ["derived", "reported"]


def test_missing_tonnes_add_up_as_they_are_shown():
    """Norms of 669 and 596 tonnes, of which 590 and 420.5 came: 79 and 176 are missing, 255 together."""
    table = magnets(*year_of([669, 596], 2024), *year_of([590, 420.5]))
    found = rare_earths.against_norm(rare_earths.tonnes(table, "USA"), [2024])
    assert [f"{value:,.0f}" for value in (*found["missing_t"], found["missing_t"].sum())] == [
        "79",
        "176",
        "255",
    ]
    assert (found["norm_t"] - found["actual_t"]).tolist() == found["missing_t"].tolist()


def test_the_norm_is_the_mean_of_the_years_that_hold_the_month():
    table = magnets(*year_of([100, 10], 2023), *year_of([200], 2024), *year_of([90, 5]))
    found = rare_earths.against_norm(rare_earths.tonnes(table, "USA"), [2023, 2024])
    assert found["norm_t"].tolist() == [150, 10]
    with pytest.raises(ParameterError, match="no later month"):
        rare_earths.against_norm(rare_earths.tonnes(table, "USA"), [2025])


@pytest.mark.parametrize(
    ("later", "verdict"),
    [([90, 90, 90], "resumed"), ([89, 90, 90], "partly resumed"), ([10, 10, 10], "not resumed")],
)
def test_the_verdict_on_resumed_supplies(later, verdict):
    rows = rare_earths.tonnes(magnets(*year_of([100, 100, 100, 40, 10, 20, *later, 500])), "USA")
    found = rare_earths.resumption(
        rows,
        "made",
        DAY("2025-04-04"),
        DAY("2025-10-25"),
        before_months=3,
        claim_months=3,
        resumed_share=0.9,
    )
    # October is not over on the day of the claim, so its 500 tonnes do not count
    assert found.verdict == verdict
    assert found.share == pytest.approx(np.mean(later) / 100)
    assert found.lowest_month == DAY("2025-05-01")


def test_a_claim_whose_months_are_not_there_is_refused():
    rows = rare_earths.tonnes(magnets(*year_of([100, 100, 100, 40, 10])), "USA")
    with pytest.raises(ParameterError, match="claim_date 2025-10-25"):
        rare_earths.resumption(
            rows,
            "x",
            DAY("2025-04-04"),
            DAY("2025-10-25"),
            before_months=3,
            claim_months=3,
            resumed_share=0.9,
        )


def acts(*rows):
    names = ["act_id", "date_announced", "date_effective", "date_ended", "kind", "status"]
    table = pd.DataFrame(rows, columns=names)
    return table.assign(citation="c", title="t", scope_note="s", confidence="verified", note="")


def test_the_life_of_a_control_ends_where_its_suspension_begins():
    table = rare_earths.controls(
        acts(
            ("stands", "2025-04-04", "2025-04-04", None, "export_control", "in_force"),
            ("never", "2025-10-09", "2025-12-01", "2025-11-07", "export_control", "suspended"),
            ("short", "2025-10-09", "2025-10-09", "2025-11-07", "export_control", "suspended"),
            ("suspends", "2025-11-07", "2025-11-07", "2026-11-10", "export_control", "in_force"),
            ("tariff", "2025-11-07", "2025-11-07", "2030-01-01", "tariff_down", "in_force"),
        ),
        ["never", "short", "stands"],
    ).set_index("act_id")
    assert table.loc["stands", ["has_applied", "until"]].isna().tolist() == [False, True]
    assert table["has_applied"].to_dict() == {"stands": True, "never": False, "short": True}
    assert table.loc["never", "until"] == DAY("2026-11-10")
    with pytest.raises(ParameterError, match="unheard"):
        rare_earths.controls(acts(), ["unheard"])


# Exposure


def imports(**values):
    rows = [
        (2024, partner, partner == "EUU", code, value)
        for partner, by_code in values.items()
        for code, value in by_code.items()
    ]
    names = ["year", "partner_iso3", "is_aggregate", "hs10", "value_usd"]
    return pd.DataFrame(rows, columns=names)


def test_shares_and_concentration_of_known_suppliers():
    table = imports(
        CHN={"8505110010": 60.0, "8505110020": 0.0},
        EUU={"8505110010": 20.0},
        SVK={"8505110010": 20.0},  # inside the European Union already
        JPN={"8505110010": 20.0, "8505110020": 10.0},
    )
    bought = rare_earths_exposure.suppliers(table, ["850511"], members={"SVK"})
    row = rare_earths_exposure.concentration(bought, ["code"]).iloc[0]
    assert row["imports_usd"] == 110
    assert row["share"] == pytest.approx(60 / 110)
    assert row["hhi"] == pytest.approx((60**2 + 20**2 + 30**2) / 110**2)
    assert row["effective_suppliers"] == pytest.approx(1 / row["hhi"])
    assert (row["next_supplier"], row["next_share"]) == ("JPN", pytest.approx(30 / 110))
    lines = rare_earths_exposure.concentration(bought, ["code", "hs10"]).set_index("hs10")
    assert lines.loc["8505110020", "share"] == 0


@given(st.lists(st.floats(min_value=1, max_value=1e9), min_size=1, max_size=20))
def test_the_effective_number_lies_between_one_and_the_number_of_suppliers(values):
    rows = pd.DataFrame(
        {"code": "x", "partner_iso3": [f"P{k:02d}" for k in range(len(values))], "value_usd": values}
    )
    found = rare_earths_exposure.concentration(rows, ["code"], partner="P00").iloc[0]
    assert 1 - 1e-9 <= found["effective_suppliers"] <= len(values) + 1e-9
    assert 0 < found["share"] <= 1


def test_a_code_without_imports_is_refused():
    with pytest.raises(ParameterError, match="999999"):
        rare_earths_exposure.suppliers(imports(CHN={"8505110010": 1.0}), ["999999"], members=())


def test_the_newest_month_meets_the_same_month_before_the_control():
    """406 tonnes in March 2026 were 30.6 % below March 2025 (Reuters of 20 April 2026)."""
    months = [
        *pd.date_range("2025-01-01", "2025-04-01", freq="MS"),
        *pd.date_range("2026-01-01", "2026-03-01", freq="MS"),
    ]
    table = pd.DataFrame(
        {
            "period_from": months,
            "period_to": [month + pd.DateOffset(months=1) for month in months],
            "partner_iso3": "USA",
            "quantity_t": [683.0, 600.0, 585.0, 100.0, 545.0, 449.0, 406.0],
            "basis": "reported",
            "source": "",
        }
    )
    periods = rare_earths.tonnes(table, "USA")
    month = rare_earths.same_months(periods, DAY("2025-04-04"), 1)
    assert round(100 * month.change, 1) == -30.6
    quarter = rare_earths.same_months(periods, DAY("2025-04-04"), 3)
    assert quarter.change == pytest.approx(1400 / 1868 - 1)
    # April 2026 would meet April 2024, before the control, and that month is not known
    later = pd.concat(
        [table, table.tail(1).assign(period_from=DAY("2026-04-01"), period_to=DAY("2026-05-01"))]
    )
    assert rare_earths.same_months(rare_earths.tonnes(later, "USA"), DAY("2025-04-04"), 1) is None


def test_without_a_placebo_the_sentence_names_none():
    values = pd.DataFrame(
        {"hs6": ["850511"], "base_year": 2024, "year": 2025, "base_usd": 100.0, "value_usd": 80.0}
    )
    said = words_of("trucewatch.reports.rare_earths")("values", **facts.value_changes(values, ["850511"], []))
    assert "in value. Two annual values" in said
    assert "placebo" not in said
