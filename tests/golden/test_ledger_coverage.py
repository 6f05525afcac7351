"""What the ledger of the project reaches, weighed with US imports from China of 2024."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from datetime import date
from typing import Any

import pandas as pd
import pytest

from trucewatch.answers import doctor
from trucewatch.answers.doctor import authority_shares, import_weights, run_doctor
from trucewatch.duty.code_classes import grouper
from trucewatch.duty.lines import Line, measure_line
from trucewatch.duty.matching import Match, match
from trucewatch.duty.stacking import duties, entry_of
from trucewatch.ledger.ledger import Ledger
from trucewatch.paths import sources_dir

GENEVA = date(2025, 5, 14)  # EO 14298, 90 FR 21831


@pytest.fixture(scope="module")
def census() -> pd.DataFrame:
    raw = pd.read_parquet(sources_dir() / "census" / "us_imports_hs10_partner_annual.parquet")
    return raw[raw["partner_code"] == "5700"].assign(partner_iso3="CHN")


@pytest.fixture(scope="module")
def imports(census: pd.DataFrame) -> pd.Series:
    return import_weights(census, "CHN")


def test_weights_are_near_the_published_total(census: pd.DataFrame, imports: pd.Series) -> None:
    # Census, goods trade with China 2024: general imports of 438.7 bn USD; imports for consumption leave out
    # what stayed in bonded warehouses and zones, hence the width. Chapters 98 and 99 are a few percent.
    assert census["value_usd"].sum() == pytest.approx(438.7e9, rel=0.03)
    assert 0.95 < imports.sum() / census["value_usd"].sum() < 1


@pytest.mark.slow
def test_speaks_for_nearly_all_imports(ledger: Ledger, imports: pd.Series) -> None:
    entry, keys = entry_of(ledger, "CHN", GENEVA), grouper(ledger, "USA")
    alike: dict[Hashable, list[str]] = {}
    for code in imports.index:
        alike.setdefault(keys.key(code), []).append(code)
    assert len(alike) < len(imports) / 2
    spoken = [
        code
        for codes in alike.values()
        if all(
            line.status != "not_modelled" for line in duties(ledger, match(ledger, codes[0], "USA"), entry)
        )
        for code in codes
    ]
    assert imports[spoken].sum() / imports.sum() >= 0.99


@pytest.mark.slow
def test_reach_of_the_reciprocal_duty_after_geneva(
    ledger: Ledger, imports: pd.Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Counter[str]()

    def counted(law: Ledger, found: Match, *rest: Any) -> Line | None:
        asked[found.code] += 1
        return measure_line(law, found, *rest)

    monkeypatch.setattr(doctor, "measure_line", counted)
    # PIIE's averages imply 65.6 % with its own weights: (126.5 - 51.1) / 115
    share = authority_shares(ledger, "USA", imports, [GENEVA])[GENEVA, "IEEPA_RECIP"]
    assert 55 <= share <= 70
    assert asked.total() < 2 * len(imports)  # each measure once a way of reaching codes, not once a code


@pytest.mark.slow
def test_every_expected_authority_and_no_error(imports: pd.Series) -> None:
    findings = run_doctor(weights={"USA": imports})
    assert [str(found) for found in findings if found.severity == "error"] == []
