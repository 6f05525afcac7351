"""China's side of the ledger against figures that others published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from statistics import fmean

import pandas as pd
import pytest

from tests.snapback import snapback
from trucewatch.answers.lookup import lookup
from trucewatch.duty import applicable, resolve, total
from trucewatch.ledger.ledger import Ledger
from trucewatch.paths import sources_dir

WAIVER = frozenset({"cn_market_waiver"})
SOYBEANS, LNG = "12019019", "27111100"

# Three lines of annex 4 (unexposed film, 3702.52 and 3702.54) have no MFN rate in the source of the base
# table, so they are no lines of it.
FILM_WITHOUT_MFN = 3


@pytest.fixture(scope="module")
def lines(ledger: Ledger) -> list[str]:
    """Eight-digit lines of China's schedule of 2018."""
    sheet = ledger.base_rates["CHN"]
    editions = {code: sheet.at(code)[0].edition for code in sheet.codes if len(code) == 8}
    return [code for code, edition in editions.items() if edition.startswith("China 2018")]


@pytest.fixture(scope="module")
def imports_2017() -> pd.Series:
    """China's imports from the United States in 2017 by eight-digit line, thousand USD."""
    path = sources_dir() / "piie" / "china_imports_from_us_hs8.csv.gz"
    return pd.read_csv(path, dtype={"hs8": str}).set_index("hs8")["value_k_usd"]


def duty(ledger: Ledger, code: str, day: str, **facts: object) -> Decimal:
    lines = applicable(ledger, code, "USA", date.fromisoformat(day), importer="CHN", **facts)  # type: ignore[arg-type]
    return total(resolve(lines, []))


def listed(ledger: Ledger, code: str, *scopes: str) -> bool:
    """Whether the longest prefix in any of the lists includes the code."""
    return any(
        rows[-1].is_included for scope in scopes if (rows := ledger.scopes[f"cn_{scope}"].matching(code))
    )


def covered(ledger: Ledger, code: str, day: str) -> Iterator[str]:
    found = applicable(ledger, code, "USA", date.fromisoformat(day), importer="CHN")
    yield from (line.authority for line in found if line.pp)


@pytest.mark.parametrize(
    ("scopes", "announced"),
    [
        (("232r_15",), 120),
        (("232r_25",), 8),
        (("301r_list1", "301r_list1_cars"), 545),
        (("301r_list2", "301r_list2_cars"), 333),
        (("301r_list3_a",), 2493),
        (("301r_list3_b",), 1078),
        (("301r_list3_c",), 974),
        (("301r_list3_d", "301r_list3_cars"), 662 - FILM_WITHOUT_MFN),
    ],
)
def test_lists_hold_the_announced_number_of_lines(
    ledger: Ledger, lines: list[str], scopes: tuple[str, ...], announced: int
) -> None:
    # Tariff Commission, 1 April, 15 June, 8 August and 18 September 2018 (annex counts of the last)
    assert sum(listed(ledger, code, *scopes) for code in lines) == announced


@pytest.mark.parametrize(
    ("day", "authority", "share_pct", "tolerance"),
    [
        # value of each list in 2017 (Bown, Jung and Zhang): 3.0, 33.8, 14.2 and 53.4 of USD 154.84 bn
        ("2018-04-02", "CN_232R", 1.9, 0.1),
        ("2018-07-06", "CN_301R", 21.8, 0.1),
        ("2018-08-23", "CN_301R", 31.0, 0.1),
        # six-digit rows stand in for 316 lines of the trade table that the list table does not know
        ("2018-09-24", "CN_301R", 65.5, 0.5),
        # PIIE: 58.3 % under special duties after Phase One; the list of September 2019 is an upper bound
        ("2020-02-14", "CN_301R", 58.3, 3.0),
    ],
)
def test_share_of_2017_imports_under_each_answer(
    ledger: Ledger, imports_2017: pd.Series, day: str, authority: str, share_pct: float, tolerance: float
) -> None:
    reached = sum(
        value for code, value in imports_2017.items() if authority in covered(ledger, str(code), day)
    )
    assert 100 * reached / imports_2017.sum() == pytest.approx(share_pct, abs=tolerance)


