"""The product page: type a word or a code, and read what each side charges on it, 2018 to the last day.

One file that opens from a disk and asks for nothing: the duties of every line of both schedules lie in it,
packed, as paths that many lines share. They are those of the panels, so that a lookup says the same.
"""

from __future__ import annotations

import base64
import csv
import gzip
import json
import math
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from trucewatch.answers.hts_numbers import Numbers, numbers, short_name
from trucewatch.duty.panel import Panel, build_panel, read_panel
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger, load_ledger
from trucewatch.ledger.memory import uncollected
from trucewatch.ledger.origins import Kind, kind_of
from trucewatch.ledger.texts import address_of_text
from trucewatch.page.front_page import PRODUCTS
from trucewatch.page.html import age, environment, script, style
from trucewatch.paths import write_whole
from trucewatch.tables import read_table

#: By importer: the heading of its side, and who sells.
SIDES = {"USA": "US duty on imports from China", "CHN": "China's duty on imports from the United States"}
_NAME = 120
#: How many other suppliers of the United States stand beside China: the largest by imports of 2024.
OTHERS = 14
#: One stretch: first day, rate, lowest and highest reading. Without a rate but with readings: the numbers of
#: the line pay differently. Without either: not in the schedule, or not known.
Step = tuple[int, float | None, float | None, float | None]


def write_products(root: Path, folder: Path) -> Path:
    """Write the product page of a build beside its front page; return its path."""
    law = load_ledger(root)
    with uncollected():
        held = json.dumps(contents(law, root)).encode()
    packed = base64.b64encode(gzip.compress(held, mtime=0)).decode()
    page = (
        environment()
        .get_template("products.html.j2")
        .render(data=packed, css=style(), **age(law.law_asof.isoformat(), [], script("products.js")))
    )
    path = folder / PRODUCTS
    write_whole(path, page)
    return path


def contents(law: Ledger, root: Path) -> dict[str, Any]:
    """Return what the page holds: the last day, both sides, and the acts by the day they took effect.

    Keys: `asof`; `sides`, for each importer its `title`, `codes` (largest trade first), `names`, `path` (an
    index by code) and `paths`, lists of `[day, rate, low, high]` with days since 1970 and percent, `next` by
    code where a text changes the rate after the last day; `words`, everyday words by the beginning of a code;
    `acts`, by side and day, with the address of each text; `others`, what the United States charges other
    suppliers on the last day: their `names`, `index` into `duties` by code.
    """
    sides = {}
    known = numbers(root)
    order = _by_trade(root)
    for importer, title in SIDES.items():
        panel, ahead = (read_panel(importer, root, ahead, law) for ahead in (False, True))
        paths: dict[tuple[Step, ...], int] = {}
        codes, index, following = [], [], {}
        ways, later = (_lines(one, known if importer == "USA" else None) for one in (panel, ahead))
        for code in sorted(ways, key=lambda code: (order.get(code[:6], len(order)), code)):
            codes.append(code)
            index.append(paths.setdefault(ways[code], len(paths)))
            changes = [step for step in later.get(code, ()) if step[1:] != ways[code][-1][1:]]
            if changes:
                following[code] = changes[0]
        sides[importer] = {
            "title": title,
            "codes": codes,
            "path": index,
            "paths": list(paths),
            "next": following,
            "names": [_name(known, code, importer) for code in codes],
        }
    return {
        "asof": law.law_asof.isoformat(),
        "sides": sides,
        "words": _everyday(root),
        "acts": _acts(law),
        "others": _others(law, sides["USA"]["codes"], known),
    }


def _others(law: Ledger, codes: Any, known: Numbers) -> dict[str, Any]:
    """Return the duty of the last day by code for the largest other suppliers, each group of duties once."""
    partners = sorted(law.partners, key=lambda one: one.imports_2024_usd, reverse=True)
    chosen = [one for one in partners if one.iso3 != DEFAULT_ORIGIN["USA"]][:OTHERS]
    by_kind: dict[Kind, dict[str, tuple[float | None, ...]]] = {}  # members of the EU share theirs
    for one in chosen:
        kind = kind_of(law, one.iso3)
        if kind not in by_kind:
            panel = build_panel(law, "USA", one.iso3, law.law_asof, law.law_asof)
            by_kind[kind] = {code: steps[-1][1:] for code, steps in _lines(panel, known).items()}
    now = [by_kind[kind_of(law, one.iso3)] for one in chosen]
    duties: dict[tuple[Any, ...], int] = {}
    index = [
        duties.setdefault(tuple(own.get(code, (None, None, None)) for own in now), len(duties))
        for code in codes
    ]
    return {"names": [one.name for one in chosen], "index": index, "duties": list(duties)}


def _lines(panel: Panel, known: Numbers | None) -> dict[str, tuple[Step, ...]]:
    """Return every line with its duty over time; where lists split a line, as a lookup says it."""
    ways = dict(_paths(panel, is_line=True))
    below: dict[str, dict[str, tuple[Step, ...]]] = {}
    for code, steps in _paths(panel, is_line=False):
        line = next(
            (code[:digits] for digits in (8, 6) if code[:digits] in ways and digits < len(code)), None
        )
        if line:
            below.setdefault(line, {})[code] = steps
    for line, longer in below.items():
        stretches = [(_since_1970(panel.first), [ways[line], *longer.values()], True)]
        for day, live in _live(line, known, panel.end) if known else ():
            stretches.append((day, [longer.get(number, ways[line]) for number in live or [line]], False))
        ways[line] = _joined(stretches)
    return ways


