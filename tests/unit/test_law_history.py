"""The duties on a code over time, on a made ledger."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.unit.law_made import link, made_tables, measure, rate, simple
from tests.unit.test_law_ledger import write
from trucewatch.answers.doctor import main
from trucewatch.answers.history import history
from trucewatch.errors import DataError


def test_one_row_a_stretch_and_no_day_twice() -> None:
    rows = [
        rate("ada", "10", "2021-02-01", "2021-03-01"),
        rate("ada", "10", "2021-03-01", "2021-04-01"),
        rate("ada", "25", "2021-04-01"),
    ]
    found = history("1111.00.00", "2021-01-01", "2021-12-31", ledger=simple(("ada", "10"), rates=rows))
    assert list(found["valid_from"]) == [date(2021, 1, 1), date(2021, 2, 1), date(2021, 4, 1)]
    assert list(found["valid_to"]) == [date(2021, 2, 1), date(2021, 4, 1), date(2022, 1, 1)]
    assert list(found["total_pct"]) == [5, 15, 30]
    assert list(found["ADA"]) == [0, 10, 25]
    assert (found["MFN"] + found["ADA"] == found["total_pct"]).all()


def test_a_history_before_the_ledger_is_refused() -> None:
    with pytest.raises(DataError, match="2020-01-01"):
        history("11110000", "1990-01-01", ledger=simple(("ada", "10")))


def test_the_doctor_ends_with_a_status_and_names_the_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = made_tables(
        measures=[measure("ada", "ADA")], rates=[rate("ada", "10")], measure_scopes=[link("ada")]
    )
    assert main(write(tmp_path, tables)) == 0
    assert "0 errors" in capsys.readouterr().out
    assert main(write(tmp_path, {**tables, "rates": [rate("ada", "-10")]})) == 1
    assert "rates.usa.csv, row 2, column rate_pct" in capsys.readouterr().out
