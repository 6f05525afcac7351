"""What the long stages work out once and share: counted, since a clock would tell the machine's mood."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.unit.law_made import link, listed, made, measure, rate, simple
from trucewatch.answers import search
from trucewatch.duty import averages
from trucewatch.duty.matching import match
from trucewatch.duty.origin_panel import OriginPanel, build_origin_panel
from trucewatch.duty.panel import build_panel
from trucewatch.made import kept
from trucewatch.trade import duty_averages, realised
from trucewatch.trade.weights import WeightSet

START, END = date(2024, 1, 1), date(2025, 1, 1)


def test_codes_that_the_same_rows_name_share_one_match() -> None:
    law = simple(("one", "10"), ("two", "20"))
    assert all(
        own is other
        for own, other in zip(match(law, "11110000").measures, match(law, "22220000").measures, strict=True)
    )


def test_a_code_that_a_row_of_its_own_names_has_its_own_match() -> None:
    law = made(
        measures=[measure("one", "ONE")],
        rates=[rate("one", "10")],
        measure_scopes=[link("one"), link("one", "spared", "exempt")],
        scopes__spared=[listed("2222")],
    )
    (own,), (spared,) = match(law, "11110000").measures, match(law, "22220000").measures
    assert not own.exempts
    assert [row.code for hit in spared.exempts for row in hit.rows] == ["2222"]


def test_days_of_weights_are_read_once_however_many_partners(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = build_origin_panel(simple(("one", "10")), first=START, origins=["CHN", "HKG"])
    weights = pd.DataFrame(
        [
            {"partner_iso3": f"P{number}", "origin": origin, "code": code, "share": 0.5}
            for number in range(20)
            for origin, code in (("CHN", "11110000"), ("HKG", "22220000"))
        ]
    ).assign(valid_from=START, valid_to=END)
    calls: list[Any] = []
    before = OriginPanel._offset
    monkeypatch.setattr(OriginPanel, "_offset", lambda *asked: calls.append(asked) or before(*asked))
    found = panel.averages(weights)
    assert list(found["partner_iso3"]) == [f"P{number}" for number in range(20)]
    # China pays 5 and 10, Hong Kong 10 alone: origin set `one` is China's
    assert set(found["rate_pct"]) == {0.5 * (5 + 10) + 0.5 * 10}
    assert len(calls) == 2


def test_an_ordinal_is_asked_for_once_a_day_not_once_a_row() -> None:
    class Counted(date):
        asked = 0

        def toordinal(self) -> int:
            Counted.asked += 1
            return super().toordinal()

    days = pd.Series([Counted(2024, 1, 1), Counted(2024, 1, 2)] * 500, dtype=object)
    found = realised._numbers(days)
    assert list(found[:2]) == [START.toordinal(), START.toordinal() + 1]
    assert Counted.asked == 2


def test_what_runs_a_notebook_loads_nothing_that_its_kernel_loads_again() -> None:
    heavy = {"pandas", "matplotlib", "IPython", "seaborn", "scipy", "statsmodels"}
    told = f"import sys, trucewatch.page.runner; print(*sorted({heavy} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert not done.stdout.split()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "trucewatch"


def test_what_is_kept_is_made_once_and_again_only_where_it_must_be(cache: Path) -> None:
    made: list[bytes] = []

    def ask(made_from: bytes) -> bytes:
        return kept("thing", [made_from], lambda: made.append(made_from) or b"made from " + made_from)

    assert ask(b"a") == ask(b"a") == b"made from a"
    assert made == [b"a"]
    assert ask(b"b") == b"made from b", "other contents"
    (of_a,) = (path for path in cache.iterdir() if path.read_bytes().endswith(b"from a"))
    whole = of_a.read_bytes()
    for spoilt in (b"", whole[:-1], whole[:-1] + b"b"):
        of_a.write_bytes(spoilt)
        assert ask(b"a") == b"made from a"
        assert of_a.read_bytes() == whole
    assert made == [b"a", b"b", b"a", b"a", b"a"]


def test_where_nothing_can_be_kept_it_is_made_each_time(cache: Path) -> None:
    cache.write_bytes(b"a file of a person")
    made: list[int] = []
    for _ in range(2):
        assert kept("thing", [b"a"], lambda: made.append(1) or b"made") == b"made"
    assert len(made) == 2
    assert cache.read_bytes() == b"a file of a person"


def test_the_index_of_names_is_made_once_for_all_processes(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search._index.cache_clear()
    first = search.search("usb cable").to_dict()
    assert len(list(cache.iterdir())) == 1
    search._index.cache_clear()
    monkeypatch.setattr(search, "_new_index", lambda root: pytest.fail("made again"))
    assert search.search("usb cable").to_dict() == first
    assert first["hits"]


def test_a_second_difference_loads_no_table_reader(cache: Path) -> None:
    asked = (
        "import sys; from click.testing import CliRunner; from trucewatch.cli import main\n"
        "told = CliRunner().invoke(main, ['diff', '2025-05-13', '2025-05-14', '--json']).output\n"
        "print(sorted({'numpy', 'pyarrow'} & sys.modules.keys()), told)"
    )
    first, second = (
        subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    )
    assert second == first.replace("['numpy', 'pyarrow']", "[]", 1) != first
    assert '"weights": "US imports for consumption of 2024 from China"' in second


def test_duties_are_joined_with_weights_once_for_all_averages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    law = simple(("one", "10"), ("two", "20"))
    panel = build_panel(law, "USA", None, START)
    shares = [
        pd.DataFrame({"code": [code], "valid_from": [START], "valid_to": [END], "share": [1.0]})
        for code in ("11110000", "22220000")
    ]
    sets = [WeightSet(name, "USA", "", own, own) for name, own in zip(("a", "b"), shares, strict=True)]
    calls: list[Any] = []
    before = averages.weighed
    monkeypatch.setattr(duty_averages, "weighed", lambda *asked: calls.append(asked) or before(*asked))
    monkeypatch.setattr(averages, "weighed", lambda *asked: pytest.fail("joined again"))
    found = duty_averages.side(panel, sets, is_waived=True)
    assert [asked[1] is own for asked, own in zip(calls, shares, strict=True)] == [True, True]
    assert {name: list(frame["rate_pct"]) for name, frame in found.waived.items()} == {
        name: list(found.total(name)["rate_pct"]) for name in ("a", "b")
    }
