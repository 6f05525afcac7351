"""A matplotlib figure as inline SVG for the page, and as SVG and PNG that can stand alone."""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trucewatch.errors import ReportError
from trucewatch.page.headlines import downloads_html
from trucewatch.page.numbers import unbroken
from trucewatch.page.style import CARD, PHONE, redrawn, wrap

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

_DPI = 200
#: The picture for sharing: pixels, its dots per inch, the margin, and the height of its source line.
_CARD, _CARD_DPI, _EDGE, _FOOT = (1200, 630), 100, 40, 46
#: A card shows the drawing only where eight points of it are at least nine pixels.
_LEAST_DPI = 81
_MARGIN = 0.15
_POINTS_PER_INCH = 72
#: Mean width of a letter as a share of the type size, for breaking a text into lines.
_LETTER = {"normal": 0.54, "bold": 0.64}
_GEOMETRY = re.compile(r'\b(?:d|x|y|transform|points|width|height|viewBox)="[^"]*"')
_FRACTION = re.compile(r"(\.\d\d)\d+")
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


def as_figure(drawn: Any) -> Figure:
    """Return the matplotlib figure behind a figure, an axes or a seaborn grid."""
    from matplotlib.figure import Figure

    found = drawn if isinstance(drawn, Figure) else getattr(drawn, "figure", None)
    if not isinstance(found, Figure):
        raise ReportError(f"report.figure was given a {type(drawn).__name__}, not a matplotlib figure")
    return found


def narrow_drawing(fig: Figure) -> Figure | None:
    """Return the figure drawn anew for a phone; None if nobody knows how it was drawn."""
    return redrawn(fig, PHONE)


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


def save_narrow(narrow: Figure, name: str, folder: Path) -> None:
    """Write `<name>.narrow.svg`, for a phone; who shows it sets title and source in type of their own."""
    svg = _savefig_svg(narrow, name, transparent=False, bbox_inches="tight", pad_inches=0.03)
    (folder / f"{name}.narrow.svg").write_text(svg, encoding="utf-8")


def save_card(fig: Figure, name: str, folder: Path, *, title: str, subtitle: str, source: str) -> None:
    """Write `<name>.card.png`, 1200 by 630: title, drawing and source in a landscape picture for sharing.

    A wide drawing stands below the title, a tall one beside it; where it would be too small to read, the
    title stands alone.
    """
    from matplotlib.figure import Figure
    from matplotlib.image import imread

    drawn = redrawn(fig, CARD) or fig
    drawn.draw_without_rendering()
    # type is a little wider at other resolutions than the one it was measured at
    box = drawn.get_tightbbox().padded(0.08)
    wide, tall = _CARD
    beside = box.height / box.width > 0.5
    column = 390 if beside else wide - 2 * _EDGE
    card = Figure(figsize=(wide / _CARD_DPI, tall / _CARD_DPI), dpi=_CARD_DPI, facecolor="white")
    y = float(tall - _EDGE)

    def put(text: str, y: float, size: float, weight: str, colour: str, room: float) -> float:
        lines = wrap(text, room * _POINTS_PER_INCH / _CARD_DPI, size, weight)
        line = size * 1.28 * _CARD_DPI / _POINTS_PER_INCH
        for at, words in enumerate(lines):
            card.text(
                _EDGE / wide, (y - at * line) / tall, words, fontsize=size, fontweight=weight, color=colour,
                ha="left", va="top", parse_math=False,
            )  # fmt: skip
        return y - len(lines) * line

    room = (wide - 2 * _EDGE - column - 30, tall - 1.5 * _EDGE - _FOOT) if beside else (column, 0.0)
    dpi = min(room[0] / box.width, room[1] / box.height)
    if beside and dpi < _LEAST_DPI:
        put(
            subtitle,
            put(title, y, 32, "bold", "#111111", wide - 2 * _EDGE) - 20,
            18,
            "normal",
            "#444444",
            wide - 2 * _EDGE,
        )
    else:
        y = put(title, y, 21 if beside else 22, "bold", "#111111", column) - 12
        y = put(subtitle, y, 12.5, "normal", "#444444", column) - 14
        if not beside:
            dpi = min(column / box.width, (y - _FOOT) / box.height)
        buffer = io.BytesIO()
        drawn.savefig(buffer, format="png", dpi=dpi, bbox_inches=box, facecolor="white")
        buffer.seek(0)
        pixels = imread(buffer)
        left = wide - _EDGE - pixels.shape[1] if beside else _EDGE
        card.figimage(
            pixels, left, _FOOT + (tall - _EDGE - _FOOT - pixels.shape[0]) // 2 if beside else _FOOT
        )
    first = wrap(source, (wide - 2 * _EDGE) * _POINTS_PER_INCH / _CARD_DPI, 10)[0]
    card.text(_EDGE / wide, 16 / tall, first, fontsize=10, color="#555555", va="bottom", parse_math=False)
    card.savefig(folder / f"{name}.card.png", dpi=_CARD_DPI, metadata={"Software": None})


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
    # a hundredth of a point is finer than any screen; blanks at line ends are of no use
    short = _GEOMETRY.sub(lambda found: _FRACTION.sub(r"\1", " ".join(found[0].split())), buffer.getvalue())
    return "\n".join(line.strip() for line in short.splitlines()) + "\n"


