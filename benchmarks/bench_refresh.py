"""Refresh: one reply of the Census shape parsed, and a vintage of months merged, checked and compared."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pandas as pd

from benchmarks.measure import Result, timed
from trucewatch.sources.clients.census import CLIENT
from trucewatch.sources.http import Answer
from trucewatch.sources.merge import compare, merge
from trucewatch.tables.checking import validate
from trucewatch.tables.registry import get_table

LINES, MONTHS = 13_000, 24
"""Ten-digit lines of imports from China in a month, about, and months of the vintage."""
HEADER = [
    "I_COMMODITY", "CTY_CODE", "CTY_NAME", "GEN_VAL_MO", "GEN_CIF_MO", "CON_VAL_MO", "CAL_DUT_MO",
    "CON_QY1_MO", "UNIT_QY1", "COMM_LVL", "time",
]  # fmt: skip


def main() -> list[Result]:
    """Measure on made replies."""
    month = date(2025, 1, 1)
    text = reply(month, seed=1)

    def parsed(said: str, day: date) -> pd.DataFrame:
        return CLIENT._read_lines(Answer(data=json.loads(said), url="made", source="census"), day, "5700")

    parse = timed(
        f"one reply parsed, {LINES:,} lines",
        lambda: parsed(text, month),
        note=f"{len(text) / 1e6:.1f} MB of JSON, checked row by row",
    )
    table = get_table(CLIENT.lines)
    months = [stamp.date() for stamp in pd.date_range(month, periods=MONTHS, freq="MS")]
    frames = [parsed(reply(day, number), day) for number, day in enumerate(months)]
    whole = pd.concat(frames, ignore_index=True)[table.column_names]
    since = months[-3]
    newest = whole[whole["month"] >= pd.Timestamp(since)]

    def vintage() -> None:
        merged = merge(whole, newest, table, "month", since)
        validate(merged, table.name)
        compare(whole, merged, table, "month")

    keep = timed(
        f"a vintage of {len(whole):,} lines: merged, validated, compared", vintage, 3, note="3 new months"
    )
    return [parse, keep]


def reply(month: date, seed: int) -> str:
    """Return the JSON of one made month: arrays of strings below a header."""
    draw = np.random.default_rng(seed)
    value = draw.integers(1, 10**7, LINES)
    rows = [
        [f"{1010000000 + 611_111 * number:010d}", "5700", "CHINA", *[str(v)] * 3, str(v // 5), str(v), "NO",
         "HS10", f"{month:%Y-%m}"]
        for number, v in enumerate(value.tolist())
    ]  # fmt: skip
    return json.dumps([HEADER, *rows])


if __name__ == "__main__":
    for item in main():
        print(item.name, item.median, item.note)
