"""What a notebook writes a report with: findings, figures, tables, headline numbers, checks."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
from IPython.display import HTML, Markdown, display

from trucewatch import made
from trucewatch.errors import ReportError
from trucewatch.page import benchmarks as checking
from trucewatch.page import figure_files as figures
from trucewatch.page import provenance
from trucewatch.page import report_tables as tables
from trucewatch.page.columns import find_column
from trucewatch.page.folder import CHANGED_VARIABLE, FOLDER_VARIABLE, TABLES_VARIABLE, write_json
from trucewatch.page.headlines import headlines_html, label_of
from trucewatch.page.measured import Numbers, answers
from trucewatch.page.numbers import unbroken
from trucewatch.page.plain import as_shown, harmless
from trucewatch.page.summaries import BUILDS_READ
from trucewatch.paths import project_root
from trucewatch.tables.spreadsheet import csv_text

_NAME = re.compile(r"[a-z][a-z0-9_]*")
#: Output metadata by which the page knows what a notebook showed.
KIND = "trucewatch"


def open_report(name: str) -> Report:
    """Open the report `name`, writing where the runner says, or into scratch/<name> when run by hand.

    By hand, a folder that holds files of yours is left alone, and the next number is taken: scratch/<name>_2.

    `name`: the report's name: its notebook's, its folder's and its section of params.yaml.
    """
    _check_name("report", name)
    root = project_root()
    given = os.environ.get(FOLDER_VARIABLE)
    folder = Path(given) if given else made.free_folder(root / "scratch" / name)
    if not given and folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    return Report(name, folder, root, _declared_tables(name, root), is_run=bool(given))


class Report:
    """A report in the making. Notebooks get one from `open_report`.

    `name`: the report's name; `folder`: where figures/, tables/, summary.json, checks.json and the workbook
    go; `table_names`: clean tables the report rests on; `used` adds more; `is_run`: whether the runner runs
    the notebook; by hand, the output in Lab carries no download links.
    """

    def __init__(self, name: str, folder: Path, root: Path, table_names: list[str], *, is_run: bool) -> None:
        self.name, self.folder, self.root = name, folder, root
        self.title = _title(name, root)
        self._is_run = is_run
        self._table_names = list(table_names)
        self._published = checking.read_published(name, root)
        self._finding: str | None = None
        self._only = ""
        self._figures: list[dict[str, str]] = []
        self._sheets: list[tables.Sheet] = []
        self._headlines: dict[str, dict[str, Any]] = {}
        self._headlines_shown = False
        self._limits: list[str] = []
        self._addresses: frozenset[str] | None = None
        self._checks: dict[str, dict[str, Any]] = {}
        self._checks_shown = 0
        self._closed = False

    def narrow(self, to: str) -> None:
        """Say what this run is of, where that is less or other than the report's own subject.

        The finding, every title and caption, every definition and the citation then begin with it. Nothing
        happens where `to` is empty.
        """
        self._only = to

    def marked(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a table for a CSV, which has no caption: a last column `run_of` says what a run is of.

        The table itself is returned where the run is of the report's own subject and settings.
        """
        changed = os.environ.get(CHANGED_VARIABLE)
        run_of = "; ".join(filter(None, [self._only, changed and f"settings changed: {changed}"]))
        return frame.assign(run_of=run_of) if run_of else frame

    def _of(self, text: str) -> str:
        return f"{self._only}: {text}" if self._only else text

    def finding(self, text: str) -> None:
        """State the finding: one sentence, its numbers computed. The page opens with it."""
        if self._finding is not None:
            raise ReportError(f"report {self.name!r} has two findings; a report opens with one sentence")
        self._finding = " ".join(text.split())
        if not self._finding:
            raise ReportError(f"the finding of report {self.name!r} is empty")
        self._finding = self._of(self._finding)
        self._show(f'<p class="finding">{escape(unbroken(self._finding))}</p>', "finding")

    def text(self, markdown: str, links: Iterable[str] = ()) -> None:
        """Show prose with computed numbers, in Markdown; words of the data go through `plain` first.

        - `markdown`: the prose. Pictures, tags and links to anywhere unknown are shown as the text they are.
        - `links`: web addresses it may link to, besides those of acts and of published numbers
        """
        display(Markdown(as_shown(self._harmless(markdown, links))), metadata={KIND: "text"})

    def limits(self, markdown: str) -> None:
        """Show what the report cannot say, in Markdown, set apart from the findings; kept in the summary."""
        safe = self._harmless(markdown)
        self._limits.append(safe)
        display(Markdown(as_shown(safe)), metadata={KIND: "limits"})

    def figure(
        self,
        fig: Any,
        name: str,
        *,
        title: str,
        alt: str,
        subtitle: str = "",
        note: str = "",
        moments: Sequence[str] = (),
    ) -> None:
        """Show a figure, and keep it as figures/<name>.svg and .png that can stand alone.

        What a function marked with `style.drawing` drew is drawn again for phones (<name>.narrow.svg); each
        figure also becomes a landscape picture for sharing (<name>.card.png).

        - `fig`: a matplotlib figure, an axes, or a seaborn grid. It is closed afterwards.
        - `name`: file name and anchor: lower-case letters, digits, underscores
        - `title`, `subtitle`: the finding the figure shows, and the definition of what is drawn. The page
          sets them in its own type, so the figure itself carries neither; the files get both.
        - `alt`: what a reader who cannot see the figure must know; required
        - `note`: a line below the figure
        - `moments`: days a reader can step through with pointer or keys, in words (`style.mark_moments`)
        """
        self._new("figure", name, [figure["name"] for figure in self._figures])
        for label, value in (("title", title), ("alt", alt)):
            if not value.strip():
                raise ReportError(f"figure {name!r} has no {label}")
        title, alt = self._of(title), self._of(alt)
        from matplotlib import pyplot

        drawn = figures.as_figure(fig)
        drawings = [figures.inline_svg(drawn, name, title, alt)]
        cite = self.cite_line()
        source = " ".join(part for part in (note, cite) if part)
        folder = self.folder / "figures"
        figures.save_standalone(drawn, name, folder, title=title, subtitle=subtitle, source=source)
        figures.save_card(drawn, name, folder, title=title, subtitle=subtitle, source=cite)
        files = [f"{name}.svg", f"{name}.png", f"{name}.card.png"]
        if narrow := figures.narrow_drawing(drawn):
            drawings.append(figures.inline_svg(narrow, f"{name}-narrow", title, alt))
            figures.save_narrow(narrow, name, folder)
            files.append(f"{name}.narrow.svg")
        pyplot.close(drawn)
        self._made(*(folder / file for file in files))
        labels = ("SVG", "PNG", "for sharing", "for phones")
        links = dict(zip(labels, (f"figures/{file}" for file in files), strict=False))
        self._figures.append({"name": name, "title": title, "subtitle": subtitle, "alt": alt, "note": note})
        html = figures.figure_html(
            drawings,
            name,
            title=title,
            subtitle=subtitle,
            alt=alt,
            note=note,
            cite=cite,
            moments=moments,
            links=links if self._is_run else None,
        )
        self._show(html, "figure")

    def table(
        self,
        frame: pd.DataFrame,
        name: str,
        *,
        caption: str,
        units: Mapping[str, str] | None = None,
        formats: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | None = None,
        note: str = "",
        rows: int = 60,
        marks: Mapping[str, str] | None = None,
    ) -> None:
        """Show a table, keep it as tables/<name>.csv and as a sheet of the report's workbook.

        - `frame`: the table; a named index becomes columns. The first column names the row.
        - `name`: file, sheet and anchor: lower-case letters, digits, underscores
        - `caption`: what the table shows; required
        - `units`, `formats`, `labels`: by column, where `columns.csv` of the room does not say it: the unit
          under its name, the number format (`,.1f`, `+.2f`, `,d`, `.1%`), the name a reader sees
        - `note`: a line below the table
        - `rows`: how many rows the page shows; the files hold all
        - `marks`: colour of cells by their text: `good`, `half`, `bad` or `none`. The text itself must say it
          too.
        """
        self._new("table", name, [sheet.name for sheet in self._sheets])
        if not caption.strip():
            raise ReportError(f"table {name!r} has no caption")
        sheet = tables.prepare(
            frame,
            name,
            self._of(caption),
            units,
            formats,
            note,
            labels=labels,
            find=partial(find_column, report=self.name),
        )
        self._keep(sheet)
        links = (f"tables/{name}.csv", f"{self.name}.xlsx") if self._is_run else None
        self._show(tables.table_html(sheet, rows=rows, links=links, marks=marks), "table")

    def headline(
        self,
        key: str,
        value: float | int | str | Decimal,
        *,
        unit: str,
        definition: str,
        spec: str = ",.1f",
        label: str = "",
        as_of: str = "",
        source: str = "",
    ) -> None:
        """Keep a headline number for summary.json, `dvc metrics` and the front page (the first one given).

        - `key`: a name that stays the same from build to build: lower-case letters, digits, underscores
        - `value`: a finite number, or a short text such as a date
        - `unit`, `definition`: what the number is measured in (empty for a text) and what exactly it is
        - `spec`: how a reader sees it, as in Python's format language
        - `label`: the name a reader sees; the key with blanks for underscores by default
        - `as_of`: day or month the number speaks of, where it is not that of the report
        - `source`: the report it comes from, if that is another one; the page links to it
        """
        self._new("headline", key, self._headlines)
        plain: Any = value.item() if hasattr(value, "item") else value
        if isinstance(plain, Decimal):
            plain = float(plain)
        if isinstance(plain, bool) or not isinstance(plain, (int, float, str)) or tables.is_missing(plain):
            raise ReportError(f"headline {key!r} is {value!r}; a number or a short text is wanted")
        if not definition.strip():
            raise ReportError(f"headline {key!r} has no definition")
        definition = self._of(definition)
        text = (
            plain
            if isinstance(plain, str)
            else tables.cell_text(plain, ",d" if isinstance(plain, int) else spec)
        )
        told = {"label": label, "as_of": as_of, "source": source}
        self._headlines[key] = {"value": plain, "unit": unit, "definition": definition, "text": text} | {
            name: text for name, text in told.items() if text
        }

    def headlines_table(self, caption: str, name: str = "numbers") -> None:
        """Show the headline numbers here, in place of at the end of the page, and keep them as a table."""
        self._new("table", name, [sheet.name for sheet in self._sheets])
        frame = pd.DataFrame.from_dict(
            {key: {"label": label_of(key), **item} for key, item in self._headlines.items()},
            orient="index",
        )
        sheet = tables.prepare(frame.rename_axis("number"), name, caption, None, None, "")
        self._keep(sheet)
        self._headlines_shown = True
        html = headlines_html(self._headlines, caption, f"tables/{name}.csv" if self._is_run else "")
        self._show(html, "headlines")

    def check(self, check_id: str, ours: float | Decimal | None) -> str:
        """Compare our number with a row of data/benchmarks/published.csv; return the verdict.

        `pass`, `fail`, `information`, `by_construction`, `not_reproducible` or `not_computed`.

        `check_id`: the row; `ours`: our number in the row's unit; None where we cannot compute it.
        """
        self._new("check", check_id, self._checks, free_name=True)
        found = checking.judge(checking.find(check_id, self._published, self.name), ours)
        self._checks[check_id] = found
        return found["verdict"]

    def check_published(self, numbers: Numbers) -> None:
        """Compare every published number of the report with the one of ours that its row names.

        `numbers`: ours by name, in dollars, tonnes, percent or counts: one number, or a series by period.
        """
        for check_id, number in answers(self._published, numbers).items():
            self.check(check_id, number)

    def checks_not_applicable(self) -> None:
        """Say of every published number not checked so far that this run is of something else."""
        for check_id, published in self._published.items():
            if check_id not in self._checks:
                self._checks[check_id] = checking.judge(published, None) | {"verdict": "not_applicable"}

    def checks_table(self) -> None:
        """Show the checks made so far as a table; `close` shows what is left."""
        fresh = list(self._checks.values())[self._checks_shown :]
        self._checks_shown = len(self._checks)
        if fresh:
            self._show(checking.checks_html(fresh), "checks")

    def used(self, *table_names: str) -> None:
        """Name further clean tables the report rests on; tables in `read_table("…")` are known already."""
        for name in table_names:
            provenance.table_facts(name, self.root)
            if self._is_run and name not in self._table_names:
                raise ReportError(
                    f"the notebook reads the table {name!r} without naming it in read_table({name!r}), "
                    "so a change of it would not rerun the report"
                )
            if name not in self._table_names:
                self._table_names.append(name)

    def cite_line(self) -> str:
        """Return the line to copy when citing the report."""
        facts = self._facts()
        title = f"{self.title} ({self._only})" if self._only else self.title
        changed = os.environ.get(CHANGED_VARIABLE)
        cited = provenance.citation(title, provenance.latest(facts), provenance.law_asof(self.root))
        return f"{cited} Settings changed: {changed}." if changed else cited

    def cite(self) -> None:
        """Show the line to copy when citing the report. Every page ends with it anyway."""
        self._show(f'<p class="cite">{escape(self.cite_line())}</p>', "cite")

    def close(self) -> None:
        """Write summary.json, checks.json and the workbook, and show the checks not shown yet."""
        if self._closed:
            raise ReportError(f"report {self.name!r} is closed already")
        if self._finding is None:
            raise ReportError(
                f"report {self.name!r} has no finding; it opens with one sentence: report.finding(…)"
            )
        for check_id, published in self._published.items():
            if published.status == "gate" and check_id not in self._checks:
                self._checks[check_id] = checking.judge(published, None)
        self.checks_table()
        self._closed = True
        facts = self._facts()
        summary: dict[str, Any] = {
            "report": self.name,
            "title": self.title,
            "finding": self._finding,
            "headlines": self._headlines,
            "headlines_shown": self._headlines_shown,
            "data_asof": provenance.latest(facts),
            "law_asof": provenance.law_asof(self.root),
            "vintages": facts,
            "citation": self.cite_line(),
            "figures": self._figures,
            "tables": [{"name": sheet.name, "caption": sheet.caption} for sheet in self._sheets],
            "checks": checking.count(self._checks.values()),
            "causes": [
                {"publisher": check["publisher"], "note": check.get("note") or ""}
                for check in self._checks.values()
                if check["verdict"] in checking.FAILING
            ],
            "limits": self._limits,
            "builds_read": dict(sorted(BUILDS_READ.items())),
        }
        write_json(self.folder / "summary.json", summary)
        write_json(self.folder / "checks.json", list(self._checks.values()))
        about = {
            "title": self.title,
            "finding": self._finding,
            "data to": summary["data_asof"] or "not stated",
            "law as of": summary["law_asof"] or "not stated",
            "cite as": summary["citation"],
        }
        workbook = self.folder / f"{self.name}.xlsx"
        if self._sheets:
            tables.write_workbook(workbook, about, self._sheets)
        written = (self.folder / "summary.json", self.folder / "checks.json", workbook)
        self._made(*(path for path in written if path.is_file()))
        if not self._is_run:
            self._show(f"<p>Written to <code>{escape(str(self.folder))}</code>.</p>", "closed")

    def _harmless(self, markdown: str, links: Iterable[str] = ()) -> str:
        if self._addresses is None:
            self._addresses = provenance.known_addresses(self.root)
        return harmless(markdown, self._addresses.union(links))

    def _made(self, *paths: Path) -> None:
        """Note, by hand, what was written: the next time may replace it. A run has a folder of its own."""
        if not self._is_run:
            made.record(self.folder, paths)

    def _keep(self, sheet: tables.Sheet) -> None:
        folder = self.folder / "tables"
        folder.mkdir(exist_ok=True)
        (folder / f"{sheet.name}.csv").write_text(csv_text(self.marked(sheet.frame)), encoding="utf-8")
        self._made(folder / f"{sheet.name}.csv")
        self._sheets.append(sheet)

    def _facts(self) -> list[dict[str, Any]]:
        return [provenance.table_facts(name, self.root) for name in sorted(self._table_names)]

    def _new(self, kind: str, name: str, taken: Any, *, free_name: bool = False) -> None:
        if self._closed:
            raise ReportError(f"report {self.name!r} is closed; nothing can be added")
        if not free_name:
            _check_name(kind, name)
        if name in taken:
            raise ReportError(f"report {self.name!r} has two {kind}s named {name!r}")

    @staticmethod
    def _show(html: str, kind: str) -> None:
        display(HTML(as_shown(html)), metadata={KIND: kind})


def _check_name(kind: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ReportError(f"{kind} name {name!r}: lower-case letters, digits and underscores only")


def _title(name: str, root: Path) -> str:
    notebook = root / "notebooks" / f"{name}.ipynb"
    found = provenance.notebook_title(notebook) if notebook.is_file() else None
    return found or name.replace("_", " ").capitalize()


def _declared_tables(name: str, root: Path) -> list[str]:
    """Tables the notebook names: from the runner, or, by hand, read off the notebook."""
    if TABLES_VARIABLE in os.environ:
        return [table for table in os.environ[TABLES_VARIABLE].split(",") if table]
    notebook = root / "notebooks" / f"{name}.ipynb"
    if not notebook.is_file():
        return []
    from trucewatch.page.dependencies import notebook_tree, tables_named
    from trucewatch.paths import clean_dir

    named = sorted(tables_named(notebook_tree(notebook)))
    return [table for table in named if (clean_dir(root) / f"{table}.parquet").is_file()]