def test_simple_average_of_may_2025(ledger: Ledger, lines: list[str]) -> None:
    # UIBE (Ning Jingxin), simple average over tariff lines after Geneva: 32.94 %, by the letter: published
    # exclusions, of which no text was found after 28 February 2025, are not deducted
    upper = [lookup(code, "USA", "2025-05-14", "CHN", ledger=ledger).upper_pct for code in lines]
    assert fmean(map(float, upper)) == pytest.approx(32.94, abs=0.5)


@pytest.mark.parametrize(
    ("day", "with_vat_pct"),
    [
        # American Soybean Association, 9 April 2025: 114.73 % in all; farmdoc, summer 2025: 34 %
        ("2025-04-10", 114.73),
        ("2025-09-15", 34.07),
    ],
)
def test_soybeans_with_vat(ledger: Ledger, day: str, with_vat_pct: float) -> None:
    vat_pct = 9
    landed = (1 + float(duty(ledger, SOYBEANS, day, claims=WAIVER)) / 100) * (1 + vat_pct / 100) - 1
    assert 100 * landed == pytest.approx(with_vat_pct, abs=0.005)


@pytest.mark.parametrize(
    ("day", "waived"),
    [
        ("2025-01-20", 0),
        ("2025-02-10", 15),
        ("2025-04-10", 99),
        ("2025-04-12", 140),
        ("2025-05-14", 25),
        ("2025-11-10", 25),
    ],
)
def test_gas_pays_the_february_duty_throughout(ledger: Ledger, day: str, waived: int) -> None:
    # announcements 2025 Nos. 1, 4, 5 and 6; the tranche of 2018 adds 25 where it is not waived
    assert duty(ledger, LNG, day, claims=WAIVER) == waived
    assert duty(ledger, LNG, day) == waived + 25


@pytest.mark.parametrize(
    ("loaded", "entered", "wanted"),
    [
        # No. 4 of 2025: left before 10 April and imported by 13 May; No. 2: before 10 March and by 12 April
        ("2025-04-09", "2025-05-13", 13),
        ("2025-04-10", "2025-05-13", 138),
        ("2025-04-09", "2025-05-14", 23),
        ("2025-03-09", "2025-03-20", 3),
        ("2025-03-09", "2025-04-12", 3),
        ("2025-03-09", "2025-04-13", 13),
        ("2025-03-10", "2025-03-20", 13),
    ],
)
def test_goods_on_the_water(ledger: Ledger, loaded: str, entered: str, wanted: int) -> None:
    facts = {"claims": WAIVER, "loaded_date": date.fromisoformat(loaded)}
    assert duty(ledger, SOYBEANS, entered, **facts) == wanted


@pytest.mark.parametrize(
    ("known_on", "wanted"),
    [("2025-04-05", 47), ("2025-04-09", 97), ("2025-04-11", 138), ("2025-05-13", 47), ("2025-11-05", 13)],
)
def test_what_each_text_said_of_december_2025(ledger: Ledger, known_on: str, wanted: int) -> None:
    # 3 % MFN; No. 4: 34; No. 5: 84; No. 6: 125; May: 10, and 34 after 90 days; November: 10 for a year.
    # The 10 % of March counts until the text of 5 November 2025 ends it.
    facts = {"claims": WAIVER, "known_on": date.fromisoformat(known_on)}
    assert duty(ledger, SOYBEANS, "2025-12-01", **facts) == wanted


def test_snap_back_adds_the_suspended_24_points(ledger: Ledger) -> None:
    facts = {"importer": "CHN", "claims": WAIVER}
    for day in ("2025-05-14", "2025-09-01", "2026-01-01"):
        then = duty(ledger, SOYBEANS, day, claims=WAIVER)
        assert snapback(ledger, SOYBEANS, "USA", date.fromisoformat(day), **facts) == then + 24


def test_extension_without_a_text_changes_no_rate(ledger: Ledger) -> None:
    announced = ledger.act["both_20260923_truce_extension"]
    assert (announced.status, announced.confidence) == ("announced", "unverified")
    assert not [rate for rate in ledger.rates if rate.act_id == announced.act_id]
