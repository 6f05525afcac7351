"""Customs value by product in 2024, from the clean tables: what a change of law is weighed with."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from trucewatch.errors import DataError
from trucewatch.made import check_as_written, kept, whole_parquet
from trucewatch.paths import clean_dir

YEAR = 2024
_USA, _CHINA = "us_imports_hs10_partner_annual", "china_imports_from_us_hs6"


@dataclass(frozen=True)
class Values:
    """US dollars by code, with what they are; no codes where there is no table, and why in `note`."""

    title: str
    by_code: dict[str, float] = field(repr=False)
    note: str = ""

    def of(self, products: tuple[str, ...]) -> dict[str, float]:
        """Return the dollars of each product.

        A longer code counts for the longest product it belongs to; the value of a shorter code is spread
        evenly over its products. What belongs to no product is left out.
        """
        dollars = dict.fromkeys(products, 0.0)
        below: dict[str, list[str]] = {}
        for product in products:
            for length in (4, 6):
                if length < len(product):
                    below.setdefault(product[:length], []).append(product)
        for code, value in self.by_code.items():
            for length in (10, 8):
                if length <= len(code) and code[:length] in dollars:
                    dollars[code[:length]] += value
                    break
            else:
                lines = below.get(code, [])
                for product in lines:
                    dollars[product] += value / len(lines)
        return dollars


def trade_values(importer: str, origin: str, root: Path | None = None) -> Values:
    """Return the trade of 2024 between origin and importer.

    Without codes, and with a note that says what to do, if the clean tables are not built or have no such
    trade.

    - `importer`, `origin`: `USA`: imports for consumption from the origin by ten-digit code, customs value.
      `CHN`: its imports from the United States by six-digit code, as its customs count them
    """
    try:
        by_code = imports_by_code(importer, origin, root)
    except DataError as error:
        return Values("no trade values", {}, f"No dollars and no weights: {error}")
    if not by_code:
        return Values(
            "no trade values",
            {},
            f"No dollars and no weights: the table has no trade of {origin} with {importer}.",
        )
    if importer == "USA":
        return Values(f"US imports for consumption of {YEAR} from {origin}", by_code)
    note = "Imports are known by six digits: each is spread evenly over its lines."
    return Values(f"China's imports of {YEAR} from {origin}", by_code, note)


def imports_by_code(importer: str, origin: str, root: Path | None = None) -> dict[str, float]:
    """Return the imports of 2024 in US dollars by code, as `trade_values`; empty if there are none.

    Raises `DataError` if the clean tables are not built, or not as they were written.
    """
    if importer != "USA" and origin != "USA":
        return {}
    name, code = (_USA, "hs10") if importer == "USA" else (_CHINA, "hs6")
    path = clean_dir(root) / f"{name}.parquet"
    if not path.is_file():
        raise DataError("the table is not there", file=path, remedy="run `dvc repro clean`")
    check_as_written(path)
    made_from = [path.read_bytes(), Path(__file__).read_bytes()]
    made = kept(f"imports-{importer}-{origin}", made_from, lambda: _read(path, code, origin))
    found: dict[str, float] = json.loads(made)
    return found


def _read(path: Path, code: str, origin: str) -> bytes:
    """Return imports by code as JSON: loading PyArrow takes longer than reading that."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    wanted = {"year": YEAR, "partner_iso3": origin} if code == "hs10" else {"year": YEAR}
    with whole_parquet(path, "delete it and run `dvc repro`"):
        table = pq.ParquetFile(path).read([code, "value_usd", *wanted])
    # without pandas, which a scalar made here would bring in
    for column, value in wanted.items():
        kinds = table[column].unique()
        at = next((at for at, kind in enumerate(kinds.to_pylist()) if kind == value), None)
        if at is None:
            return b"{}"
        table = table.filter(pc.equal(table[column], kinds[at]))
    dollars = (value or 0.0 for value in table["value_usd"].to_pylist())
    return json.dumps(dict(zip(table[code].to_pylist(), dollars, strict=True))).encode()
