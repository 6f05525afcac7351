"""The front page over all reports that exist, and their headline numbers in one file.

The page tells the story in the order a reader asks for it, lists every act of the ledger, and links every
table and figure. It asks for nothing but the figures beside it, and needs no script except for the search.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from trucewatch.answers.feeds import CALENDAR, FEED
from trucewatch.edition_age import read_dated_changes
from trucewatch.ledger.hand_kept import ACT_WORDS, CORRECTIONS, Correction, read_kept
from trucewatch.page.figure_files import png_size, svg_size
from trucewatch.page.folder import write_json
from trucewatch.page.headlines import label_of
from trucewatch.page.html import age, environment, script, style
from trucewatch.page.numbers import day_name
from trucewatch.page.provenance import newest_data
from trucewatch.page.summaries import read_summary
from trucewatch.paths import law_dir, project_root, reports_dir, write_whole
from trucewatch.rooms import rooms

#: The page on which a reader types a product; written before the front page.
PRODUCTS = "products.html"
#: The report that opens the front page.
BRIEF = "brief"
#: The report whose first figure stands large on the front page.
LEAD = "tariff_timeline"
FURTHER = "Further reports"
#: The acts that say what was promised, in order; the first question opens with them.
PROMISES = ("both_20250512_geneva", "both_20250811_truce_extended", "both_20251030_busan")
#: Commands that answer a question for the reader's own case, on the last day of the law and the year to it.
COMMANDS = {
    "What is the law now?": (
        ("The duty on a product on a day", "trucewatch lookup 9503.00.00 --on {day}"),
        (
            "China's duty on a US product, on the last day of the law",
            "trucewatch lookup 1201.90.00 --importer CHN",
        ),
        ("What changed between two days", "trucewatch diff {year_before} {day}"),
        ("What lapses or starts next", "trucewatch calendar"),
    ),
    "What would a break cost?": (("A case of your own", "trucewatch scenario my_case.yaml"),),
}


def publish(root: Path | None = None) -> Path:
    """Write reports/index.html and reports/metrics.json from the reports that are there.

    Returns the front page.

    Raises `ReportError` if a report folder is incomplete.
    """
    root = root or project_root()
    folder = reports_dir(root)
    folder.mkdir(parents=True, exist_ok=True)
    found = summaries(root)
    write_json(folder / "metrics.json", {summary["report"]: metrics(summary) for summary in found})
    entries = [entry(summary, folder) for summary in found]
    listed = acts(root)
    scripts = [script("search.js")] if listed else []
    page = (
        environment()
        .get_template("index.html.j2")
        .render(
            brief=next((item for item in entries if item["name"] == BRIEF), None),
            chapters=chapters(entries, latest(found, "law_asof")),
            lead=next((item["figure"] for item in entries if item["name"] == LEAD), None),
            promised=promised(root),
            reports=entries,
            changes=changes(root),
            feeds=[name for name in (FEED, CALENDAR) if (folder / name).is_file()],
            has_products=(folder / PRODUCTS).is_file(),
            acts=listed,
            css=style(),
            data_asof=newest_data([fact for one in found for fact in one.get("vintages", ())]),
            failed=sum(item["failed"] for item in entries),
            gates=sum(item["gates"] for item in entries),
            **age(latest(found, "law_asof"), read_dated_changes(root), *scripts),
        )
    )
    index = folder / "index.html"
    write_whole(index, page)
    return index


def changes(root: Path) -> list[Correction]:
    """Return what this edition answers otherwise than the last one, newest first."""
    rows = read_kept(CORRECTIONS, root) if (root / CORRECTIONS).is_file() else ()
    last = max((row.since_edition for row in rows), default="")
    return sorted((row for row in rows if row.since_edition == last), key=lambda row: row.on, reverse=True)


def summaries(root: Path) -> list[dict[str, Any]]:
    """Return the summary of every finished report, in the order of the story."""
    pages = reports_dir(root).glob("*/report.html")
    names = [page.parent.name for page in pages if not page.parent.name.startswith(".")]
    return [read_summary(name, root) for name in sorted(names, key=_rank)]


def metrics(summary: Mapping[str, Any]) -> dict[str, Any]:
    """Return the numbers of a report for `dvc metrics`: headlines by key, and the count of checks."""
    numbers = {
        key: item["value"] for key, item in summary["headlines"].items() if not isinstance(item["value"], str)
    }
    return {**numbers, "checks": summary["checks"]}


def entry(summary: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return what the front page says of one report; addresses are relative to the front page."""
    name, checks = summary["report"], summary["checks"]
    return {
        "name": name,
        "title": summary["title"],
        "finding": summary["finding"],
        "changed": summary.get("changed", ""),
        "citation": f"{summary['citation']} Build {summary['build_id']}.",
        "headlines": [
            {"label": label_of(key), "as_of": "", "source": "", **item}
            for key, item in summary["headlines"].items()
        ],
        "figure": key_figure(summary, folder),
        "passed": checks["passed"],
        "gates": checks["passed"] + checks["failed"],
        "failed": checks["failed"],
        "causes": summary.get("causes", []),
        "data_asof": summary["data_asof"],
        "data_to": newest_data(summary.get("vintages", ())),
        "tables": [
            {
                "caption": table["caption"],
                "files": {
                    label: f"{name}/tables/{table['name']}.{kind}"
                    for label, kind in (("CSV", "csv"), ("Parquet", "parquet"))
                    if (folder / name / "tables" / f"{table['name']}.{kind}").is_file()
                },
            }
            for table in summary["tables"]
        ],
        "figures": summary.get("figures", []),
        "workbook": f"{name}/{name}.xlsx" if (folder / name / f"{name}.xlsx").is_file() else "",
    }