def _live(line: str, known: Numbers, end: date) -> Iterator[tuple[int, list[str]]]:
    """Yield the days from which other numbers of a line exist, from the first edition read, with those."""
    spans = [span for number in known.below(line) if (span := known.span(number))]
    for day in sorted({known.first, *(day for span in spans for day in span)}):
        if known.first <= day < end:
            yield _since_1970(day), known.live(line, day)


def _joined(stretches: Sequence[tuple[int, Sequence[Sequence[Step]], bool]]) -> tuple[Step, ...]:
    """Return one path from stretches of time, each with its first day and what `_together` is given."""
    found: list[Step] = []
    ends = [*(first for first, _, _ in stretches[1:]), math.inf]
    for (first, ways, is_rest_first), end in zip(stretches, ends, strict=True):
        if end <= first:
            continue  # the path begins later
        steps = _together(ways, is_rest_first)
        before = [(first, *step[1:]) for step in steps if step[0] <= first][-1:]
        for step in [*before, *(step for step in steps if first < step[0] < end)]:
            if not found or found[-1][1:] != step[1:]:
                found.append(step)
    return tuple(found)


def _together(ways: Sequence[Sequence[Step]], is_rest_first: bool = False) -> tuple[Step, ...]:
    """Return several paths as one: the rate where they agree, and the range from lowest to highest.

    With `is_rest_first`, the first path is the line's own and its rate stands: the others are codes below
    it, of which it is not known whether they are all there is.
    """
    found: list[Step] = []
    for day in sorted({step[0] for way in ways for step in way}):
        then = [next((step for step in reversed(way) if step[0] <= day), None) for way in ways]
        known = [step for step in then if step is not None and step[2] is not None]
        rates = {step[1] for step in (then[:1] if is_rest_first else known) if step is not None}
        rate = rates.pop() if len(rates) == 1 else None
        low = min((step[2] for step in known if step[2] is not None), default=None)
        high = max((step[3] for step in known if step[3] is not None), default=None)
        if not found or found[-1][1:] != (rate, low, high):
            found.append((day, rate, low, high))
    return tuple(found)


def _since_1970(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _paths(panel: Panel, is_line: bool) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """Yield every line, or every longer code, with its duty over time, one step for each change."""
    order = [("code", "ascending"), ("valid_from", "ascending")]
    table = panel.totals.filter(pc.equal(panel.totals["is_line"], is_line)).sort_by(order)
    days = [table[name].cast("int32").to_pylist() for name in ("valid_from", "valid_to")]
    rates = [pc.cast(table[f"{name}_pct"], "float64").to_pylist() for name in ("rate", "met", "unmet")]
    last = _since_1970(panel.end)
    rows = zip(table["code"].to_pylist(), *days, *rates, table["is_complete"].to_pylist(), strict=True)
    for code, own in groupby(rows, key=itemgetter(0)):
        steps: list[Step] = []
        end = None
        for _, first, after, rate, met, unmet, complete in own:
            if end is not None and first > end:
                steps.append((end, None, None, None))
            readings = [round(value, 4) for value in (rate, met, unmet)]
            known = (readings[0], min(readings), max(readings)) if complete else (None, None, None)
            if not steps or steps[-1][1:] != known:
                steps.append((first, *known))
            end = after
        if end is not None and end < last:
            steps.append((end, None, None, None))
        yield code, tuple(steps)


def _name(known: Numbers, code: str, importer: str) -> str:
    """Return what the schedule calls a line; China's lines are called by their subheading."""
    own = known.name(code) if importer == "USA" else ""  # the same eight digits are other goods in China
    return short_name(own or known.name(code[:6]), _NAME)


def _everyday(root: Path) -> dict[str, str]:
    with (root / "data" / "words" / "everyday_words.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["words"] for row in csv.DictReader(file)}


def _by_trade(root: Path) -> dict[str, int]:
    """Return the rank of each subheading by trade between the two in the newest year of the table."""
    trade = read_table("us_trade_hs6_annual", root)
    own = trade[(trade["partner_iso3"] == "CHN") & (trade["year"] == trade["year"].max())]
    values = own.groupby("hs6")["value_usd"].sum().sort_values(ascending=False, kind="stable")
    return {code: rank for rank, code in enumerate(values.index)}


def _acts(law: Ledger) -> dict[str, dict[str, list[Sequence[str]]]]:
    found: dict[str, dict[str, list[Sequence[str]]]] = {side: {} for side in SIDES}
    for act in law.acts:
        for side in SIDES:
            if isinstance(act.date_effective, date) and act.side in (side, "both"):
                told = (act.act_id, act.title, address_of_text(act.citation, act.url))
                found[side].setdefault(act.date_effective.isoformat(), []).append(told)
    return found
