"""The panel says what the lookup says, cell by cell, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow.compute as pc
import pytest

from tests.snapback import snapback
from trucewatch.answers.catalogue import catalogue
from trucewatch.answers.lookup import lookup
from trucewatch.answers.paid_at import paid_at
from trucewatch.duty import applicable, product_groups, resolve, total
from trucewatch.duty.matching import Match, match
from trucewatch.duty.panel import FIRST_DAY, Panel, build_panel, read_panel, write_panel
from trucewatch.duty.product_groups import product_keys
from trucewatch.duty.stacking import AS_FINALLY_HELD, if_conditional, points, rules_on
from trucewatch.errors import DataError, ParameterError
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger, load_ledger
from trucewatch.ledger.origins import seen_from

LOOKUPS = 1000
"""Random cells a side."""

BOUNDS = 100
"""Random cells a side for the bounds, and as many where the readings differ."""


@pytest.fixture(scope="module", params=["USA", "CHN"])
def panel(request: pytest.FixtureRequest, ledger: Ledger) -> Panel:
    return build_panel(ledger, request.param)


def _rows(table, columns):  # type: ignore[no-untyped-def]
    """Rows of a table by code, as tuples."""
    found: dict[str, list[tuple]] = {}
    for code, *row in zip(*(table[name].to_pylist() for name in ("code", *columns)), strict=True):
        found.setdefault(code, []).append(tuple(row))
    return found


def test_two_thousand_random_cells_equal_the_lookup_exactly(ledger: Ledger, panel: Panel) -> None:
    totals = _rows(
        panel.totals, ("valid_from", "valid_to", "rate_pct", "held_pct", "met_pct", "snapback_pct")
    )
    duties = _rows(panel.duties, ("valid_from", "valid_to", "authority", "rate_pct"))
    draw = random.Random(20250514)
    days = (panel.end - panel.first).days
    codes = sorted(totals)
    compared = 0
    while compared < LOOKUPS:
        code, on = draw.choice(codes), panel.first + timedelta(days=draw.randrange(days))
        here = [row for row in totals[code] if row[0] <= on < row[1]]
        if not here:
            continue
        compared += 1
        raw = applicable(ledger, code, panel.origin, on, panel.importer)
        rules = rules_on(ledger, on)
        lines = resolve(raw, rules)
        expected = (
            total(lines),
            total(lines, AS_FINALLY_HELD),
            total(if_conditional(raw, rules)),
            snapback(ledger, code, panel.origin, on, panel.importer),
        )
        assert here[0][2:] == expected, (code, on)
        by_authority: dict[str, Decimal] = {}
        for line in lines:
            if points(line):
                by_authority[line.authority] = by_authority.get(line.authority, Decimal(0)) + points(line)
        cells: dict[str, Decimal] = {}
        for start, end, authority, rate in duties.get(code, []):
            if start <= on < end and rate:
                cells[authority] = cells.get(authority, Decimal(0)) + rate
        assert cells == by_authority, (code, on)


def test_the_bounds_of_lookup_and_bulk_are_one_and_hold_the_readings_of_the_panel(
    ledger: Ledger, panel: Panel
) -> None:
    """Half of the cells are drawn where the readings differ: they are few, and the point of bounds."""
    names = ("rate_pct", "met_pct", "unmet_pct")
    totals = _rows(panel.totals, ("valid_from", "valid_to", "is_line", *names))
    spans = [(code, *row) for code, rows in sorted(totals.items()) for row in rows]
    open_spans = [span for span in spans if span[3] and len(set(span[4:])) > 1]
    draw = random.Random(20260724)
    drawn = draw.sample([span for span in spans if span[3]], BOUNDS)
    drawn += draw.sample(open_spans, BOUNDS)
    asked, expected = [], []
    for code, start, end, *_ in drawn:
        on = start + timedelta(days=draw.randrange((end - start).days))
        place = paid_at(ledger, panel.importer, code, on)
        if any(ledger.content_shares.at(leaf) for leaf in place.codes if leaf != code):
            continue  # the panel knows no estimate of content for one number alone
        # the bounds of a line hold those of the numbers, or of the longer codes, at which it is entered
        entered = {_in_panel(totals, leaf) for leaf in (*place.codes, *place.longer)}
        cells = [
            value
            for longer in entered
            for first, last, _, *values in totals[longer]
            if first <= on < last
            for value in values
        ]
        asked.append({"code": code, "origin": panel.origin, "on": on.isoformat()})
        expected.append((min(cells), max(cells)))
    listed = catalogue(pd.DataFrame(asked), importer=panel.importer, ledger=ledger).to_frame()
    for row, low, high, bounds in zip(asked, listed["lower_pct"], listed["upper_pct"], expected, strict=True):
        single = lookup(row["code"], row["origin"], row["on"], panel.importer, ledger=ledger)
        assert single.lower_pct <= bounds[0] and bounds[1] <= single.upper_pct, row
        assert (low, high) == pytest.approx(tuple(map(float, single.bounds)), abs=1e-9), row
    assert len({bounds for bounds in expected if bounds[0] < bounds[1]}) > 20


def _in_panel(totals: Mapping[str, object], code: str) -> str:
    """Return the longest code of the panel that a code begins with."""
    return next(code[:size] for size in range(len(code), 5, -1) if code[:size] in totals)


def test_authorities_sum_to_the_total_on_every_first_day(panel: Panel) -> None:
    duties = _rows(panel.duties, ("valid_from", "valid_to", "rate_pct", "unmet_pct", "claimed_pct"))
    totals = _rows(panel.totals, ("valid_from", "valid_to", "rate_pct", "unmet_pct", "claimed_pct"))
    for code in random.Random(4).sample(sorted(totals), 400):
        for start, _, *sums in totals[code]:
            live = [row for row in duties.get(code, []) if row[0] <= start < row[1]]
            assert [sum((row[2 + at] for row in live), Decimal(0)) for at in range(3)] == sums, (code, start)


def test_breaks_only_at_dates_of_the_ledger(ledger: Ledger, panel: Panel) -> None:
    dated: set[date] = {panel.first, panel.end}
    tables = ("rates", "suspensions", "stack_rules", "measure_scopes", "origin_sets", "exclusions")
    sheets = [f"scopes/{name}" for name in ledger.scopes] + [f"base_rates/{panel.importer}"]
    sheets += [f"reduced_rates/{name}" for name in ledger.reduced_rates if name == panel.importer]
    dated.add(ledger.schedules_from(panel.importer))
    for name in (*tables, *sheets):
        frame = ledger.frame(name)
        dated.update(frame["valid_from"], frame["valid_to"])
    for table in (panel.duties, panel.totals):
        for column in ("valid_from", "valid_to"):
            assert set(pc.unique(table[column]).to_pylist()) <= dated


def test_one_row_a_change(panel: Panel) -> None:
    for table, key in (
        (panel.duties, ["code", "authority", "is_void"]),
        (panel.totals, ["code"]),
    ):
        frame = table.to_pandas()
        assert (frame["valid_from"] < frame["valid_to"]).all()
        frame = frame.sort_values([*key, "valid_from"], ignore_index=True)
        before = frame.shift()
        same = (frame[key] == before[key]).all(axis=1)
        assert (frame["valid_from"] >= before["valid_to"])[same].all()
        values = [name for name in frame if name.endswith("_pct") or name in ("confidence", "is_complete")]
        repeated = (
            same & (frame["valid_from"] == before["valid_to"]) & (frame[values] == before[values]).all(axis=1)
        )
        assert not repeated.any()


@pytest.mark.parametrize("on", [date(2019, 6, 1), date(2025, 4, 20), date(2026, 3, 1)])
def test_a_panel_of_one_day_is_that_day_of_the_whole_with_fewer_codes_matched(
    ledger: Ledger, panel: Panel, on: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    matched: list[str] = []

    def counted(law: Ledger, code: str, importer: str) -> Match:
        matched.append(code)
        return match(law, code, importer)

    monkeypatch.setattr(product_groups, "match", counted)
    day = build_panel(ledger, panel.importer, first=on, last=on)
    law = seen_from(ledger, panel.importer, panel.origin)
    assert len(matched) < len({key for _, key in product_keys(law, panel.importer, ())})
    for name, keys in (("totals", ["code"]), ("duties", ["code", "authority", "is_void"])):
        whole = getattr(panel, name).to_pandas()
        then = whole[(whole["valid_from"] <= on) & (on < whole["valid_to"])]
        said = [
            frame.drop(columns=["valid_from", "valid_to"]).sort_values(keys, ignore_index=True)
            for frame in (getattr(day, name).to_pandas(), then)
        ]
        pd.testing.assert_frame_equal(*said)


def test_hong_kong_pays_fentanyl_and_reciprocal_but_no_list(ledger: Ledger) -> None:
    """EO 14195 names Hong Kong; the Section 301 notices name products of China only."""
    panel = build_panel(ledger, "USA", "HKG", first=date(2025, 12, 1), last=date(2025, 12, 1))
    authorities = set(pc.unique(panel.duties["authority"]).to_pylist())
    assert {"IEEPA_FENT", "IEEPA_RECIP"} <= authorities
    assert "S301_TT" not in authorities
    macao = build_panel(ledger, "USA", "MAC", first=date(2025, 12, 1), last=date(2025, 12, 1))
    assert "IEEPA_FENT" not in set(pc.unique(macao.duties["authority"]).to_pylist())


def test_goods_on_the_water_keep_the_older_rate(ledger: Ledger) -> None:
    """Toys loaded on 7 April 2025, entered on 25 April: 30 (EO 14257, headings 9903.01.25, 9903.01.63)."""
    on = date(2025, 4, 25)
    at_sea = build_panel(ledger, "USA", first=on, last=on, voyage_days=18).only(["95030000"])
    landed = build_panel(ledger, "USA", first=on, last=on).only(["95030000"])
    assert at_sea.totals["rate_pct"][0].as_py() == 30
    assert landed.totals["rate_pct"][0].as_py() == 145


def test_writes_the_same_bytes_twice_and_reads_back(ledger: Ledger, tmp_path) -> None:  # type: ignore[no-untyped-def]
    days: dict[str, Any] = {"first": date(2025, 5, 14), "last": date(2025, 5, 20)}
    folder = tmp_path / "data" / "panel"
    folder.mkdir(parents=True)
    write_panel(build_panel(ledger, "USA", **days), folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    write_panel(build_panel(load_ledger(), "USA", **days), folder)
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}
    again = read_panel("USA", tmp_path)
    assert again.first == date(2025, 5, 14)
    assert again.ledger_hash == ledger.ledger_hash
    assert again.totals.num_rows > 10_000
    assert read_panel("USA", tmp_path, ledger=ledger).ledger_hash == ledger.ledger_hash
    with pytest.raises(DataError, match="another state of the law"):
        read_panel("USA", tmp_path, ledger=replace(ledger, ledger_hash="0" * 64))
    damaged = folder / "USA.duties.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-20])
    with pytest.raises(DataError, match="no whole Parquet file") as refused:
        read_panel("USA", tmp_path)
    assert refused.value.file == damaged


def test_bad_questions_are_refused(ledger: Ledger, tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ParameterError, match="before it starts"):
        build_panel(ledger, last=FIRST_DAY - timedelta(days=1))
    with pytest.raises(ParameterError, match="voyage_days"):
        build_panel(ledger, voyage_days=-1)
    with pytest.raises(DataError, match="dvc repro panel"):
        read_panel("USA", tmp_path)


def test_default_origin_is_the_other_side(panel: Panel) -> None:
    assert panel.origin == DEFAULT_ORIGIN[panel.importer]
