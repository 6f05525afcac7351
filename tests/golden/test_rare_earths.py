"""Published figures of rare earth magnets, from the clean tables, each with its source."""

import pandas as pd
import pytest

from trucewatch.ledger.ledger import load_ledger
from trucewatch.ledger.origins import eu_members
from trucewatch.page.benchmarks import read_published
from trucewatch.page.measured import answers
from trucewatch.reports.rare_earths import exposure as rare_earths_exposure
from trucewatch.reports.rare_earths import published as rare_earths_published
from trucewatch.tables import read_table
from trucewatch.trade import magnet_counts as rare_earths

DAY = pd.Timestamp


@pytest.fixture(scope="module")
def magnets():
    return read_table("magnet_exports_monthly")


@pytest.mark.parametrize(
    ("check_id", "printed"),
    [
        # Reuters of 20 June, 20 July and 20 August 2025
        ("gacc_magnets_wld_2025_05", 1_238),
        ("gacc_magnets_wld_2025_06", 3_188),
        ("gacc_magnets_wld_2025_07", 5_577),
        ("gacc_magnets_usa_2025_05", 46),
        ("gacc_magnets_usa_2025_06", 353),
        ("gacc_magnets_usa_2025_07", 619),
        ("gacc_magnets_wld_2025_h1", 22_319),
        # Reuters of 19 and 20 January 2026
        ("gacc_magnets_wld_2025", 57_392),
        ("gacc_magnets_usa_2025", 5_933),
        # Reuters of 20 April 2026
        ("gacc_magnets_wld_2026_q1", 16_001),
    ],
)
def test_the_printed_tonnes_come_out_within_a_tonne(check_id, printed, magnets):
    ours = answers(read_published("rare_earths"), rare_earths_published.checked_numbers(magnets))
    assert ours[check_id] == pytest.approx(printed, abs=1)


def test_the_printed_months_from_june_on_add_up_to_the_printed_total_between(magnets):
    """January to September less January to May, both printed: four months that were printed singly too."""
    rows = rare_earths.tonnes(magnets, "WLD")
    span = rare_earths.mean_month(rows, DAY("2025-06-01"), 4)
    assert span.basis == "reported"
    assert span.mean_t * 4 == 39_817 - 19_132


def test_months_solved_from_rates_are_marked(magnets):
    rows = rare_earths.tonnes(magnets, "USA").set_index("first")["basis"]
    assert rows[DAY("2025-04-01")] == "derived"
    assert rows[DAY("2025-05-01")] == "reported"
    assert (rows[:"2024-12"] == "derived").all()


def test_a_derived_norm_gives_back_the_printed_rate(magnets):
    """Reuters: June 2025 world down 38.1 %, September 2025 world up 17.5 %, United States down 29.5 %."""
    world = rare_earths.against_norm(rare_earths.tonnes(magnets, "WLD"), [2024]).set_index("month")["index"]
    states = rare_earths.against_norm(rare_earths.tonnes(magnets, "USA"), [2024]).set_index("month")["index"]
    assert world[DAY("2025-06-01")] == pytest.approx(100 - 38.1, abs=0.1)
    assert world[DAY("2025-09-01")] == pytest.approx(100 + 17.5, abs=0.1)
    assert states[DAY("2025-09-01")] == pytest.approx(100 - 29.5, abs=0.1)
    # independent: both figures of July were printed, and so was the rate, 5.7 % (Reuters of 20 August 2025)
    assert world[DAY("2025-07-01")] == pytest.approx(100 + 5.7, abs=0.1)
    assert DAY("2025-05-01") not in world.index


def test_the_controls_of_october_2025_were_suspended_to_november_2026():
    """MOFCOM and GACC announcement No. 70 of 7 November 2025; No. 18 of 4 April 2025 is not part of it."""
    ids = ["cn_20250404_rare_earths7", "cn_20251009_no57_rare_earths5", "cn_20251009_no62_re_technology"]
    table = rare_earths.controls(load_ledger().frame("acts"), ids).set_index("act_id")
    assert table["until"].tolist()[1:] == [DAY("2026-11-10")] * 2
    assert pd.isna(table.loc[ids[0], "suspended"])
    assert table["has_applied"].tolist() == [True, False, True]


def test_exposure_of_2024_against_a_count_made_another_way():
    """The same shares from a cross table of the raw imports, the European Union as one supplier."""
    imports = read_table("us_imports_hs10_partner_annual")
    bought = rare_earths_exposure.suppliers(imports, ["850511"], eu_members(load_ledger()))
    row = rare_earths_exposure.concentration(bought, ["code"]).iloc[0]
    raw = imports[imports["hs10"].str.startswith("850511") & (imports["partner_iso3"] != "SVK")]
    wide = raw.pivot_table(index="partner_iso3", columns="hs10", values="value_usd", aggfunc="sum").sum(
        axis=1
    )
    assert row["share"] == pytest.approx(wide["CHN"] / wide.sum())
    assert row["hhi"] == pytest.approx(float((wide / wide.sum()).pow(2).sum()))
    # Comtrade's 2024 imports from China under HS 8505.11
    products = read_table("us_trade_hs6_annual")
    comtrade = rare_earths_exposure.imports_from_china(products, ["850511"]).iloc[0]["base_usd"]
    assert row["at_risk_usd"] == pytest.approx(comtrade, rel=0.02)
