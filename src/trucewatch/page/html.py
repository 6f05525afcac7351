"""An executed notebook as one HTML page: no request to anywhere, code folded but there.

Its one script says how old the page is on the day it is read; without it the words stay true.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from calendar import month_name
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

import mistune
import nbformat
from jinja2 import Environment, PackageLoader, StrictUndefined
from pygments import highlight  # type: ignore[import-untyped]
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexers import PythonLexer  # type: ignore[import-untyped]

from trucewatch.edition_age import DatedChange
from trucewatch.errors import ReportError
from trucewatch.page.benchmarks import FAILING, number_text
from trucewatch.page.headlines import headlines_html, label_of
from trucewatch.page.numbers import day_name, out_of, period_text, unbroken
from trucewatch.page.plain import as_written, foreign_part
from trucewatch.page.provenance import newest_data

_KIND = "trucewatch"
#: Sections, by anchor, that a reader opens who wants to check.
FOLDED = frozenset({"how-it-was-measured", "checks-against-published-numbers"})
#: Shown by the page's own head and foot instead.
_ELSEWHERE = ("finding", "cite", "closed")
_IMAGE_WITHOUT_ALT = re.compile(r"<img\b(?![^>]*\balt=[\"'][^\"'])", re.I)
_SECTION = re.compile(r"(?=<h2 id=)")
_BOLD_DAY = re.compile(rf"<strong>(?P<day>\d{{1,2}} (?:{'|'.join(month_name[1:])}) \d{{4}})")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class _Renderer(mistune.HTMLRenderer):
    """Headings with an anchor, tables in a box that scrolls by itself."""

    def __init__(self) -> None:
        super().__init__(escape=True)
        self.seen: set[str] = set()

    def heading(self, text: str, level: int, **_: Any) -> str:
        base = re.sub(r"[^a-z0-9]+", "-", re.sub(r"<[^>]+>", "", text).lower()).strip("-") or "section"
        anchor, number = base, 2
        while anchor in self.seen:
            anchor, number = f"{base}-{number}", number + 1
        self.seen.add(anchor)
        return f'<h{level} id="{anchor}">{text}</h{level}>\n'


def build_page(
    notebook: nbformat.NotebookNode,
    summary: Mapping[str, Any],
    checks: list[Mapping[str, Any]],
    changes: Sequence[DatedChange] = (),
) -> str:
    """Return the page of a report.

    `notebook`: executed and normalised; `summary`, `checks`: as in summary.json (with `parameters` and
    `build_id`) and checks.json; `changes`: dated changes of the law after its last day.

    Raises `ReportError` if an output needs a script or the network, is a picture without alt text, or is of
    no kind a page can show; or if the notebook has more than one heading of the first rank.
    """
    body = dates_ahead(_body(notebook), summary["law_asof"])
    sections = [part for part in _SECTION.split(body) if part.strip()]
    contents = re.findall(r'<h2 id="([^"]+)">(.*?)</h2>', body)
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            summary=summary,
            data_to=newest_data(summary["vintages"]),
            failed=[check for check in checks if check["verdict"] in FAILING],
            sections=[_section(part) for part in sections],
            contents=[(anchor, re.sub(r"<[^>]+>", "", text)) for anchor, text in contents],
            headlines=_headlines(summary),
            checks_shown='id="checks-table"' in body,
            number=number_text,
            period=period_text,
            css=style(),
            **age(summary["law_asof"], changes, *([script("figure.js")] if "<figure" in body else [])),
        )
    )


def age(law_asof: str | None, changes: Sequence[DatedChange], *more_scripts: str) -> dict[str, Any]:
    """Return what the head of a page needs to say how old it is: days in words, scripts and their hashes."""
    scripts = [script("today.js")] if law_asof else []
    return {
        "law_asof": law_asof,
        "law_day": day_name(date.fromisoformat(law_asof)) if law_asof else "",
        "dated_changes": [{**one, "day": day_name(date.fromisoformat(one["on"]))} for one in changes],
        "scripts": [*scripts, *more_scripts],
        "script_hashes": " ".join(
            f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
            for text in (*scripts, *more_scripts)
        ),
    }


def dates_ahead(html: str, law_asof: str | None) -> str:
    """Mark days after the last day of the law that open a bold text, so that a page can say they passed."""

    def marked(found: re.Match[str]) -> str:
        day = datetime.strptime(found["day"], "%d %B %Y").date().isoformat()
        if law_asof is None or day <= law_asof:
            return found[0]
        return f'<strong><time class="ahead" datetime="{day}">{found["day"]}</time>'

    return _BOLD_DAY.sub(marked, html)


def script(name: str) -> str:
    """Return a script of this package."""
    return files("trucewatch.page").joinpath(name).read_text(encoding="utf-8").strip()


def _headlines(summary: Mapping[str, Any]) -> str:
    """Return the table of headline numbers that ends a page; nothing if the report showed it itself."""
    if not summary["headlines"] or summary.get("headlines_shown"):
        return ""
    return headlines_html(summary["headlines"], "The numbers this report puts forward, with what each means")


@cache
def environment() -> Environment:
    """Return the templates of this package; a name a template does not get is an error."""
    loader = PackageLoader("trucewatch.page", "")
    made = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters.update(out_of=out_of, period_text=period_text, label_of=label_of)
    made.filters["json"] = lambda value: json.dumps(value, ensure_ascii=False)
    return made


@cache
def style() -> str:
    """Return the style sheet all pages share."""
    return files("trucewatch.page").joinpath("style.css").read_text(encoding="utf-8").strip()


def _section(html: str) -> str:
    """Return a section of the page; one that tells how the others were made is folded."""
    head = re.match(r'<h2 id="([^"]+)">(.*?)</h2>', html)
    if head is None:
        return f"<section>\n{html.strip()}\n</section>"
    body = html.strip()
    if head[1] in FOLDED:
        rest = body[head.end() :]
        body = f'<details class="folded"><summary>{head[0]}</summary>{rest}</details>'
    return f'<section aria-labelledby="{head[1]}">\n{body}\n</section>'


def _body(notebook: nbformat.NotebookNode) -> str:
    """Render all cells: prose, then what each cell shows, then the code since the last output, folded."""
    renderer = _Renderer()
    markdown = mistune.create_markdown(renderer=renderer, plugins=["table", "footnotes", "strikethrough"])
    parts: list[str] = []
    waiting: list[tuple[int, str]] = []
    title_seen = False
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "markdown":
            source, has_title = _without_title(cell.source)
            if has_title and title_seen:
                raise ReportError(f"cell {number} is a second heading of the first rank; use ## for sections")
            title_seen = title_seen or has_title
            if source.strip():
                parts += [_code(waiting), _boxed(str(markdown(source)))]
                waiting = []
        elif cell.cell_type == "code" and cell.source.strip():
            waiting.append((number, cell.source))
            shown = "".join(_output(output, number, markdown) for output in cell.outputs)
            if shown:
                parts += [shown, _code(waiting)]
                waiting = []
    parts.append(_code(waiting))
    return "\n".join(part for part in parts if part)


def _without_title(source: str) -> tuple[str, bool]:
    """Take the heading of the first rank out of a cell; the page's head shows it."""
    lines, fenced, kept, found = source.splitlines(), False, [], False
    for line in lines:
        fenced ^= line.lstrip().startswith("```")
        if line.startswith("# ") and not fenced:
            found = True
        else:
            kept.append(line)
    return "\n".join(kept), found


