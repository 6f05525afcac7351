"""A new vintage rebuilds the reports that read its table; going back gives the old reports to the byte."""

from __future__ import annotations

import json
from datetime import date

import pandas as pd
import pytest

from tests.fixtures import live_lines
from tests.pipeline.test_repro import stages_run, tree_hash
from tests.unit.test_clean_finer import COMPUTERS, partners_and_codes
from trucewatch.sources.clients.base import Fetched, Origin
from trucewatch.sources.refresh import Settings, refresh

pytestmark = [pytest.mark.pipeline, pytest.mark.slow]

TABLE = "census__us_china_goods_monthly"
ORIGIN = Origin(
    producer="US Census Bureau",
    citation="A made-up month.",
    primary_url="https://example.org",
    licence="public domain",
    licence_note="None.",
    units="billion US dollars",
)


class Census:
    """Gives one month more than the bundled table has."""

    name, title, tables, key = "census", "goods", (TABLE,), None

    def fetch(self, since, http, progress):
        month = pd.DataFrame(
            {
                "month": [pd.Timestamp("2026-09-01")],
                "imports_bn_usd": [20.125],
                "exports_bn_usd": [float("nan")],
                "balance_bn_usd": [float("nan")],
                "retrieved_from": ["the test"],
            }
        )
        yield Fetched(
            table=TABLE,
            frame=month,
            url="https://example.org/goods",
            origin=ORIGIN,
            complete_from=date(2026, 9, 1),
        )


class Lines:
    """Gives imports by month and line."""

    name, title, tables, key = "census", "lines", (live_lines.TABLE,), None

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame

    def fetch(self, since, http, progress):
        yield live_lines.fetched(self.frame)


class Http:
    def redact(self, text: str) -> str:
        return text


def refreshed(project, client) -> None:
    settings = Settings(project.root, date(2026, 11, 24))
    refresh([client], Http(), settings, lambda line: None, lambda client: lambda *_: None)  # type: ignore[arg-type]


def test_a_new_month_reaches_its_reports_only_and_can_be_taken_back(project) -> None:
    reports = project.root / "reports"
    before = tree_hash(reports)
    refreshed(project, Census())

    targets = ("report@trade_flows", "report@soybeans")
    assert stages_run(project.repro(*targets)) == {"ingest", "clean", "inputs", "report@trade_flows"}
    monthly = pd.read_csv(reports / "trade_flows" / "tables" / "monthly.csv").iloc[-1]
    assert (str(monthly["month"])[:7], monthly["value_usd"]) == ("2026-09", 20.125e9)
    summary = json.loads((reports / "trade_flows" / "summary.json").read_text())
    vintages = {
        source["vintage"]
        for table in summary["vintages"]
        if table["table"] == "us_china_goods_monthly"
        for source in table["sources"]
    }
    assert vintages == {"2026-11-24"}
    assert "vintage 2026-11-24" in (reports / "trade_flows" / "report.html").read_text()

    project.run("trucewatch", "vintages", "rollback", TABLE)
    assert stages_run(project.repro(*targets)) >= {"ingest", "clean"}
    assert tree_hash(reports) == before


def test_a_change_put_into_the_lines_stands_in_the_table_of_the_report(project) -> None:
    frame = live_lines.lines(*partners_and_codes())
    live_lines.add(frame, "2026-08-01", COMPUTERS, 9e9)
    own = frame[frame["partner_code"] == "5700"].groupby("month")["general_imports_usd"].sum()
    refreshed(project, Lines(frame))

    project.repro("report@trade_flows")
    monthly = pd.read_csv(project.root / "reports/trade_flows/tables/monthly.csv", index_col="month")
    monthly.index = pd.to_datetime(monthly.index)
    assert own["2026-08-01"] > 9e9
    assert monthly.loc[own.index, "value_usd"].to_numpy() == pytest.approx(own.to_numpy(), rel=1e-9)
