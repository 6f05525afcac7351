"""What a report says of tables that ended long ago."""

from __future__ import annotations

from datetime import date

import pandas as pd

from trucewatch.page import freshness


def month(day: str) -> pd.DataFrame:
    return pd.DataFrame({"month": pd.to_datetime(["2024-01-01", day])})


def test_a_table_that_keeps_up_is_not_named() -> None:
    assert freshness.notice({"us_imports_monthly": month("2026-08-01")}, date(2026, 11, 9)) == ""


def test_a_late_table_says_its_month_and_what_would_change() -> None:
    frames = {"us_imports_monthly": month("2026-08-01"), "customs_receipts_monthly": month("2026-03-01")}
    said = freshness.notice(frames, date(2026, 11, 9))
    assert (
        "\n- US customs receipts by month: to March 2026. A later month would change receipts of the" in said
    )
    assert "9 November 2026" in said
    assert "August" not in said


def test_a_quarter_ends_with_its_last_month() -> None:
    quarter = pd.DataFrame(
        {"period_from": [pd.Timestamp(2026, 1, 1)], "period_to": [pd.Timestamp(2026, 4, 1)]}
    )
    assert ": to March 2026." in freshness.notice({"rare_earth_exports": quarter}, date(2026, 11, 9))


def test_five_months_are_late_and_four_are_not() -> None:
    frames = {"customs_receipts_monthly": month("2026-06-01")}
    assert freshness.notice(frames, date(2026, 10, 31)) == ""
    assert freshness.notice(frames, date(2026, 11, 1)) != ""