def _add_frame(fig: Figure, title: str, subtitle: str, source: str) -> tuple[list[Any], Bbox]:
    """Set title and subtitle above all that is drawn, the source line below.

    Returns texts and box: the new texts, and what to save, inches: the drawing, the texts and a margin. It is
    measured once here, since each saving with a tight box would lay out the figure again.
    """
    from matplotlib.transforms import Bbox

    fig.draw_without_rendering()
    box = fig.get_tightbbox()
    width, height = fig.get_size_inches()
    left, drawn_width = box.x0 / width, box.width

    def lines(text: str, size: float, weight: str = "normal") -> str:
        text = unbroken(text)
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


def svg_size(path: Path) -> tuple[int, int]:
    """Return width and height of an SVG, whole points."""
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', path.read_text(encoding="utf-8"))
    if found is None:
        raise ReportError(f"{path.name}: the SVG has no viewBox")
    return round(float(found[1])), round(float(found[2]))


def figure_html(
    drawings: Sequence[str],
    name: str,
    *,
    title: str,
    subtitle: str,
    alt: str,
    note: str,
    cite: str,
    moments: Sequence[str] = (),
    links: Mapping[str, str] | None,
) -> str:
    """Return the whole figure element: caption above, drawing, days to step through, note, downloads, embed.

    `drawings`: as SVG: the wide one and, where there is one, the one for a phone; `moments`: what is said of
    each day that `style.mark_moments` marked; `cite`: the line that names project and dates, for whoever
    shows the figure elsewhere; `links`: the files beside the page, by label.
    """
    downloads = downloads_html(links or {})
    second = f"<span>{escape(subtitle)}</span>" if subtitle else ""
    shapes = ("broad", "narrow") if len(drawings) > 1 else ("only",)
    # a drawing of one shape scrolls in its box on a phone, so that keys must reach it
    reached = "" if len(drawings) > 1 else f' tabindex="0" role="group" aria-label="{escape(title)}"'
    drawn = "".join(
        f'<div class="drawing {shape}"{reached}>{svg}</div>'
        for shape, svg in zip(shapes, drawings, strict=True)
    )
    items = "".join(f"<li>{escape(text)}</li>" for text in moments)
    stepped = (
        f'<details class="moments"><summary>Day by day</summary><ol>{items}</ol></details>' if items else ""
    )
    return (
        f'<figure class="figure" id="figure-{name}">'
        f"<figcaption><strong>{escape(unbroken(title))}</strong>{second}</figcaption>"
        f"{drawn}{stepped}"
        f'<p class="note"><span>{escape(note)}</span>{downloads}</p>'
        f"{_embed(name, title, alt, cite, has_narrow=len(drawings) > 1) if links else ''}"
        "</figure>"
    )


def _embed(name: str, title: str, alt: str, cite: str, *, has_narrow: bool) -> str:
    """Return how to show the figure elsewhere: terms, and HTML to copy, its addresses beside this page."""
    narrow = f'<source media="(max-width: 600px)" srcset="figures/{name}.narrow.svg">' if has_narrow else ""
    snippet = (
        f'<figure><a href="report.html#figure-{name}"><picture>{narrow}'
        f'<img src="figures/{name}.svg" alt="{escape(alt)}" style="max-width:100%"></picture></a>'
        f"<figcaption>{escape(title)}. Source: {escape(cite)}</figcaption></figure>"
    )
    return (
        '<details class="embed"><summary>Reuse this figure</summary>'
        "<p>Free to reuse with credit to trucewatch and to the sources named at the foot of this page, "
        "whose own terms apply to the data.</p>"
        f'<pre tabindex="0"><code>{escape(snippet)}</code></pre></details>'
    )
