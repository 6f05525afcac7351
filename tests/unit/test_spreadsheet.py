"""No CSV for people holds a text that their spreadsheet would run."""

import datetime as dt
import json
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from trucewatch.api.picture import Chart
from trucewatch.sources.clients.base import Origin, Review
from trucewatch.sources.refresh import Settings, refresh
from trucewatch.sweep.collect import collect
from trucewatch.sweep.grid import Cell
from trucewatch.tables.registry import get_table
from trucewatch.tables.spreadsheet import csv_text, harmless

LINK = '=HYPERLINK("http://evil";"a")'


@pytest.mark.parametrize("text", ["=1+1", "+1+cmd", "-1+cmd", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["China", "-5.2", "+3", "1=1", "a@b", ""])
def test_numbers_and_plain_texts_stay_as_they_are(text):
    assert harmless(text) == text


def test_the_csv_is_exact_and_harmless():
    frame = pd.DataFrame(
        {"=name": ["=1", "b"], "share": [0.1 + 0.2, -1.0], "month": [dt.date(2025, 1, 1)] * 2}
    )
    assert csv_text(frame) == "'=name,share,month\n'=1,0.30000000000000004,2025-01-01\nb,-1.0,2025-01-01\n"


def test_a_day_is_written_without_a_time_and_a_time_is_kept():
    days = pd.DataFrame({"month": pd.date_range("2025-01-01", periods=2, freq="MS")})
    assert csv_text(days) == "month\n2025-01-01\n2025-02-01\n"
    hours = pd.DataFrame({"at": pd.to_datetime(["2025-01-01 00:01", "2025-01-02"], format="mixed")})
    assert csv_text(hours).splitlines()[1] == "2025-01-01 00:01:00"


def review(folder: Path) -> Path:
    class Client:
        name, key = "office", None

        def fetch(self, since, http, progress):
            origin = Origin(**dict.fromkeys(Origin.__dataclass_fields__, "-"))
            yield Review(name="acts", frame=pd.DataFrame({"title": [LINK]}), url="-", origin=origin)

    class Http:
        def redact(self, text: str) -> str:
            return text

    (folder / "data/sources").mkdir(parents=True)
    (folder / "data/sources/vintages.csv").write_text(",".join(get_table("vintages").column_names) + "\n")
    refresh([Client()], Http(), Settings(folder, dt.date(2026, 11, 24)), print, lambda _: print)  # type: ignore[list-item, arg-type]
    return folder / "data/review/acts.csv"


def chart(folder: Path) -> Path:
    data = pd.DataFrame({"title": [LINK]})
    return Chart(plt.figure(), "made", "t", "s", "a", "s", data).save(folder)[-1]


def sweep(folder: Path) -> Path:
    made = folder / "cells" / "k" / "made"
    made.mkdir(parents=True)
    headline = {"value": "words", "text": LINK, "unit": "words", "definition": "-"}
    summary = {"headlines": {"a": headline}, "checks": {"failed": 0}}
    (made / "summary.json").write_text(json.dumps(summary))
    return collect("made", [Cell("k", {}, {"base": "piie"})], [], folder)[1]


@pytest.mark.parametrize("write", [review, chart, sweep])
def test_a_link_of_a_publisher_or_user_is_text(write, tmp_path: Path):
    cells = pd.read_csv(write(tmp_path), dtype=str).iloc[0]
    assert f"'{LINK}" in set(cells)
    assert LINK not in set(cells)
