"""Made tables of the shape in which the Census Bureau serves imports: HTS10 by partner, district and month.

For measuring and testing growth only. Every file says in its Parquet metadata that it is synthetic, and the
generator refuses to write below the `data` folder of a project.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from trucewatch.errors import ParameterError

MARK = {b"synthetic": b"made by trucewatch.scale.synthetic; no trade statistics"}
SCHEMA = pa.schema(
    [
        ("time", pa.string()),
        ("SUMMARY_LVL", pa.string()),
        ("I_COMMODITY", pa.string()),
        ("CTY_CODE", pa.string()),
        ("DISTRICT", pa.string()),
        ("CON_VAL_MO", pa.int64()),
        ("CAL_DUT_MO", pa.int64()),
        ("CON_QY1_MO", pa.int64()),
    ],
    metadata=MARK,
)
"""Names of the Census API: month, detail or country group, HTS10, country, customs district, imports for
consumption in dollars, calculated duty in dollars, first quantity."""

DISTRICTS = tuple(f"{number:02d}" for number in range(1, 48))
CHINA_SHARE = 0.08
"""Share of the rows that China has; the other partners share the rest unevenly."""
REPEATED = 0.001
"""Share of rows that come in two parts, as lines that cleaning has to add up."""
FIRST_MONTH = date(2017, 1, 1)


def write_imports(
    folder: Path,
    rows: int,
    codes: Sequence[str],
    countries: Sequence[str],
    china: str,
    months: int = 116,
    seed: int = 20251025,
) -> list[Path]:
    """Write about `rows` made rows as one Parquet file a month; the same arguments give the same bytes.

    Raises `ParameterError` if the folder lies below a project's `data`, or a month would need more cells than
    there are.

    - `folder`: where to write; made if missing
    - `rows`: rows in all, spread evenly over the months. Rows of country groups, which cleaning drops, and
      the second parts of repeated rows come on top (one row in a hundred).
    - `codes`: HTS10 codes
    - `countries`, `china`: Census country codes, four digits, and which of them is China
    - `months`: months from January 2017 on
    - `seed`: of all random draws
    """
    folder = folder.resolve()
    if any(
        (parent / "dvc.yaml").is_file() and folder.is_relative_to(parent / "data")
        for parent in folder.parents
    ):
        raise ParameterError(f"{folder} lies below a project's data/; write synthetic tables elsewhere")
    cells = len(codes) * len(DISTRICTS)
    shares = _shares(countries, china)
    if rows / months * max(shares) > cells:
        raise ParameterError(f"{rows:,} rows in {months} months need more than {cells:,} cells a partner")
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for number, month in enumerate(pd.date_range(FIRST_MONTH, periods=months, freq="MS")):
        path = folder / f"synthetic-{month:%Y-%m}.parquet"
        wanted = rows * (number + 1) // months - rows * number // months
        table = _month(f"{month:%Y-%m}", wanted, codes, countries, shares, [seed, number])
        pq.write_table(table, path, compression="zstd")
        made.append(path)
    return made


def _shares(countries: Sequence[str], china: str) -> np.ndarray:
    """Return the share of rows of each partner: China's, and the rest falling as one over the rank."""
    if china not in countries:
        raise ParameterError(f"china: found {china!r}, which is not among the countries")
    shares = 1 / np.arange(1, len(countries) + 1)
    own = countries.index(china)
    shares[own] = 0
    shares *= (1 - CHINA_SHARE) / shares.sum()
    shares[own] = CHINA_SHARE
    return shares


def _month(
    month: str, rows: int, codes: Sequence[str], countries: Sequence[str], shares: np.ndarray, seed: list[int]
) -> pa.Table:
    draw = np.random.default_rng(seed)
    counts = np.diff(np.round(np.concatenate([[0], np.cumsum(shares)]) * rows).astype(int))
    country = np.repeat(np.arange(len(countries)), counts)
    # A walk with a step prime to the number of cells visits each at most once: keys are unique.
    cells = len(codes) * len(DISTRICTS)
    within = np.arange(rows) - np.repeat(np.cumsum(counts) - counts, counts)
    start = draw.integers(cells, size=len(countries))
    cell = (start[country] + within * _step(cells)) % cells
    value = np.exp(draw.normal(9, 2, rows)).astype(np.int64) + 1
    duty = (value * draw.choice([0, 0, 0.025, 0.25, 0.5], rows)).astype(np.int64)
    again = np.flatnonzero(draw.random(rows) < REPEATED)
    groups = np.arange(rows // 200)
    order = np.concatenate([np.arange(rows), again, groups])
    detail = len(order) - len(groups)
    return pa.table(
        [
            pa.array([month]).take(pa.array(np.zeros(len(order), dtype=np.int64))),
            pa.array(["DET", "CGP"]).take(pa.array((np.arange(len(order)) >= detail).astype(np.int64))),
            pa.array(codes, pa.string()).take(pa.array(cell[order] // len(DISTRICTS))),
            pa.array([*countries, "0003"], pa.string()).take(
                pa.array(np.where(np.arange(len(order)) < detail, country[order], len(countries)))
            ),
            pa.array(DISTRICTS).take(pa.array(cell[order] % len(DISTRICTS))),
            pa.array(value[order]),
            pa.array(duty[order]),
            pa.array(value[order] // 7),
        ],
        schema=SCHEMA,
    )


def _step(cells: int) -> int:
    """Return a step near the golden section of the number of cells and prime to it."""
    step = int(cells * 0.618) | 1
    while np.gcd(step, cells) != 1:
        step += 2
    return step
