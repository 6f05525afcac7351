"""A matplotlib figure as inline SVG for the page, and as SVG and PNG that can stand alone."""

from __future__ import annotations

import io
import re
import textwrap
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trucewatch.errors import ReportError
from trucewatch.page import report_tables as tables

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

_DPI = 200
_MARGIN = 0.15
_POINTS_PER_INCH = 72
#: Mean width of a letter as a share of the type size, for breaking a text into lines.
_LETTER = {"normal": 0.54, "bold": 0.64}
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


def as_figure(drawn: Any) -> Figure:
    """Return the matplotlib figure behind a figure, an axes or a seaborn grid."""
    from matplotlib.figure import Figure

    found = drawn if isinstance(drawn, Figure) else getattr(drawn, "figure", None)
    if not isinstance(found, Figure):
        raise ReportError(f"report.figure was given a {type(drawn).__name__}, not a matplotlib figure")
    return found


def inline_svg(fig: Figure, name: str, title: str, alt: str) -> str:
    """Return the figure as an SVG element for a page.

    Text stays text (the page's own font), the ground is transparent, all ids carry the figure's name so that
    several figures can share a page, and the same figure always gives the same bytes.
    """
    svg = _savefig_svg(fig, name, transparent=True, bbox_inches="tight", pad_inches=0.05)
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'href="#', f'href="#{name}-', svg)
    svg = re.sub(r"url\(#", f"url(#{name}-", svg)
    view = re.search(r'viewBox="[^"]*"', svg)
    if view is None:
        raise ReportError(f"figure {name!r}: the SVG has no viewBox")
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {view[0]} '
        f'role="img" aria-labelledby="{name}-title {name}-alt">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-alt">{escape(alt)}</desc>'
    )
    return (head + svg[svg.index(">") + 1 :]).strip()


def save_standalone(fig: Figure, name: str, folder: Path, *, title: str, subtitle: str, source: str) -> None:
    """Write `<name>.svg` and `<name>.png` with title, subtitle and source line in the picture itself.

    The page sets these in its own type; whoever takes the file alone must not lose them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    added, box = _add_frame(fig, title, subtitle, source)
    try:
        svg = _savefig_svg(fig, name, transparent=False, bbox_inches=box)
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
        fig.savefig(
            folder / f"{name}.png",
            dpi=_DPI,
            bbox_inches=box,
            facecolor="white",
            metadata={"Software": None},
        )
    finally:
        for text in added:
            text.remove()


def png_size(path: Path) -> tuple[int, int]:
    """Return width and height of a PNG, pixels."""
    with path.open("rb") as handle:
        head = handle.read(24)
    return int.from_bytes(head[16:20]), int.from_bytes(head[20:24])


def _savefig_svg(fig: Figure, name: str, *, transparent: bool, **given: Any) -> str:
    import matplotlib as mpl

    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": f"trucewatch-{name}", "svg.fonttype": "none"}):
        fig.savefig(
            buffer,
            format="svg",
            transparent=transparent,
            facecolor="none" if transparent else "white",
            metadata=_NO_METADATA,
            **given,
        )
    # matplotlib leaves blanks at line ends; version control and diffs are happier without
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


def _add_frame(fig: Figure, title: str, subtitle: str, source: str) -> tuple[list[Any], Bbox]:
    """Set title and subtitle above all that is drawn, the source line below.

    Returns
    -------
    list, Bbox
        The new texts, and what to save, inches: the drawing, the texts and a margin. It is measured once
        here, since each saving with a tight box would lay out the figure again.
    """
    from matplotlib.transforms import Bbox

    fig.canvas.draw()
    box = fig.get_tightbbox()
    width, height = fig.get_size_inches()
    left, drawn_width = box.x0 / width, box.width

    def lines(text: str, size: float, weight: str = "normal") -> str:
        letters = int(drawn_width * _POINTS_PER_INCH / (size * _LETTER[weight]))
        return textwrap.fill(text, max(letters, 20))

    def put(y: float, text: str, size: float, colour: str, **extra: Any) -> Any:
        # an amount in dollars is no formula
        return fig.text(left, y, text, fontsize=size, color=colour, ha="left", parse_math=False, **extra)

    added, top = [], box.y1 / height
    for text, size, weight, colour in ((subtitle, 10, "normal", "#444444"), (title, 13, "bold", "#111111")):
        if text:
            block = lines(text, size, weight)
            added.append(put(top + 0.1 / height, block, size, colour, weight=weight, va="bottom"))
            top += (0.1 + (block.count("\n") + 1) * size * 1.25 / _POINTS_PER_INCH) / height
    if source:
        added.append(put((box.y0 - 0.12) / height, lines(source, 8), 8, "#555555", va="top"))
    to_inches = fig.dpi_scale_trans.inverted()
    boxes = [box, *(text.get_window_extent().transformed(to_inches) for text in added)]
    return added, Bbox.union(boxes).padded(_MARGIN)


def figure_html(
    svg: str, name: str, *, title: str, subtitle: str, note: str, links: tuple[str, str] | None
) -> str:
    """Return the whole figure element: caption above, drawing, note and downloads below."""
    downloads = tables.downloads_html({"SVG": links[0], "PNG": links[1]} if links else {})
    second = f"<span>{escape(subtitle)}</span>" if subtitle else ""
    return (
        f'<figure class="figure" id="figure-{name}">'
        f"<figcaption><strong>{escape(title)}</strong>{second}</figcaption>"
        f'<div class="drawing">{svg}</div>'
        f'<p class="note"><span>{escape(note)}</span>{downloads}</p>'
        "</figure>"
    )
