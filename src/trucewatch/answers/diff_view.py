"""A difference for the eye: text, HTML, a frame and plain values."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING, Any

from trucewatch.answers.exact import exact_frame
from trucewatch.answers.layout import aligned, bullets, dollars, html_table, paragraph, percent, signed
from trucewatch.answers.lookup_view import dotted
from trucewatch.answers.notes import NOT_A_RULING, number

if TYPE_CHECKING:
    import pandas as pd

    from trucewatch.answers.diff import Diff, Product
    from trucewatch.ledger.schema import Act

_CAUSES, _CHAPTERS = 12, 15
DUTY_OF = {"USA": "US", "CHN": "Chinese"}


def frame(found: Diff) -> pd.DataFrame:
    """Return one row a product; a total is None where the line stands in one schedule only."""
    names = sorted({name for item in found.products for name in item.change.by_authority})
    rows = []
    for item in found.products:
        change, moved = item.change, item.change.by_authority
        rows.append(
            {
                "code": item.code,
                "from_pct": None if change.before is None else change.from_pct,
                "to_pct": None if change.after is None else change.to_pct,
                "change_pp": change.change_pp if change.is_comparable else None,
                **{f"change_pp_{name}": moved.get(name, 0) for name in names},
                "value_usd": item.value_usd,
                "cost_usd": item.cost_usd,
                "causes": "; ".join(change.causes),
                "confidence": change.confidence,
            }
        )
    return exact_frame(rows)


def plain(found: Diff, top: int) -> dict[str, Any]:
    """Return summary, acts and movers as values that JSON can hold."""
    has_values = bool(found.values.by_code)
    return {
        "importer": found.importer,
        "origin": found.origin,
        "from": found.a.isoformat(),
        "to": found.b.isoformat(),
        "known_from": found.known_a.isoformat(),
        "known_to": found.known_b.isoformat(),
        "lens": found.lens,
        "weights": found.values.title if has_values else "simple mean of the lines",
        "from_average_pct": round(found.average("before"), 6),
        "to_average_pct": round(found.average("after"), 6),
        "change_average_pp": round(found.average_pp, 6),
        "value_usd": round(found.value_usd, 2) if has_values else None,
        "cost_usd": round(found.cost_usd, 2) if has_values else None,
        "lines": found.counts(),
        "confidence": confidence_shares(found),
        "by_authority_pp": {name: round(value, 6) for name, value in found.by("authority").items()},
        "by_chapter_pp": {name: round(value, 6) for name, value in found.by("chapter").items()},
        "by_cause_pp": {name: round(value, 6) for name, value in found.by("cause").items()},
        "movers_usd": [_mover(item) for item in found.movers("usd", top)] if has_values else [],
        "movers_pp": [_mover(item) for item in found.movers("pp", top)],
        "acts": [
            {
                "act_id": act.act_id,
                "title": act.title,
                "citation": act.citation or act.instrument,
                "announced": act.date_announced and act.date_announced.isoformat(),
                "effective": act.date_effective and act.date_effective.isoformat(),
                "ended": act.date_ended and act.date_ended.isoformat(),
                "confidence": act.confidence,
            }
            for act in found.acts
        ],
        "notes": notes(found),
        "law_asof": found.law_asof.isoformat(),
        "ledger_hash": found.ledger_hash,
    }


def _mover(item: Product) -> dict[str, Any]:
    return {
        "code": item.code,
        "from_pct": float(item.change.from_pct),
        "to_pct": float(item.change.to_pct),
        "change_pp": float(item.change.change_pp),
        "by_authority_pp": {name: float(value) for name, value in item.change.by_authority.items()},
        "value_usd": round(item.value_usd, 2),
        "cost_usd": round(item.cost_usd, 2),
        "causes": list(item.change.causes),
        "confidence": item.change.confidence,
    }


def confidence_shares(found: Diff) -> dict[str, float]:
    """Return the share of the weights by confidence of the lines."""
    shares: Counter[str] = Counter()
    for change, _, weight in found.weights:
        shares[change.confidence] += weight  # type: ignore[assignment]
    return {name: round(share, 4) for name, share in sorted(shares.items())}


def headline(found: Diff) -> str:
    """Return the finding in one sentence."""
    kind = "Average" if found.values.by_code else "Simple mean of"
    route = f"{DUTY_OF[found.importer]} duty on goods from {found.goods_of}"
    before, after = found.average("before"), found.average("after")
    change = f"{before:.2f} % to {after:.2f} %, {signed(found.average_pp)} points"
    if found.is_of_knowledge:
        window = f"for entry on {found.a}, as known on {found.known_a} and on {found.known_b}"
    else:
        window = f"between {found.a} and {found.b}"
    return f"{kind} {route} {window}: {change}."


def summary(found: Diff) -> list[str]:
    """Return the sentences that follow the finding."""
    count = found.counts()
    lines = f"{count['up']:,} lines up, {count['down']:,} down, {count['same']:,} the same"
    if count["new"] or count["ended"]:
        lines += f"; in one schedule only: {count['new']:,} new, {count['ended']:,} ended, not in the sums"
    sentences = [f"{lines}."]
    if found.values.by_code:
        sentences.insert(
            0,
            f"Static cost: {dollars(found.cost_usd)} US dollars a year on {dollars(found.value_usd)} "
            f"of trade ({found.values.title}), nothing reacting.",
        )
    return sentences


def notes(found: Diff) -> list[str]:
    """Return what a reader must know before quoting."""
    shares = ", ".join(f"{name} {percent(share)}" for name, share in confidence_shares(found).items())
    return [
        *([found.values.note] if found.values.note else []),
        *found.doubts,
        f"Share of the weights by confidence of the law: {shares}.",
        "Lines that hang on a fact the code does not show count 0; antidumping, countervailing duties and "
        "quotas are not modeled.",
        f"Lens: {found.lens}. Law as of {found.law_asof}. {NOT_A_RULING}",
    ]


def _cause_rows(found: Diff) -> list[tuple[str, str]]:
    causes = found.by("cause")
    rows = [(name, moved) for name, moved in causes.items() if round(moved, 2)]
    shown = [(signed(moved), _cause_text(found, name)) for name, moved in rows[:_CAUSES]]
    rest = sum(causes.values()) - sum(moved for _, moved in rows[:_CAUSES])
    return [*shown, *([(signed(rest), "all others together")] if round(rest, 2) else [])]


def _cause_text(found: Diff, name: str) -> str:
    ending = name.removeprefix("end of ")
    title = found.act_titles.get(ending, "")
    return f"{name}: {title}" if title else name


def _act_text(act: Act) -> str:
    days = f"{act.date_effective or act.date_announced}"
    if act.date_ended:
        days += f" until {act.date_ended}"
    doubt = "" if act.confidence == "verified" else f" [{act.confidence}]"
    return f"{days}  {act.title} ({act.citation or act.instrument or act.act_id}){doubt}"


def _mover_cells(item: Product) -> tuple[str, ...]:
    change = item.change
    return (
        dotted(item.code),
        number(change.from_pct),
        number(change.to_pct),
        signed(float(change.change_pp), 4),
        dollars(item.value_usd),
        dollars(item.cost_usd),
        change.confidence,
    )


_MOVER_HEADS = ("Code", "From %", "To %", "Points", "Trade $", "Cost $", "Confidence")
_MOVER_NUMERIC = _MOVER_HEADS[1:6]


def text(found: Diff, by: str, top: int) -> str:
    """Return the difference for a terminal."""
    lines = paragraph(headline(found))
    for sentence in summary(found):
        lines += paragraph(sentence)
    parts = list(found.by(by).items())
    shown = parts[:_CHAPTERS] if by == "chapter" else parts
    rows = [(name, signed(moved)) for name, moved in shown]
    if len(parts) > len(shown):
        rows.append(("all others", signed(sum(moved for _, moved in parts[len(shown) :]))))
    rows.append(("total", signed(found.average_pp)))
    lines += ["", *aligned((by.capitalize(), "Points"), rows, ("Points",))]
    causes = _cause_rows(found)
    if causes:
        lines += ["", "What did it, points of the average:"]
        for moved, cause in causes:
            lines += paragraph(cause, " " * 10, f"{moved:>8}  ")
    for order, title in (("usd", "dollars"), ("pp", "points")):
        if (order == "usd" and not found.values.by_code) or not top:
            continue
        movers = found.movers(order, top)
        if movers:
            table = aligned(_MOVER_HEADS, [_mover_cells(item) for item in movers], _MOVER_NUMERIC)
            lines += ["", f"Largest changes by {title}:", *table]
    if found.acts:
        lines += ["", "Acts in the window:", *bullets(_act_text(act) for act in found.acts)]
    return "\n".join([*lines, "", *bullets(notes(found))])


def html(found: Diff) -> str:
    """Return the difference for a notebook."""
    authorities = [(name, signed(moved)) for name, moved in found.by("authority").items()]
    authorities.append(("total", signed(found.average_pp)))
    movers = found.movers("usd" if found.values.by_code else "pp")
    # above the tables: as a caption it would be as narrow as the first of them
    finding = f"<p><strong>{escape(headline(found))}</strong> {escape(' '.join(summary(found)))}</p>"
    return (
        finding
        + html_table("By authority", ("Authority", "Points"), authorities, ("Points",))
        + html_table("What did it", ("Points", "Cause"), _cause_rows(found), ("Points",))
        + html_table(
            "Largest changes",
            _MOVER_HEADS,
            [_mover_cells(item) for item in movers],
            _MOVER_NUMERIC,
            [*(_act_text(act) for act in found.acts), *notes(found)],
        )
    )
