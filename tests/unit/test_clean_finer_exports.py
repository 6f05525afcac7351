"""Clean tables of exports, whether from the bundled copy or from lines by month."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.data_project import build, built, with_sources
from tests.fixtures import live_lines
from trucewatch.clean import finer
from trucewatch.sources.clients.base import Fetched
from trucewatch.sources.refresh import Settings, refresh
from trucewatch.tables import get_table, read_table, validate

LINES = "census__us_exports_hs6_partner_monthly"
MONTHS = pd.date_range("2025-01-01", "2026-09-01", freq="MS")
#: Soybeans, crude oil, aircraft; a code of a covered heading that is not in the copy; one of no heading.
CODES = ("120190", "270900", "880240", "120199", "999999")


def lines(code: str = "hs6") -> pd.DataFrame:
    """Return made-up exports to China and the world: 1, 2, 3, ... million dollars by code, rising by "
    "month."""
    rows = [
        (month, partner, name, number, 1e6 * (place + 1) * (step + 1) * scale, 10.0 * (place + 1), "T")
        for step, month in enumerate(MONTHS)
        for partner, name, scale in (("5700", "CHINA", 1), ("-", "TOTAL FOR ALL COUNTRIES", 5))
        for place, number in enumerate(CODES)
    ]
    frame = pd.DataFrame(
        rows,
        columns=["month", "partner_code", "partner_name", "hs6", "value_usd", "quantity", "quantity_unit"],
    )
    if code == "hs10":
        halves = [
            frame.assign(hs10=frame["hs6"] + end, value_usd=frame["value_usd"] / 2)
            for end in ("0010", "0020")
        ]
        frame = pd.concat(halves, ignore_index=True)
    return frame[get_table(f"census__us_exports_{code}_partner_monthly").column_names]


@pytest.fixture(params=["hs6", "hs10"])
def prepared(request: pytest.FixtureRequest) -> pd.DataFrame:
    return finer.prepare(lines(request.param), read_table("reference__partners", built()))


def refined(table: str, prepared: pd.DataFrame) -> tuple[pd.DataFrame, list]:
    concordance = read_table("hs10_concordance", built())
    frame, taken = finer.refine(
        read_table(table, built()),
        get_table(table),
        prepared,
        concordance,
        annex=read_table("phase_one_products", built()),
    )
    validate(frame, table)
    return frame, taken


def test_exports_by_six_digits_go_on_with_their_phase_one_group(prepared: pd.DataFrame) -> None:
    frame, taken = refined("us_exports_hs6_monthly", prepared)
    assert taken == list(MONTHS)
    last = frame[frame["month"] == MONTHS[-1]].set_index("hs6")
    assert last["value_usd"].to_dict() == {
        code: 1e6 * (place + 1) * len(MONTHS) for place, code in enumerate(CODES)
    }
    assert last["phase_one_category"].to_dict() == {
        "120190": "agriculture", "270900": "energy", "880240": "manufactured goods",
        "120199": "agriculture", "999999": "not covered",
    }  # fmt: skip
    assert last.loc["120199", "phase_one_sub_category"] == last.loc["120190", "phase_one_sub_category"]
    assert pd.isna(last.loc["999999", "phase_one_sub_category"])
    before = read_table("us_exports_hs6_monthly", built())
    assert frame[frame["month"] < MONTHS[0]].reset_index(drop=True).equals(before)


def test_a_code_whose_lines_lack_a_quantity_has_none(prepared: pd.DataFrame) -> None:
    prepared = prepared.copy()
    first = prepared.index[(prepared["code"].str[:6] == "120190") & (prepared["month"] == MONTHS[-1])]
    prepared.loc[first, ["quantity", "quantity_unit"]] = [np.nan, None]
    frame, _ = refined("us_exports_hs6_monthly", prepared)
    last = frame[frame["month"] == MONTHS[-1]].set_index("hs6")
    assert pd.isna(last.loc["120190", "quantity"])
    assert last.loc["270900", "quantity_unit"] == "T"


def test_goods_trade_takes_exports_and_leaves_imports(prepared: pd.DataFrame) -> None:
    frame, _ = refined("us_china_goods_monthly", prepared)
    own = frame[frame["flow"] == "exports"].set_index("month")["value_usd"]
    assert own[MONTHS[0]] == 1e6 * (1 + 2 + 3 + 4 + 5)
    imports = read_table("us_china_goods_monthly", built()).query("flow == 'imports'")
    assert frame[frame["flow"] == "imports"].reset_index(drop=True).equals(imports.reset_index(drop=True))


def test_only_a_whole_year_is_taken(prepared: pd.DataFrame) -> None:
    frame, taken = refined("us_trade_hs6_annual", prepared)
    assert taken == [2025]
    own = frame[(frame["flow"] == "exports") & (frame["year"] == 2025)]
    assert own["value_usd"].sum() == 1e6 * 15 * sum(range(1, 13))
    assert set(own["hs_revision"]) == {"HS2022"}
    assert (frame["year"] == 2017).sum() == (read_table("us_trade_hs6_annual", built())["year"] == 2017).sum()


class Client:
    name, title, tables, key = "census_exports", "lines", (LINES,), None

    def describe(self, since, http):
        raise AssertionError

    def fetch(self, since, http, progress):
        yield Fetched(
            table=LINES,
            frame=lines().query("month >= '2026-01-01'"),
            url="https://example.org/exports",
            origin=live_lines.ORIGIN,
            complete_from=date(2026, 1, 1),
        )


class Http:
    def redact(self, text: str) -> str:
        return text


@pytest.mark.slow
def test_the_report_on_phase_one_reads_them_from_the_table_it_always_read(tmp_path: Path) -> None:
    root = with_sources(tmp_path)
    refresh(
        [Client()],
        Http(),
        Settings(root, date(2026, 11, 24)),
        lambda line: None,
        lambda client: lambda *_: None,
    )  # type: ignore[list-item, arg-type]
    said = build(root)
    assert any(line.startswith("clean us_exports_hs6_monthly") and "9 periods" in line for line in said)
    assert read_table("us_exports_hs6_monthly", root)["month"].max() == MONTHS[-1]
