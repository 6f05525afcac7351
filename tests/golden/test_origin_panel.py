"""The panel of all origins says what the lookup says: floors, deals, preferences, column 2, everyone else."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from trucewatch.answers.lookup import lookup
from trucewatch.cli import main
from trucewatch.duty.averages import TOTAL, average_rate, value_on
from trucewatch.duty.origin_panel import (
    FIRST_DAY,
    TOTALS,
    OriginPanel,
    build_origin_panel,
    read_origin_panel,
)
from trucewatch.duty.panel import build_panel
from trucewatch.duty.stacking import AS_FINALLY_HELD, applicable, readings, resolve, rules_on, total
from trucewatch.errors import DataError, ParameterError
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.origins import preferences_of, seen_from

CHOSEN = (
    "DEU", "IRL", "JPN", "KOR", "CHE", "LIE", "GBR", "TWN",  # floors, ceilings and deals
    "CAN", "MEX", "ISR", "HND", "KEN",  # preferences
    "RUS", "BLR", "CUB",  # column 2
    "BRA", "IND", "CHN", "HKG", "VNM", "TUV",
)  # fmt: skip
pytestmark = pytest.mark.slow
CELLS, ALL_CELLS = 1500, 6000
"""Random cells: of the origins above, and of all before a release."""


@pytest.fixture(scope="module")
def panel(ledger: Ledger) -> OriginPanel:
    return build_origin_panel(ledger, origins=CHOSEN, is_bounded=True)


def _compare(panel: OriginPanel, ledger: Ledger, count: int) -> None:
    """Draw cells and hold each against the stacking of that code, origin and day alone."""
    draw = random.Random(20250802)
    codes, origins = panel.products["code"].to_pylist(), panel.origins["origin"].to_pylist()
    days = (panel.end - panel.first).days
    compared = set()
    while len(compared) < count:
        code, origin = draw.choice(codes), draw.choice(origins)
        on = panel.first + timedelta(days=draw.randrange(days))
        row = panel.at(code, origin, on)
        law = seen_from(ledger, "USA", origin)
        read = readings(applicable(ledger, code, origin, on), rules_on(law, on))
        lines = read.law
        if row is None:
            assert lines[0].status == "not_modelled", (code, origin, on)
            continue
        compared.add((code, origin, on))
        claims = frozenset(
            row.claim for row in preferences_of(ledger, "USA", origin) if row.valid_from <= on < row.valid_to
        )
        claiming = resolve(applicable(ledger, code, origin, on, claims=claims), rules_on(law, on))
        low, _, high = read.bounds()
        expected = {
            "rate_pct": total(lines),
            "held_pct": total(lines, AS_FINALLY_HELD),
            "claimed_pct": total(claiming),
            "low_pct": low,
            "high_pct": high,
            "is_complete": all(line.status != "not_modelled" for line in lines),
        }
        assert {name: row[name] for name in expected} == expected, (code, origin, on)
    assert len({origin for _, origin, _ in compared}) > 0.9 * len(origins)


def test_random_cells_of_every_kind_of_origin_equal_the_stacking(panel: OriginPanel, ledger: Ledger) -> None:
    _compare(panel, ledger, CELLS)


@pytest.mark.exhaustive
@pytest.mark.parametrize("first", [FIRST_DAY, date(2018, 1, 1)])
def test_random_cells_of_all_origins_equal_the_stacking(ledger: Ledger, first: date) -> None:
    whole = build_origin_panel(ledger, first=first, is_bounded=True)
    assert whole.origins["origin"].to_pylist() == list(ledger.origins("USA"))
    _compare(whole, ledger, ALL_CELLS)


def _compare_all(panel: OriginPanel, ledger: Ledger, origin: str, on: date) -> None:
    """Hold every product of an origin on a day against the panel of that origin, with and without claims."""
    found = panel.on(on, origin).set_index("code")
    claims = frozenset(
        row.claim for row in preferences_of(ledger, "USA", origin) if row.valid_from <= on < row.valid_to
    )
    for claimed, column in ((frozenset[str](), "rate_pct"), (claims, "claimed_pct")):
        one = build_panel(ledger, "USA", origin, on, on, claims=claimed).totals.to_pandas()
        expected = one.set_index("code")["rate_pct"].astype(float)
        pd.testing.assert_series_equal(
            found[column].reindex(expected.index), expected, check_names=False, obj=f"{origin} {column}"
        )


def test_all_products_of_canada_equal_its_own_panel(panel: OriginPanel, ledger: Ledger) -> None:
    """On this day a claim frees truck parts of one duty and leaves them to another that had given way."""
    _compare_all(panel, ledger, "CAN", date(2026, 9, 1))


@pytest.mark.exhaustive
@pytest.mark.parametrize("on", [date(2025, 4, 9), date(2025, 9, 20), date(2026, 9, 1)])
@pytest.mark.parametrize("origin", ["CHE", "CHN", "DEU", "GBR", "HND", "JPN", "KOR", "MEX", "RUS", "TWN"])
def test_all_products_equal_the_panel_of_the_origin(
    panel: OriginPanel, ledger: Ledger, origin: str, on: date
) -> None:
    _compare_all(panel, ledger, origin, on)


def test_total_and_confidence_equal_the_lookup(panel: OriginPanel, ledger: Ledger) -> None:
    draw = random.Random(7)
    named = {code[:8] for code in panel.products["code"].to_pylist() if len(code) > 8}
    codes = [code for code in panel.products["code"].to_pylist() if len(code) == 8 and code not in named]
    compared = 0
    while compared < 200:
        code, origin = draw.choice(codes), draw.choice(CHOSEN)
        on = panel.first + timedelta(days=draw.randrange((panel.end - panel.first).days))
        row = panel.at(code, origin, on)
        if row is None:
            continue
        found = lookup(code, origin, on, ledger=ledger)
        if found.total_pct is None:  # metal content differs by number below the line
            assert found.lower_pct <= row["rate_pct"] <= found.upper_pct
            continue
        compared += 1
        assert (row["rate_pct"], row["confidence"]) == (found.total_pct, found.confidence), (code, origin, on)


# EO 14326 section 2 (EU) and EO 14345 (Japan): 15 all-in, column 1 where that is higher; EO 14257 section 2:
# 10 on everyone from 5 April 2025; EO 14323: 40 on Brazil besides, roasted coffee not yet spared
@pytest.mark.parametrize(
    ("code", "origin", "on", "rate"),
    [
        ("95030000", "DEU", date(2025, 9, 15), 15),
        ("95030000", "JPN", date(2025, 9, 17), 15),
        ("64029150", "DEU", date(2025, 9, 15), 37.5),
        ("95030000", "TUV", date(2025, 5, 1), 10),
        ("09012100", "BRA", date(2025, 9, 1), 50),
    ],
)
def test_texts_that_were_read(panel: OriginPanel, code: str, origin: str, on: date, rate: float) -> None:
    row = panel.at(code, origin, on)
    assert row is not None
    assert float(row["rate_pct"]) == rate


def test_a_number_pays_what_the_longest_code_it_begins_with_pays(panel: OriginPanel) -> None:
    on = date(2025, 9, 15)
    assert panel.at("9503000073", "VNM", on) == panel.at("95030000", "VNM", on) is not None
    assert panel.at("9999999999", "VNM", on) is None
    assert panel.at("95030000", "XXX", on) is None
    assert panel.at("95030000", "VNM", date(2024, 12, 31)) is None


def test_groups_are_as_few_as_they_can_be(panel: OriginPanel) -> None:
    frame = panel.totals.to_pandas()
    names = ["valid_from", "valid_to", *TOTALS.names[4:]]
    frame["row"] = pd.util.hash_pandas_object(frame[names].astype(str), index=False)
    for group, other in (("product_group", "origin_group"), ("origin_group", "product_group")):
        rows = frame.pivot_table("row", group, other, aggfunc="sum")
        assert not rows.duplicated().any()


def test_neighbors_differ_and_do_not_overlap(panel: OriginPanel) -> None:
    frame = panel.totals.to_pandas()
    pair = frame.groupby(["product_group", "origin_group"])
    assert (frame["valid_from"] < frame["valid_to"]).all()
    after = pair["valid_from"].shift(-1)
    assert (after.isna() | (after >= frame["valid_to"])).all()
    names = TOTALS.names[4:]
    touches = after == frame["valid_to"]
    same = (pair[names].shift(-1) == frame[names]).all(axis=1)
    assert not (touches & same).any()


def test_averages_are_those_of_the_panel_of_one_origin(panel: OriginPanel, ledger: Ledger) -> None:
    sold = frozenset({"950300", "852872", "870323", "640291"})
    one = build_panel(ledger, "USA", "JPN", FIRST_DAY, subheadings=sold)
    lines = sorted({code for code in one.totals["code"].to_pylist() if len(code) == 8})
    shares = pd.DataFrame(
        {"code": lines, "valid_from": FIRST_DAY, "valid_to": date.max, "share": 1 / len(lines)}
    )
    expected = average_rate(one, shares, by=TOTAL)
    found = panel.averages(shares.assign(partner_iso3="JPN", origin="JPN"))
    days = sorted({*expected["valid_from"], *found["valid_from"]})
    assert len(days) > 5
    for day in days:
        assert value_on(found, day) == pytest.approx(value_on(expected, day), abs=1e-8)


def test_what_is_written_is_read_again(panel: OriginPanel, ledger: Ledger, tmp_path: Path) -> None:
    panel.write(tmp_path / "panel")
    panel.write(tmp_path / "panel")  # a panel may be replaced
    found = read_origin_panel(tmp_path / "panel", ledger)
    assert found.gaps.equals(panel.gaps)
    for name in ("products", "origins", "totals"):
        assert getattr(found, name).equals(getattr(panel, name))
    assert (found.first, found.end, found.importer) == (panel.first, panel.end, panel.importer)
    with pytest.raises(DataError, match="another state of the law"):
        read_origin_panel(tmp_path / "panel", replace(ledger, ledger_hash="another"))
    with pytest.raises(DataError, match="not there"):
        read_origin_panel(tmp_path)


def test_the_command_leaves_a_folder_of_other_things_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = CliRunner().invoke(main, ["panel", str(tmp_path), "--origin", "VNM"])
    assert done.exit_code == 2
    assert "name a new folder" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_days_in_the_wrong_order_are_refused(ledger: Ledger) -> None:
    with pytest.raises(ParameterError, match="before it starts"):
        build_origin_panel(ledger, first=date(2025, 2, 1), last=date(2025, 1, 1))


def test_a_frame_has_the_rows_of_each_product_and_origin(panel: OriginPanel) -> None:
    frame = panel.to_frame(["950300", "8703"], ["VNM", "DEU"])
    assert set(frame["origin"]) == {"VNM", "DEU"}
    assert set(frame["code"].str[:4]) == {"9503", "8703"}
    for code, origin, on, rate in frame[["code", "origin", "valid_from", "rate_pct"]].itertuples(index=False):
        row = panel.at(code, origin, on)
        assert row is not None
        assert row["rate_pct"] == rate


def test_the_panel_says_what_no_total_shows(panel: OriginPanel) -> None:
    """Cuba: 31 CFR part 515; Russia: Executive Orders 14066 and 14068; Germany: nothing of its own."""
    gaps = panel.gaps.to_pandas()
    of = {origin: " ".join(own["what"]) for origin, own in gaps.groupby("origin")}
    assert "embargo" in of["CUB"] and "import bans" in of["RUS"] and "ban" not in of["DEU"]
    assert (gaps["valid_from"] >= panel.first).all() and (gaps["valid_to"] <= panel.end).all()
    assert "`gaps` names" in str(panel)
