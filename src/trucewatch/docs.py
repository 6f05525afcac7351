"""What is generated outside reports/: pages of docs/, and the lists of reports in dvc.yaml and the README.

One list and one writer of each, so that a test can tell what is stale.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from trucewatch.errors import ReportError
from trucewatch.paths import project_root, write_whole
from trucewatch.rooms import rooms


def _data_dictionary() -> str:
    from trucewatch.sources.doc_pages import data_dictionary

    return data_dictionary() + "\n" + published_columns()


def published_columns() -> str:
    """Return the columns of every table a report publishes, as Markdown: name, unit, label and meaning."""
    from trucewatch.page.columns import SHARED, ShownColumn, columns_of

    def listed(columns: Iterable[ShownColumn]) -> str:
        rows = [f"| `{one.name}` | {one.unit} | {one.label} | {one.description} |" for one in columns]
        return "\n".join(["| column | unit | label on the page | meaning |", "|---|---|---|---|", *rows])

    parts = [
        "## Published tables",
        "The CSV files in `reports/<report>/tables`. They keep the base unit, which the name carries; page "
        "and workbook show billions, millions and percent under the label. Written from the `columns.csv` of "
        "each report's folder.",
        f"### In several reports\n\n{listed(columns_of(SHARED))}",
    ]
    for name in rooms():
        own = [one for one in columns_of(name) if one not in columns_of(SHARED)]
        parts += [f"### {name}\n\n{listed(own)}"] if own else []
    return "\n\n".join(parts) + "\n"


def _data_sources() -> str:
    from trucewatch.page.dependencies import notebook_tree, tables_named
    from trucewatch.sources.doc_pages import data_sources

    read_by: dict[str, list[str]] = {}
    for name in rooms():
        for table in tables_named(notebook_tree(project_root() / "notebooks" / f"{name}.ipynb")):
            read_by.setdefault(table, []).append(name)
    return data_sources(read_by)


def report_page(name: str) -> str:
    """Return the page of a report: its question, its parameters, and what its folder says `about` it."""
    from trucewatch.params import Params

    path = Path(__file__).with_name("reports") / name / "about.md"
    if not path.is_file():
        raise ReportError(f"reports/{name} has no about.md; say there how it computes and what it cannot say")
    title, _, about = path.read_text(encoding="utf-8").partition("\n")
    parameters = type(getattr(Params(), name)).model_json_schema()["properties"]
    rows = [
        f"| `{name}.{key}` | {_default(field)} | {_legal(field)} | {field['description']} |"
        for key, field in parameters.items()
    ]
    lines = [
        title,
        "",
        f"**{rooms()[name].question}** The report is `reports/{name}/report.html`, its notebook "
        f"[{name}](../../notebooks/{name}.ipynb).",
        about.rstrip(),
        "",
        "## What can be changed",
        "",
        "| parameter | default | legal | meaning |",
        "|---|---|---|---|",
        *rows,
        "",
        f"Written from `src/trucewatch/reports/{name}`; edit it there.",
    ]
    return "\n".join(lines) + "\n"


def _default(field: Mapping[str, Any]) -> str:
    found = field.get("default")
    shown = ", ".join(map(str, found)) if isinstance(found, list) else str(found)
    return f"`{shown}`" if shown and found is not None else "none"


def _legal(field: Mapping[str, Any]) -> str:
    if "enum" in field:
        return ", ".join(map(str, field["enum"]))
    ends = [field.get("minimum", field.get("exclusiveMinimum")), field.get("maximum")]
    return "" if ends[0] is None or ends[1] is None else f"{ends[0]:g} to {ends[1]:g}"


def _policy_timeline() -> str:
    from trucewatch.ledger.ledger import load_ledger
    from trucewatch.ledger.policy_timeline import policy_timeline

    return policy_timeline(load_ledger())


def _deviations() -> str:
    """Return every departure from the letter of the law, by kind, as Markdown."""
    from trucewatch.ledger.chronicle import DEVIATION_KINDS
    from trucewatch.ledger.ledger import load_ledger

    parts = [
        "# Deviations from the letter of the law",
        "Where the ledger does not do what a text says, why, on what evidence, and what it does to the "
        "average. Written from `data/law/deviations.csv`; `trucewatch deviations` computes the effects anew, "
        "on the imports of 2024, where claims for every entry undo a departure. Numbers such as L2 are "
        "those of [assumptions.md](assumptions.md); "
        "[law_conflicts.md](law_conflicts.md) settles what the texts themselves leave open.",
    ]
    for kind, meaning in DEVIATION_KINDS.items():
        parts.append(f"## {kind.capitalize()}: {meaning}")
        for row in load_ledger().deviations:
            if row.kind == kind:
                number = f", {row.assumption}" if row.assumption else ""
                how = (
                    f"computed with `{row.undone_by}`"
                    if row.undone_by
                    else "not computed: no claim undoes it"
                )
                parts.append(
                    f"**{row.what}.** Why: {row.reason}. Evidence: {row.evidence}. Effect: {row.effect} "
                    f"({how}). Source: {row.source}. "
                    f"Where: `{row.place}` ({row.side}, {row.confidence}{number})."
                )
    return "\n\n".join(parts) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "data_dictionary.md": _data_dictionary,
    "data_sources.md": _data_sources,
    "deviations.md": _deviations,
    "policy_timeline.md": _policy_timeline,
    **{f"reports/{name}.md": partial(report_page, name) for name in rooms()},
}


#: A list in dvc.yaml that follows the rooms: a comment that names it, and the items below.
_LIST = re.compile(
    r"^(?P<head>(?P<indent> *)# generated: (?P<name>\w+)\n)(?:(?P=indent)- .*\n)*", re.MULTILINE
)
_TABLE = re.compile(r"(?<=<!-- generated: reports -->\n).*?(?=<!-- end -->)", re.DOTALL)


def dvc_lists(text: str) -> str:
    """Return dvc.yaml with its lists of reports as the rooms have them."""
    reports = [name for name, room in rooms().items() if not room.is_story]
    stories = [name for name, room in rooms().items() if room.is_story]
    lists = {
        "reports": reports,
        "stories": stories,
        "summaries": [f"reports/{name}/summary.json" for name in reports],
        "folders": [f"reports/{name}" for name in rooms()],
    }

    def renewed(found: re.Match[str]) -> str:
        return found["head"] + "".join(f"{found['indent']}- {item}\n" for item in lists[found["name"]])

    return _LIST.sub(renewed, text)


def report_table(text: str) -> str:
    """Return the README with its table of questions, reports and notebooks as the rooms have it."""
    lines = ["| question | report | notebook | method |", "|---|---|---|---|"]
    lines += [
        f"| {room.question} | `reports/{name}/report.html` | [{name}](notebooks/{name}.ipynb) | "
        f"[method and limits](docs/reports/{name}.md) |"
        for name, room in rooms().items()
    ]
    return _TABLE.sub(lambda _: "\n".join(lines) + "\n", text)


#: Files of which a part is generated, and who writes it.
PARTS: dict[str, Callable[[str], str]] = {"README.md": report_table, "dvc.yaml": dvc_lists}


#: Figures of the last build that the README shows.
FIGURES = {"figures/truce.png": "reports/tariff_timeline/figures/truce.png"}


def write_docs(root: Path | None = None) -> list[Path]:
    """Write every generated page and part, copy the figures of the last build; return the paths."""
    root = root or project_root()
    folder = root / "docs"
    for name, page in PAGES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(page(), encoding="utf-8")
    for name, renewed in PARTS.items():
        path = root / name
        write_whole(path, renewed(path.read_text(encoding="utf-8")))
    built = {name: root / figure for name, figure in FIGURES.items() if (root / figure).is_file()}
    for name, figure in built.items():
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(figure, folder / name)
    return [folder / name for name in (*PAGES, *built)] + [root / name for name in PARTS]
