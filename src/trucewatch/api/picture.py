"""A chart with what belongs to it: title, definition, source line, and the table it is drawn from."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from trucewatch.errors import ParameterError
from trucewatch.paths import scratch_dir

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_PAPER = "margin:0;max-width:44rem;padding:.5rem 1rem;background:#fff;color:#1b2530"
_SMALL = "margin:.3rem 0;font-size:85%;color:#59636e"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Chart:
    """A chart in the house style.

    Attributes
    ----------
    figure
        The matplotlib figure; it carries neither title nor source.
    name
        Lower-case letters, digits and underscores; what the files are called.
    title, subtitle
        What the chart shows, computed; and the definition of what is drawn.
    alt
        What a reader who cannot see it must know.
    source
        The line to print under it.
    data
        The table it is drawn from.
    """

    figure: Figure
    name: str
    title: str
    subtitle: str
    alt: str
    source: str
    data: pd.DataFrame

    def titled(self, title: str) -> Chart:
        """Return the same chart under another title; an empty one keeps the present."""
        return replace(self, title=title.strip() or self.title)

    def save(self, folder: str | Path | None = None, name: str | None = None) -> list[Path]:
        """Write `<name>.svg`, `<name>.png` (both with title, definition and source line) and `<name>.csv`.

        Parameters
        ----------
        folder
            Where to write, made if it is not there; scratch/figures of the checkout, else of the working
            directory, if not given.
        name
            In place of the chart's own.

        Returns
        -------
        list of pathlib.Path
            The three files. The same chart gives the same bytes.

        Raises
        ------
        ParameterError
            If the name cannot be a file's, or the folder cannot be written.
        """
        from trucewatch.page.figure_files import save_standalone
        from trucewatch.tables.spreadsheet import csv_text

        called = self.name if name is None else name
        if not _NAME.fullmatch(called):
            raise ParameterError(f"name: found {called!r}; legal: lower-case letters, digits and underscores")
        where = scratch_dir() / "figures" if folder is None else Path(folder)
        if where.is_file():
            raise ParameterError(f"folder: {where} is a file; name a folder, and the file by name=")
        try:
            save_standalone(
                self.figure, called, where, title=self.title, subtitle=self.subtitle, source=self.source
            )
            (where / f"{called}.csv").write_text(csv_text(self.data), encoding="utf-8")
        except OSError as error:
            raise ParameterError(
                f"folder: {where} cannot be written ({error.strerror or error})",
                remedy="name another folder, or make room on the disk",
            ) from error
        return [where / f"{called}.{suffix}" for suffix in ("svg", "png", "csv")]

    def __str__(self) -> str:
        """Return what the chart says, without the drawing."""
        return "\n".join([self.title, self.subtitle, self.alt, self.source])

    def __repr__(self) -> str:
        """Return name and title."""
        return f"<Chart {self.name}: {self.title}>"

    def _repr_html_(self) -> str:
        from trucewatch.page.figure_files import inline_svg

        title, subtitle, source = (escape(text) for text in (self.title, self.subtitle, self.source))
        svg = inline_svg(self.figure, self.name, self.title, self.alt)
        # drawn for white paper: a dark notebook must not shine through
        return (
            f'<figure id="figure-{self.name}" style="{_PAPER}"><figcaption><strong>{title}</strong>'
            f'<p style="{_SMALL}">{subtitle}</p></figcaption>{svg}<p style="{_SMALL}">{source}</p></figure>'
        )
