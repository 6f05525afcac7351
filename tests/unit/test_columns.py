"""Columns of published tables: described once, published in base units, shown as a reader wants them."""

from __future__ import annotations

import csv
from collections import Counter

import pandas as pd
import pytest

from trucewatch.errors import ReportError
from trucewatch.page import columns
from trucewatch.page.columns import base_units, columns_of, find_column
from trucewatch.page.report_tables import prepare, table_html
from trucewatch.paths import project_root, reports_dir
from trucewatch.rooms import rooms

#: Units a name must carry as its ending.
ENDINGS = {
    "US dollars": "_usd",
    "percent": "_pct",
    "percentage points": "_pp",
    "tonnes": "_t",
    "share": "_share",
}
ROOMS = [
    name for name in rooms() if (project_root() / f"src/trucewatch/reports/{name}/columns.csv").is_file()
]


def test_the_file_keeps_dollars_and_the_page_shows_billions():
    frame = pd.DataFrame({"category": ["energy"], "bought_usd_bn": [37.5], "met_share": [0.37]})

    def find(name):
        return find_column(name, "phase_one")

    sheet = prepare(frame, "t", "Caption", None, None, "", find=find)
    assert sheet.frame.loc[0, "bought_usd"] == 37.5e9
    html = table_html(sheet)
    assert "USD bn" in html
    assert ">37.5<" in html
    assert ">37.0\N{NO-BREAK SPACE}%<" in html


def test_an_amount_nobody_describes_keeps_its_name():
    frame = pd.DataFrame({"cost_usd_bn": [1.0]})
    assert list(base_units(frame, lambda _: False)) == ["cost_usd_bn"]


@pytest.mark.parametrize("shown", ["USD bn ,.1f"])
def test_a_unit_that_can_not_be_shown_so_is_refused(shown):
    row = {"name": "a", "label": "", "unit": "percent", "shown": shown, "description": "A."}
    with pytest.raises(ReportError, match="row 2"):
        columns._column(row, "columns.csv, row 2")


@pytest.mark.parametrize("room", ROOMS)
def test_a_name_carries_its_unit_and_is_described_once(room):
    known = columns_of(room)
    assert max(Counter(column.name for column in known).values()) == 1
    for column in known:
        if (ending := ENDINGS.get(column.unit)) and not column.name.endswith("*"):
            assert column.name.endswith(ending), f"{room}: {column.name} is in {column.unit}"


def test_a_name_means_the_same_in_every_room():
    units: dict[str, set[str]] = {}
    for room in ROOMS:
        for column in columns_of(room):
            units.setdefault(column.name, set()).add(column.unit)
    assert not {name: found for name, found in units.items() if len(found) > 1}


@pytest.mark.slow
@pytest.mark.parametrize("room", ROOMS)
def test_every_published_column_is_described(room):
    for path in sorted((reports_dir(project_root()) / room / "tables").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for name in next(csv.reader(file)):
                assert find_column(name, room), f"{room}/{path.name}: nothing is said of {name!r}"