def key_figure(summary: Mapping[str, Any], folder: Path) -> dict[str, Any] | None:
    """Return the first figure of a report: `name`, `title`, addresses, size in pixels, `alt`."""
    for figure in summary.get("figures", []):
        base = f"{summary['report']}/figures/{figure['name']}"
        if (folder / f"{base}.svg").is_file() and (folder / f"{base}.png").is_file():
            width, height = png_size(folder / f"{base}.png")
            title, alt = figure["title"], figure["alt"]
            alt = alt if alt.startswith(title) else f"{title}. {alt}"
            return {
                "name": figure["name"],
                "title": title,
                "page": f"{summary['report']}/report.html#figure-{figure['name']}",
                "src": f"{base}.svg",
                "narrow": narrow_figure(folder, base),
                "card": f"{base}.card.png",
                "width": width,
                "height": height,
                "alt": alt,
            }
    return None


def narrow_figure(folder: Path, base: str) -> dict[str, Any] | None:
    """Return address and size of the drawing for a phone, which is also the one shown small; None without."""
    path = folder / f"{base}.narrow.svg"
    if not path.is_file():
        return None
    width, height = svg_size(path)
    return {"src": f"{base}.narrow.svg", "width": width, "height": height}


def chapters(entries: Iterable[Mapping[str, Any]], law_asof: str | None = None) -> list[dict[str, Any]]:
    """Return the questions, the reports that answer them, and the commands that do for the reader's own case.

    Questions without a report are left out; commands stand only where the law has a last day.
    """
    told: dict[str, list[Mapping[str, Any]]] = {}
    for item in sorted(entries, key=lambda item: _rank(item["name"])):
        if item["name"] != BRIEF:
            room = rooms().get(item["name"])
            told.setdefault(room.chapter if room else FURTHER, []).append(item)
    return [
        {"question": question, "reports": reports, "commands": _commands(question, law_asof)}
        for question, reports in told.items()
    ]


def _commands(question: str, law_asof: str | None) -> list[tuple[str, str]]:
    if law_asof is None:
        return []
    day = date.fromisoformat(law_asof)
    days = {"day": day, "year_before": (pd.Timestamp(day) - pd.DateOffset(years=1)).date()}
    return [(what, command.format(**days)) for what, command in COMMANDS.get(question, ())]


def acts(root: Path) -> list[dict[str, str]]:
    """Return every act of the ledger as the front page lists it, the newest first; none without a ledger."""
    if not (law_dir(root) / "acts.csv").is_file():
        return []
    from trucewatch.ledger.ledger import load_ledger
    from trucewatch.ledger.policy_timeline import SIDES
    from trucewatch.ledger.texts import address_of_text, reported_by

    kept = read_kept(ACT_WORDS, root) if (root / ACT_WORDS).is_file() else []
    words = {row.act_id: row.words for row in kept}
    rows = []
    for act in load_ledger(root).acts:
        url = address_of_text(act.citation, act.url)
        rows.append(
            {
                "day": _text(act.stands_on),
                "side": SIDES[act.side],
                "title": act.title,
                "kind": act.kind.replace("_", " "),
                "effective": _text(act.date_effective),
                "ended": _text(act.date_ended),
                "status": act.status.replace("_", " "),
                "doubt": "" if act.confidence == "verified" else act.confidence,
                "note": act.note,
                "citation": act.citation or act.instrument,
                "url": url,
                "reported_by": reported_by(url),
                "words": " ".join(
                    (words.get(act.act_id, ""), act.detail, act.scope_note, act.instrument, act.citation)
                ),
                "act_id": act.act_id,
            }
        )
    return sorted(rows, key=lambda row: (row["day"], row["act_id"]), reverse=True)


def promised(root: Path) -> list[dict[str, str]]:
    """Return the terms of the truce as the ledger holds them, in order of day; none without a ledger.

    `act_id`, `title`, `text` (the instrument it stands in), `terms`, `note`, `day` it was announced,
    `effective`, `ended`; days in words, empty where the act has none.
    """
    if not (law_dir(root) / "acts.csv").is_file():
        return []
    from trucewatch.ledger.ledger import load_ledger

    found = load_ledger(root).act
    return [
        {
            "act_id": name,
            "title": act.title,
            "text": act.instrument,
            "terms": act.detail,
            "note": act.note,
            **{
                key: day_name(day) if day else ""
                for key, day in (
                    ("day", act.date_announced),
                    ("effective", act.date_effective),
                    ("ended", act.date_ended),
                )
            },
        }
        for name in PROMISES
        if (act := found.get(name))
    ]


@cache
def _text(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def latest(found: Iterable[Mapping[str, Any]], key: str) -> str | None:
    """Return the latest day that summaries have under a key; None where none has one."""
    return max((summary[key] for summary in found if summary[key]), default=None)


def _rank(name: str) -> tuple[int, str]:
    order = list(rooms())
    return (order.index(name) if name in order else len(order), name)