def _code(cells: list[tuple[int, str]]) -> str:
    if not cells:
        return ""
    formatter = HtmlFormatter(nowrap=True, classprefix="hl-")
    blocks = "".join(
        f'<pre tabindex="0"><code>{highlight(source, PythonLexer(), formatter)}</code></pre>'
        for _, source in cells
    )
    numbers = f"cell {cells[0][0]}" if len(cells) == 1 else f"cells {cells[0][0]} to {cells[-1][0]}"
    return f'<details class="code"><summary>Code <span>{numbers}</span></summary>{blocks}</details>'


def _output(output: Any, number: int, markdown: Any) -> str:
    if output.output_type == "stream":
        text = escape(_ANSI.sub("", output.text))
        if output.name == "stderr":
            told = "<summary>Messages while running</summary>"
            return f'<details class="messages">{told}<pre>{text}</pre></details>'
        return f'<pre class="printed" tabindex="0">{text}</pre>'
    kind = output.metadata.get(_KIND, "")
    data = output.data
    if kind in _ELSEWHERE:
        return ""
    if "text/html" in data:
        html = _checked(as_written(data["text/html"]), number)
        return html if kind else _boxed(html)
    if "text/markdown" in data:
        html = _boxed(str(markdown(unbroken(as_written(data["text/markdown"])))))
        return f'<aside class="limits" aria-label="Limits">{html}</aside>' if kind == "limits" else html
    if any(key.startswith("image/") for key in data):
        raise ReportError(
            f"cell {number} shows a picture without alt text; hand the figure to report.figure(…)"
        )
    if set(data) == {"text/plain"}:
        return f'<pre class="printed" tabindex="0">{escape(data["text/plain"])}</pre>'
    raise ReportError(
        f"cell {number} shows {', '.join(sorted(data))}, which a page without scripts cannot show"
    )


def _checked(html: str, number: int) -> str:
    if foreign := foreign_part(html):
        raise ReportError(f"cell {number} shows HTML with {foreign!r}: a page runs and fetches nothing")
    if _IMAGE_WITHOUT_ALT.search(html):
        raise ReportError(f"cell {number} shows a picture without alt text")
    return html


def _boxed(html: str) -> str:
    """Give every table that is not ours a box of its own to scroll in."""
    boxed = re.sub(
        r"<table\b", '<div class="table-box" role="region" tabindex="0" aria-label="Table"><table', html
    )
    return boxed.replace("</table>", "</table></div>")
