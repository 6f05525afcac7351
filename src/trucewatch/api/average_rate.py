"""The average duty over time: by authority, by weights, on the goods of any list of codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from trucewatch.errors import DataError, ParameterError, check_choice
from trucewatch.ledger.memory import per_ledger

if TYPE_CHECKING:
    import pandas as pd

    from trucewatch.duty.panel import Panel
    from trucewatch.ledger.ledger import Ledger
    from trucewatch.ledger.schema import Preference


PREFERENCES = ("used", "none", "all")
"""Which part of goods that could claim a preference is taken to claim it."""

TOGETHER = ("all", "others")
"""In place of an origin: all US imports, and those from all suppliers but China."""


def average_rate(
    importer: str = "USA",
    weights: str = "imports_2024",
    by: str | None = None,
    *,
    on: date | str | None = None,
    origin: str | None = None,
    products: str | Iterable[str] = (),
    lens: str = "as_collected",
    variant: str = "rate",
    preferences: str = "used",
) -> pd.DataFrame:
    """Return the average duty, by interval or on a day.

    Parameters
    ----------
    importer
        `USA` or `CHN`.
    weights
        `imports_2024`, `imports_2017` (trade of that year) or `simple` (every line the same).
    by
        `authority`, the default for one origin: a row an authority and one `total`; `total`: that alone.
    on
        One day of entry; every interval from 2018 to `law_asof()` if not given. A day after `law_asof()` is
        answered with the law as scheduled.
    origin
        ISO code or name; the other side of the truce if not given. Another origin takes some seconds and
        needs trade of its own (50 partners of 2024), a member of the European Union that of the Union. `all`:
        all US imports; `others`: those from all suppliers but China. These two are the total from 2025 to
        `law_asof()` with the weights `imports_2024` and the preferences in use, as the stage `rivals` has
        them; there are no parts by authority, no variants and no other choice of goods.
    products
        Only lines that start with this code, or with one of these; all if empty.
    lens
        `as_collected` or `as_finally_held`.
    variant
        `rate` the law as it stands; `snapback` with dated suspensions lifted; `political` with the return to
        former peaks; `met`, `unmet`, `claimed` by what a code does not show.
    preferences
        `used`: of goods of Canada and Mexico the part of each product that entered under the USMCA in the
        month claims it; under other programs the part of each line that did in 2024, as the duty collected
        shows (weights `imports_2024`; days after `law_asof()` count no claim). `none` and `all` are the two
        ends. `attrs["preferences"]` says which it was.

    Returns
    -------
    pandas.DataFrame
        `valid_from`, `valid_to` (half-open; left out with `on`), `authority`, `rate_pct` (percent of customs
        value), and for China `waived_pct`, the same as traded under its waiver. With the variant `rate` also
        `low_pct` and `high_pct` of the total (parts have none): every product at its lowest and its highest
        duty over what its code does not show and what can be claimed, so that they hold the route of each
        preference and the one without it. `attrs["weights"]` says what the weights are. Sources: the panel
        of the ledger, and the clean tables of trade.

    Raises
    ------
    DataError
        If panel or tables are not built, the day lies outside them, no line starts with the codes, or there
        is no trade to weigh with.
    ParameterError
        If an argument is none of those listed.

    Examples
    --------
    >>> tw.average_rate(importer="USA", weights="imports_2024", by="authority")  # doctest: +SKIP
    """
    from trucewatch.answers.countries import partner_name
    from trucewatch.answers.inputs import (
        check_importer,
        check_origin,
        current_ledger,
        listed,
        read_code,
        read_day,
    )
    from trucewatch.api.tables import table
    from trucewatch.duty import averages
    from trucewatch.duty.exclusions import has_waiver
    from trucewatch.ledger.ledger import DEFAULT_ORIGIN
    from trucewatch.ledger.origins import EU, preferences_of
    from trucewatch.trade import preference
    from trucewatch.trade.weights import IMPORTS_2024, SIMPLE, partner_of, weight_set

    check_choice("preferences", preferences, PREFERENCES)
    law = current_ledger()
    importer = check_importer(law, importer)
    if origin in TOGETHER and importer == "USA":
        given_otherwise = {
            "weights": (weights, IMPORTS_2024),
            "by": (by or averages.TOTAL, averages.TOTAL),
            "products": (tuple(listed(products)), ()),
            "lens": (lens, averages.AS_COLLECTED),
            "variant": (variant, "rate"),
            "preferences": (preferences, "used"),
        }
        return _together(law, str(origin), None if on is None else read_day(on, "on"), given_otherwise)
    by = by or "authority"
    origin = check_origin(law, importer, origin or DEFAULT_ORIGIN[importer])
    day = None if on is None else read_day(on, "on")
    given = map(str, listed(products))
    codes = tuple(code if len(code) == 2 and code.isdigit() else read_code(code) for code in given)
    ahead = day is not None and day > law.law_asof
    panel = _panel(law, importer, origin, ahead).only(codes)
    _refuse_outside(panel, importer, codes, day)
    tables = {} if weights == SIMPLE else trade_tables()
    partner = origin if weights == SIMPLE else partner_of(law, origin, tables)
    chosen = weight_set(weights, panel, tables, codes, partner)
    claimable = preferences_of(law, importer, origin)
    is_known = (weights == IMPORTS_2024 and not ahead) or partner in preference.COUNTED
    claimed = "none" if not claimable or (preferences == "used" and not is_known) else preferences
    parts = [(panel, chosen.shares)]
    if claimed != "none":
        claims = frozenset(row.claim for row in claimable)
        claiming = _panel(law, importer, origin, ahead, claims).only(codes)
        parts = [(claiming, chosen.shares)]
        if claimed == "used":
            tables[preference.TABLE] = table(preference.TABLE)
            parts = preference.used(panel, claiming, chosen.shares, partner, tables)
    frame = averages.summed(
        [
            averages.average_rate(of, shares, by, variant, lens, waived=has_waiver(law, importer))
            for of, shares in parts
        ]
    )
    if variant == "rate":
        frame = averages.bounded(frame, panel, chosen.shares, lens)
    if day is not None:
        frame = averages.on(frame, day)
    name = "the European Union" if partner == EU else partner_name(law, partner)
    weighed = chosen.definition.replace(f"from {partner}", f"from {name}")
    frame.attrs = {"weights": weighed, "law_asof": law.law_asof.isoformat()}
    if claimable:
        frame.attrs["preferences"] = _claimed_text(claimed, partner, claimable)
    return frame


def _claimed_text(claimed: str, partner: str, claimable: Iterable[Preference]) -> str:
    """Say which part of the goods is taken to claim a preference."""
    from trucewatch.trade import preference

    programs = ", ".join(dict.fromkeys(row.program for row in claimable))
    if claimed != "used":
        return f"as if {claimed} were claimed: {programs}"
    if partner in preference.COUNTED:
        return "the USMCA on the part of each product that entered under it in the month"
    return f"on each line the part that claimed in {preference.YEAR}, by the duty collected then: {programs}"


def _together(
    law: Ledger, origin: str, day: date | None, given: Mapping[str, tuple[object, object]]
) -> pd.DataFrame:
    """Return the average on all imports, or all but China's; refuse what the stage `rivals` does not have."""
    from trucewatch.api.tables import table
    from trucewatch.duty import averages
    from trucewatch.trade import rivals
    from trucewatch.trade.weights import TRADE_2024, weight_set

    for name, (found, only) in given.items():
        if found != only:
            raise ParameterError(
                f"{name}: found {found!r}; the average of origin={origin!r} is known"
                + (f" with {only!r} alone" if only else f" for all {name} alone"),
                remedy="leave it out, or name one origin",
            )
    trade, suppliers = table(TRADE_2024), rivals.read(ledger=law)
    panel = _panel(law, "USA", rivals.CHINA, ahead=False)
    weights = weight_set("imports_2024", panel, trade_tables())
    china = averages.bounds(panel, weights.shares)
    frame = rivals.together(china, suppliers, trade, others=origin == "others")
    frame.insert(2, "authority", averages.TOTAL)
    if day is not None:
        first, end = frame["valid_from"].iloc[0], frame["valid_to"].iloc[-1]
        _refuse_day(day, first, end, "averages of all origins cover")
        frame = averages.on(frame, day)
    sellers = [*rivals.largest(trade, len(trade)), *([rivals.CHINA] if origin == "all" else [])]
    known = {*suppliers["partner_iso3"], rivals.CHINA}
    partners = f"{suppliers['partner_iso3'].nunique()} partners"
    partners += " and China" if origin == "all" else ", China left out"
    frame.attrs = {
        "weights": f"US imports for consumption in 2024 by HTS10, customs value (Census), from {partners}",
        "law_asof": law.law_asof.isoformat(),
        "preferences": "the part of each line that claims one, as for each origin alone",
        "origins": [rivals.origin_of(partner) for partner in sellers if partner in known],
    }
    return frame


