"""The panel: what all products of many origins pay, as intervals of equal total."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from trucewatch.ledger.cell_types import ALL_ORIGINS

if TYPE_CHECKING:
    from trucewatch.duty.origin_panel import OriginPanel


def panel(
    origin: str | Iterable[str] = ALL_ORIGINS,
    first: date | str | None = None,
    last: date | str | None = None,
    *,
    importer: str = "USA",
) -> OriginPanel:
    """Work out the duty on every product from every origin, on all days: some 25 seconds of one core.

    Parameters
    ----------
    origin
        `all`, or some origins as ISO codes or names.
    first, last
        First and last day; from 2025-01-01 to `law_asof()` if not given. Of earlier days the ledger speaks
        with gaps for other origins than China (docs/limitations.md).
    importer
        `USA` or `CHN`.

    Returns
    -------
    OriginPanel
        `at(code, origin, on)`: one total; `to_frame(codes, origins)`: intervals of equal total with
        `rate_pct` (percent of customs value), `held_pct` (without what was held unlawful later),
        `claimed_pct` (with the preferences of the origin claimed), `is_complete` and `confidence`;
        `averages(weights)`; `gaps`: what no total shows, such as an embargo, by origin and days;
        `write(folder)`: four Parquet files. Source: the ledger in data/law.

    Raises
    ------
    DataError, ParameterError
        If the ledger does not speak for an origin, or the days are none.

    Examples
    --------
    >>> tw.panel(["Vietnam", "MEX"]).to_frame(codes=["9503"])  # doctest: +SKIP
    """
    from trucewatch.answers.inputs import check_importer, check_origin, current_ledger, listed, read_day
    from trucewatch.duty.origin_panel import FIRST_DAY, build_origin_panel

    law = current_ledger()
    importer = check_importer(law, importer)
    origins = (
        () if origin == ALL_ORIGINS else tuple(check_origin(law, importer, name) for name in listed(origin))
    )
    return build_origin_panel(
        law,
        importer,
        FIRST_DAY if first is None else read_day(first, "first"),
        None if last is None else read_day(last, "last"),
        origins,
    )
