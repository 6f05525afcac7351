"""Weights by what claims a preference: the parts add up, and a month counts with its own share."""

from datetime import date

import pandas as pd
import pytest

from trucewatch.duty.averages import summed
from trucewatch.trade.preference import split

OPEN = (date(2018, 1, 1), date(2027, 1, 1))


def _lines(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "month": pd.Timestamp(month),
                "partner_iso3": "MEX",
                "hs10": code,
                "value_usd": value,
                "usmca_value_usd": claimed,
            }
            for month, code, value, claimed in rows
        ]
    )


def test_every_month_has_its_share_and_both_parts_make_the_whole() -> None:
    shares = pd.DataFrame(
        [
            {"code": "11110000", "valid_from": OPEN[0], "valid_to": OPEN[1], "share": 0.6},
            {"code": "22220000", "valid_from": OPEN[0], "valid_to": OPEN[1], "share": 0.4},
        ]
    )
    lines = _lines(
        ("2025-01-01", "1111000010", 100, 20),
        ("2025-01-01", "2222000010", 100, 40),
        ("2025-02-01", "1111000010", 100, 80),
    )
    general, claimed = split(shares, lines, "MEX")

    def on(frame: pd.DataFrame, day: date) -> dict[str, float]:
        rows = frame[(frame["valid_from"] <= day) & (day < frame["valid_to"])]
        return dict(zip(rows["code"], rows["share"].round(9), strict=True))

    january, february = date(2025, 1, 15), date(2025, 2, 15)
    assert on(claimed, january) == {"11110000": 0.12, "22220000": 0.16}
    # no trade in February: the share of the partner, 80 of 100
    assert on(claimed, february) == {"11110000": 0.48, "22220000": 0.32}
    assert on(claimed, date(2019, 1, 1)) == on(claimed, january)
    assert on(claimed, date(2026, 6, 1)) == on(claimed, february)
    for day in (january, february):
        both = {code: on(general, day)[code] + share for code, share in on(claimed, day).items()}
        assert both == pytest.approx({"11110000": 0.6, "22220000": 0.4})


def test_averages_over_parts_add_up_interval_by_interval() -> None:
    days = [date(2025, 1, 1), date(2025, 3, 1), date(2025, 6, 1), date(2026, 1, 1)]
    one = pd.DataFrame({"valid_from": days[:1], "valid_to": days[3:], "authority": "total", "rate_pct": 2.0})
    two = pd.DataFrame(
        {"valid_from": days[1:3], "valid_to": days[2:], "authority": "total", "rate_pct": [1.0, 3.0]}
    )
    found = summed([one, two])
    assert list(found["valid_from"]) == days[:3]
    assert list(found["rate_pct"]) == [2.0, 3.0, 5.0]
