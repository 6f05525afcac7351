"""A lookup for the eye: text, HTML, a frame and plain values."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from trucewatch.answers.exact import exact_frame, plain_number
from trucewatch.answers.layout import aligned, bullets, html_table, paragraph
from trucewatch.answers.notes import at_least, number, span, total_text
from trucewatch.duty.lines import COLUMN_2_TITLE, Line
from trucewatch.ledger.ledger import DEFAULT_ORIGIN
from trucewatch.ledger.schema import OPEN_END

if TYPE_CHECKING:
    import pandas as pd

    from trucewatch.answers.lookup import Lookup

_COLUMNS = (
    *("authority", "measure_id", "heading", "title", "rate_pct", "value_share", "pp", "status", "reason"),
    *("suppressed_by", "valid_from", "valid_to", "next_change", "act_id", "citation", "litigation"),
    *("is_estimate", "rate_text", "confidence"),
)
_PART_COLUMNS = ("code", "total_pct", "lower_pct", "upper_pct", "waived_pct", "snapback_pct", "confidence")
_SHOWN = (
    *("Authority", "Heading", "Rate %", "On share", "Points", "Status"),
    *("Since", "Next change", "Confidence"),
)
_IN_TERMINAL = ("Authority", "Rate %", "On share", "Points", "Status", "Since", "Next change")
_NUMERIC = ("Rate %", "On share", "Points", "Total %", "Lower %", "Upper %")


def frame(found: Lookup) -> pd.DataFrame:
    """Return one row a line of duty, or one row a part where the lookup is of a family."""
    if not found.lines:
        return exact_frame([{name: getattr(part, name) for name in _PART_COLUMNS} for part in found.parts])
    return exact_frame([_record(line) for line in found.lines])


def _record(line: Line) -> dict[str, Any]:
    found = {name: getattr(line, name) for name in _COLUMNS}
    return found | {"suppressed_by": ", ".join(line.suppressed_by)}


def plain(found: Lookup) -> dict[str, Any]:
    """Return the lookup as values that JSON can hold; `act` names what orders a line."""
    return {
        "code": found.code,
        "importer": found.importer,
        "origin": found.origin,
        "entry_date": found.on.isoformat(),
        "loaded_date": _plain(found.loaded),
        "known_on": found.known.isoformat(),
        "lens": found.lens,
        "total_pct": _plain(found.total_pct),
        "lower_pct": _plain(found.lower_pct),
        "upper_pct": _plain(found.upper_pct),
        "is_complete": found.is_complete,
        "waived_pct": _plain(found.waived_pct),
        "snapback_pct": _plain(found.snapback_pct),
        "vat_pct": _plain(found.vat_pct),
        "total_with_vat_pct": _plain(found.total_with_vat_pct),
        "refundable_pp": _plain(found.refundable_pp),
        "refundable_low_pp": _plain(found.refundable_bounds[0]),
        "refundable_high_pp": _plain(found.refundable_bounds[1]),
        "confidence": found.confidence,
        "lines": [
            {name: _plain(value) for name, value in _record(line).items()}
            | {"act": line.act_id or line.citation}
            for line in found.lines
        ],
        "parts": [plain(part) for part in found.parts],
        "notes": list(found.notes),
        "law_asof": found.law_asof.isoformat(),
        "ledger_hash": found.ledger_hash,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return plain_number(round(value, 4)) if isinstance(value, Decimal) else value


def dotted(code: str) -> str:
    """Return a code the way schedules print it: 9503.00.00, 4202.92.31.31."""
    return ".".join(filter(None, (code[:4], code[4:6], code[6:8], code[8:10])))


def headline(found: Lookup) -> str:
    """Return the result in one line."""
    low, high = number(found.lower_pct), number(found.upper_pct)
    result = span(low, f"{high} %", found.is_complete)
    if found.total_pct is not None:
        bounds = "" if low == high else f", {result} depending on what the code does not show"
        if found.waived_pct is not None:
            bounds = f", {number(found.waived_pct)} % as traded under the waiver{bounds}"
        result = f"{at_least(number(found.total_pct), found.is_complete)} %{bounds}"
    return f"{dotted(found.code)} {found.route}, entered {found.on}: {result}"


def _cells(line: Line) -> tuple[str, ...]:
    return (
        "COLUMN_2" if line.title == COLUMN_2_TITLE else line.authority,
        line.heading,
        number(line.rate_pct) if line.rate_pct is not None else line.rate_text or "not known",
        number(line.value_share),
        number(line.pp),
        line.status.replace("_", " "),
        "" if line.valid_from == date.min else line.valid_from.isoformat(),
        "" if line.next_change is None else line.next_change.isoformat(),
        line.confidence,
    )


def _part_cells(part: Lookup) -> tuple[str, ...]:
    low, high = part.bounds
    return (
        dotted(part.code),
        total_text(part.total_pct, part.is_complete),
        number(low),
        number(high),
        part.confidence,
    )


def _table(found: Lookup) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    if found.lines:
        return _SHOWN, [_cells(line) for line in found.lines]
    heads = ("Code", "Total %", "Lower %", "Upper %", "Confidence")
    return heads, [_part_cells(part) for part in found.parts]


def _footer(found: Lookup) -> str:
    is_news = found.snapback_pct is not None and (
        found.snapback_pct != found.total_pct or found.origin == DEFAULT_ORIGIN[found.importer]
    )
    snapback = f"Legal snap-back: {number(found.snapback_pct)} %. " if is_news else ""
    taxed = found.total_with_vat_pct  # none for a range
    tax = "" if taxed is None else f"With value-added tax: {number(taxed)} %. "
    return f"{snapback}{tax}Confidence: {found.confidence}. Lens: {found.lens}. Law as of {found.law_asof}."


def text(found: Lookup, answer: Iterable[str] = ()) -> str:
    """Return the lookup for a terminal of 80 columns; `answer` are sentences that follow the first."""
    heads, rows = _table(found)
    if found.lines:
        # the widest cells go below the row, so that a terminal can hold it
        kept = [heads.index(name) for name in _IN_TERMINAL]
        heads, rows = _IN_TERMINAL, [tuple(row[at] for at in kept) for row in rows]
        table = aligned(heads, rows, _NUMERIC, [_below(line) for line in found.lines])
    else:
        table = aligned(heads, rows, _NUMERIC)
    return "\n".join(
        [
            *paragraph(headline(found)),
            *(line for sentence in answer for line in paragraph(sentence)),
            "",
            *table,
            "",
            *paragraph(_footer(found)),
            *bullets(found.notes),
        ]
    )


def _below(line: Line) -> str:
    doubt = "" if line.confidence == "verified" else f"[{line.confidence}]"
    heading = f"{line.heading}: " if line.heading else ""
    return f"{heading}{'; '.join(filter(None, (line.title, _why(line))))} {doubt}".rstrip()


def html(found: Lookup) -> str:
    """Return a table for a notebook; the last column says why a line is as it is."""
    heads, rows = _table(found)
    if found.lines:
        heads = (*heads, "Why")
        rows = [(*row, _why(line)) for row, line in zip(rows, found.lines, strict=True)]
    return html_table(headline(found), heads, rows, _NUMERIC, (_footer(found), *found.notes))


def _why(line: Line) -> str:
    end = "" if line.valid_to in (OPEN_END,) else f"until {line.valid_to}"
    parts = dict.fromkeys((line.reason.rstrip("."), line.litigation, line.citation, end))
    return "; ".join(filter(None, parts))