def _refuse_outside(panel: Panel, importer: str, codes: tuple[str, ...], day: date | None) -> None:
    """Refuse codes with which no line starts, and a day that the panel does not cover."""
    if not panel.totals.num_rows:
        raise DataError(
            f"no line of the {importer} schedule starts so",
            remedy="give 2 to 10 digits of the schedule, such as 85 or 8517",
            column="products",
            value=", ".join(codes),
        )
    if day is not None:
        _refuse_day(day, panel.first, panel.end, "panel covers")


def _refuse_day(day: date, first: date, end: date, what: str) -> None:
    last = end - timedelta(days=1)
    if not first <= day <= last:
        raise DataError(
            f"the {what} {first} to {last}",
            remedy=f"the nearest day is {first if day < first else last}",
            column="on",
            value=day,
        )


def _panel(
    law: Ledger, importer: str, origin: str, ahead: bool, claims: frozenset[str] = frozenset()
) -> Panel:
    """Return the panel the pipeline built, or for another origin one built now and kept with its ledger."""
    from trucewatch.duty.panel import read_panel
    from trucewatch.ledger.ledger import DEFAULT_ORIGIN

    if origin == DEFAULT_ORIGIN[importer] and not claims:
        return read_panel(importer, ahead=ahead, ledger=law)
    return _built_panel(law, importer, origin, ahead, claims)


@per_ledger
def _built_panel(law: Ledger, importer: str, origin: str, ahead: bool, claims: frozenset[str]) -> Panel:
    from trucewatch.duty.panel import build_panel, days_of

    return build_panel(law, importer, origin, *days_of(law, ahead=ahead), claims=claims)


def trade_tables() -> dict[str, pd.DataFrame]:
    """Return the clean tables behind the weights."""
    from trucewatch.api.tables import table
    from trucewatch.trade.weights import CONCORDANCE, SOURCES

    return {name: table(name) for name in sorted({CONCORDANCE, *(source[0] for source in SOURCES.values())})}
