"""The desk for assistants: an MCP server over standard input and output (`trucewatch mcp`).

Each tool asks what the function of the same name in `trucewatch` answers, and returns it as JSON in less than
4 kB: what was asked, the finding, the act and the doubt behind it, `law_asof`, and that it is no ruling. It
reads the ledger and nothing else: no tool takes a path, writes, or fetches.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, TypeVar

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field, ValidationError

from trucewatch import __version__
from trucewatch.answers.inputs import current_ledger, short
from trucewatch.answers.notes import NOT_A_RULING
from trucewatch.errors import TrucewatchError

LIMIT = 4000
"""Bytes of an answer at most: an assistant pays for each."""
_NOTE, _TITLE = 240, 110

Code = Annotated[str, Field(description="4, 6, 8 or 10 digits of the tariff schedule, dots allowed")]
Day = Annotated[str | None, Field(description="Day as 2025-05-14; the ledger's last day if not given")]
Importer = Annotated[str, Field(description="Whose duty: USA or CHN")]
Origin = Annotated[
    str | None, Field(description="Country of origin, ISO code or English name; else the other side")
]

_INSTRUCTIONS = """\
Duties between the United States and China since 2018, and US duties on goods of every other country, from a
ledger of official acts. Use lookup for one product on one day, origins to compare the countries it can come
from, search to find its code, history for its path, diff for what changed between two days, calendar for what
lapses next, average for the duty on all trade, acts for who ordered what. Quote a number with its act, its
confidence and law_asof. unverified means one source or none: say so. The ledger reads the law to {asof}; what
came later is not recorded. Nothing here is a customs ruling: antidumping duties, quotas and fees are not in
the totals."""

F = TypeVar("F", bound=Callable[..., dict[str, Any]])


class _Desk(MCPServer[Any]):
    """A server that refuses an argument it does not know, in place of answering without it."""

    async def call_tool(self, name: str, arguments: dict[str, Any], context: Any = None) -> Any:
        """Call a tool by name."""
        known = {tool.name: list(tool.input_schema["properties"]) for tool in await self.list_tools()}
        unknown = [key for key in arguments if name in known and key not in known[name]]
        if unknown:
            raise ToolError(f"{name} has no argument {short(unknown[0])!r}; use {', '.join(known[name])}")
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            if not isinstance(error.__cause__, ValidationError):
                raise
            first = error.__cause__.errors(include_url=False)[0]
            place = ".".join(map(str, first["loc"]))
            raise ToolError(f"{name}: {place}: {first['msg']}; found {short(first['input'])}") from error


def serve() -> None:
    """Answer an assistant until its input ends."""
    server().run("stdio")


def server() -> MCPServer[Any]:
    """Return the server with its tools."""
    desk = _Desk(
        "trucewatch",
        version=__version__,
        instructions=_INSTRUCTIONS.format(asof=current_ledger().law_asof),
        log_level="ERROR",
    )
    for function in (lookup, origins, search, history, diff, calendar, average, acts):
        desk.add_tool(
            _as_tool(function),
            annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
            structured_output=False,
        )
    return desk


def _as_tool(function: F) -> Callable[..., Any]:
    """Return a tool that answers with JSON short enough, and says in words what it cannot answer."""

    @functools.wraps(function)
    async def tool(**asked: Any) -> str:
        try:
            return _fitted(function(**asked))
        except TrucewatchError as error:
            raise ToolError(str(error)) from error

    tool.__annotations__ = {**function.__annotations__, "return": "str"}
    return tool


def _fitted(answer: dict[str, Any]) -> str:
    """Return an answer as JSON, its longest lists cut at the end until it fits; `left_out` counts them."""
    law = current_ledger()
    answer |= {
        "law_asof": law.law_asof.isoformat(),
        "days_since_law_asof": max(0, (date.today() - law.law_asof).days),
        "ledger_hash": law.ledger_hash[:12],
        "ruling": NOT_A_RULING,
    }
    left_out: dict[str, int] = {}
    while True:
        text = json.dumps(answer | ({"left_out": left_out} if left_out else {}), ensure_ascii=False)
        lists = {name: rows for name, rows in answer.items() if isinstance(rows, list) and rows}
        if len(text.encode()) < LIMIT or not lists:
            return text
        longest = max(lists, key=lambda name: len(json.dumps(lists[name])))
        answer[longest] = answer[longest][:-1]
        left_out[longest] = left_out.get(longest, 0) + 1


def _cut(text: str, size: int = _NOTE) -> str:
    return text if len(text) <= size else f"{text[: size - 1]}…"


def _plain(value: Any) -> Any:
    """Return a number for an exact one, text for a day, and no empty text."""
    if isinstance(value, str) or value is None:
        return _cut(value) if value else None
    if isinstance(value, bool):
        return value
    return value.isoformat() if isinstance(value, date) else round(float(value), 4)


def _part_of_row(row: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return some of a row, without what is empty."""
    found = {name: _plain(row[name]) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def lookup(
    code: Code,
    origin: Origin = None,
    on: Day = None,
    importer: Importer = "USA",
    value: Annotated[str | float | None, Field(description="Customs value in US dollars")] = None,
    claims: Annotated[
        list[str] | None, Field(description="Exclusions claimed, or conditions met, by id")
    ] = None,
    content: Annotated[
        dict[str, float] | None, Field(description="Metal shares of value 0-1: steel, aluminum, copper")
    ] = None,
    known: Annotated[str | None, Field(description="Read only texts published by this day")] = None,
    lens: Annotated[
        str, Field(description="as_collected (paid at entry) or as_finally_held (without void duties)")
    ] = "as_collected",
) -> dict[str, Any]:
    """Duty on one product on one day of entry, line by line with the act behind each.

    Use it when a code is known. total_pct is percent of customs value; lower_pct and upper_pct are the bounds
    where facts that the code does not show decide. A code with several lines gives a range and its parts.
    Where is_complete is false a duty is missing (doubt says which): say "at least".
    """
    from trucewatch.answers.desk import ask
    from trucewatch.answers.question import Facts

    facts: Facts = {"known": known, "value": value, "content": content, "claims": claims or (), "lens": lens}
    found = ask(code, origin, on, importer, **facts).to_dict()
    return {
        **{name: found[name] for name in ("code", "importer", "origin", "on", "total_pct", "lower_pct")},
        **{name: found[name] for name in ("upper_pct", "is_complete", "confidence", "snapback_pct")},
        "refundable_pp": found["refundable_pp"],
        "lens": found["lens"],
        "duty_usd": found["duty_usd"],
        "lines": [
            _part_of_row(line, "authority", "pp", "rate_pct", "status", "act", "next_change", "confidence")
            for line in found["lines"]
        ],
        "parts": [
            _part_of_row(part, "code", "total_pct", "lower_pct", "upper_pct") for part in found["parts"]
        ],
        "doubt": [_cut(note) for note in found["notes"] if note != NOT_A_RULING],
        "not_in_total": ", ".join(found["not_modelled"]),
    }


def origins(
    code: Code,
    on: Day = None,
    only: Annotated[list[str] | None, Field(description="Countries to compare, else every one")] = None,
) -> dict[str, Any]:
    """US duty on one product by country of origin, the dearest first; countries that pay the same together.

    Use it to compare sources of supply. claimed_pct is the total with the preference of the country (USMCA,
    KORUS ...) claimed. share is of all US imports of 2024, whatever the product.
    """
    from trucewatch.answers.every_origin import from_every_origin

    found = from_every_origin(code, on, only or ())
    return {
        "code": found.code,
        "on": found.on.isoformat(),
        "groups": [
            {
                name: value
                for name, value in zip(
                    ("total_pct", "claimed_pct", "lower_pct", "upper_pct", "is_complete"),
                    map(_plain, duty),
                    strict=True,
                )
                if value is not None
            }
            | {
                "share": round(sum(row.share_of_imports for row in rows), 4),
                "count": len(rows),
                "origins": " ".join(row.origin for row in rows[:40]),
            }
            for duty, rows in found.groups().items()
        ],
        "doubt": "Bounds differ where facts decide the code does not show; lookup tells the acts.",
    }


def search(
    words: Annotated[str, Field(description="A few English words, such as usb cable")],
    origin: Origin = None,
    on: Day = None,
    top: Annotated[int, Field(ge=1, le=20, description="How many lines at most")] = 8,
) -> dict[str, Any]:
    """Find codes of the US schedule that some words could mean, with what they pay.

    Use it before lookup when only a product's name is known. It classifies nothing: tell the user to check.
    """
    from trucewatch.answers.search import search as find

    found = find(words, origin, on, top)
    return {
        "words": _cut(found.words, _TITLE),
        "origin": found.origin,
        "on": found.on.isoformat(),
        "hits": [
            _part_of_row(vars(hit) | {"name": _cut(hit.name, _TITLE)}, *vars(hit)) for hit in found.hits
        ],
        "doubt": "A search is no classification.",
    }


def history(
    code: Code,
    first: Annotated[str | None, Field(description="First day of entry; else the line's first")] = None,
    last: Day = None,
    importer: Importer = "USA",
    origin: Origin = None,
) -> dict[str, Any]:
    """Path of the duty on one line since 2018: a row for each stretch without change, newest first.

    Use it for how a duty moved; valid_to is the first day that is no longer covered.
    """
    from trucewatch import api

    frame = api.history(code, first, last, importer=importer, origin=origin)
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    own = ("valid_from", "valid_to", "total_pct", "lower_pct", "upper_pct", "confidence")
    stretches = []
    for row in reversed(rows):
        points = {name: _plain(row[name]) for name in row if name not in (*own, "snapback_pct") and row[name]}
        stretches.append(_part_of_row(row, *own) | {"points": points})
    return {"code": frame.attrs["code"], "importer": importer, "stretches": stretches}


def diff(
    a: Annotated[str, Field(description="The earlier day, as 2025-05-13")],
    b: Annotated[str, Field(description="The later day")],
    importer: Importer = "USA",
    origin: Origin = None,
) -> dict[str, Any]:
    """What changed between two days of entry: average duty, by authority, acts, products that moved most.

    Use it for questions such as what a deal or a ruling did. The cost is static: nobody reacts.
    """
    from trucewatch.answers.diff import diff as compare

    found = compare(a, b, importer, origin).to_dict(5)
    names = ("importer", "origin", "from", "to", "from_average_pct", "to_average_pct", "change_average_pp")
    return {
        **{name: found[name] for name in (*names, "weights", "cost_usd")},
        "lines_changed": found["lines"],
        "share_of_trade_by_confidence": found["confidence"],
        "by_authority_pp": found["by_authority_pp"],
        "acts": [_act(act) for act in found["acts"]],
        "movers": [_shorter(mover) for mover in found["movers_usd"]],
        "doubt": [_cut(note) for note in found["notes"]],
    }


def calendar(
    start: Annotated[str | None, Field(description="First day looked at; else the ledger's last")] = None,
    importer: Annotated[str | None, Field(description="USA or CHN; both if not given")] = None,
) -> dict[str, Any]:
    """What lapses or starts next by the texts, with the rates before and after. No forecast.

    Use it for deadlines: the end of a suspension, an exclusion, a list.
    """
    from trucewatch.answers.calendar import calendar as cliffs

    found = cliffs(start, importer)
    names = ("on", "side", "kind", "title", "from_pct", "to_pct", "what", "citation", "confidence", "doubt")
    rows = [{name: getattr(cliff, name) for name in names} for cliff in found.cliffs]
    return {
        "from": found.start.isoformat(),
        "count": len(rows),
        "cliffs": [
            _part_of_row(row | {"act": row["citation"]}, *names[:7], "act", *names[8:]) for row in rows
        ],
    }


def average(
    importer: Importer = "USA",
    on: Day = None,
    origin: Annotated[
        str | None,
        Field(
            description="Country of origin; `all` US imports, or `others`: all but China; else the other side"
        ),
    ] = None,
    products: Annotated[list[str] | None, Field(description="Only codes that begin so; all if none")] = None,
    weights: Annotated[str, Field(description="imports_2024, imports_2017 or simple")] = "imports_2024",
) -> dict[str, Any]:
    """Average duty on one day over all products (or some), by authority, in percent of customs value.

    Use it for the headline rate; say the weights with it. lower and upper: facts that codes do not show, not
    given for all origins together.
    """
    from trucewatch.api.average_day import average_day

    found = average_day(importer, on, origin, products or (), weights)
    return found.to_dict() | {"act": "of each authority: ask acts or lookup"}


def acts(
    search: Annotated[str, Field(description="A word of title, citation or detail, such as Geneva")] = "",
    since: Annotated[str | None, Field(description="First day of effect")] = None,
    until: Annotated[str | None, Field(description="Last day of effect")] = None,
    side: Annotated[str | None, Field(description="USA or CHN; both if not given")] = None,
) -> dict[str, Any]:
    """Official acts and events of both sides with citation, status and source, newest first.

    Use it for who ordered what and when, and for the source to link.
    """
    from trucewatch import api

    frame = api.acts(since, until, side=side, search=search)
    frame = frame.sort_values("day", ascending=False, na_position="last", kind="stable")
    rows: list[Any] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return {"count": len(rows), "acts": [_act(row) for row in rows]}


def _act(row: dict[str, Any]) -> dict[str, Any]:
    names = ("day", "act_id", "side", "title", "citation", "date_announced", "date_effective", "status")
    return _part_of_row(row, *(name for name in (*names, "confidence", "source") if name in row))


def _shorter(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _cut(value, _TITLE) if isinstance(value, str) else value for name, value in row.items()}
