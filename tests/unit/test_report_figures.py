"""A figure inside the page and outside it."""

import re
import xml.etree.ElementTree as ET
from html import unescape

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.text import Text

from trucewatch.errors import ReportError
from trucewatch.page import style
from trucewatch.page.figure_files import (
    as_figure,
    figure_html,
    inline_svg,
    narrow_drawing,
    png_size,
    save_card,
    save_standalone,
)

mpl.use("agg")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def fig():
    from matplotlib import pyplot as plt

    fig, ax = plt.subplots()
    ax.plot([1, 2], [3, 4], marker="o")
    ax.set_title("US$ 5 bn and US$ 6 bn", parse_math=False)
    yield fig
    plt.close(fig)


def test_the_svg_tells_a_screen_reader_what_it_shows(fig):
    root = ET.fromstring(inline_svg(fig, "one", "A < B", 'a "line" & more'))
    assert root.get("role") == "img"
    labels = [root.find(f".//*[@id='{name}']") for name in root.get("aria-labelledby").split()]
    assert [label.text for label in labels] == ["A < B", 'a "line" & more']


def test_ids_of_two_figures_on_a_page_never_meet(fig):
    first, second = (ET.fromstring(inline_svg(fig, name, "t", "a")) for name in ("one", "two"))
    ids = [{node.get("id") for node in root.iter() if node.get("id")} for root in (first, second)]
    assert len(ids[0]) > 5
    assert not ids[0] & ids[1]
    used = {node.get("{http://www.w3.org/1999/xlink}href")[1:] for node in first.iter(f"{SVG}use")}
    assert used
    assert used <= ids[0]


def test_the_same_figure_gives_the_same_bytes(fig, tmp_path):
    assert inline_svg(fig, "one", "t", "a") == inline_svg(fig, "one", "t", "a")
    for folder in ("a", "b"):
        save_standalone(fig, "one", tmp_path / folder, title="T", subtitle="s", source="x")
    for name in ("one.svg", "one.png"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_no_moment_and_no_version_is_written(fig, tmp_path):
    save_standalone(fig, "one", tmp_path, title="T", subtitle="", source="")
    assert b"Matplotlib" not in (tmp_path / "one.png").read_bytes()
    assert "dc:date" not in (tmp_path / "one.svg").read_text()


def test_the_files_carry_title_subtitle_and_source_and_the_figure_is_left_as_it_was(fig, tmp_path):
    before = inline_svg(fig, "one", "t", "a")
    save_standalone(fig, "one", tmp_path, title="Up by $5 and $6", subtitle="US$ bn", source="Bureau")
    text = "".join(ET.parse(tmp_path / "one.svg").getroot().itertext())
    assert all(part in text for part in ("Up by $5 and $6", "US$ bn", "Bureau"))
    assert inline_svg(fig, "one", "t", "a") == before


def test_a_long_title_is_broken_within_the_width_of_the_drawing(fig, tmp_path):
    from PIL import Image

    for name, title in (("short", "T"), ("long", "word " * 80)):
        save_standalone(fig, name, tmp_path, title=title, subtitle="", source="")
    short, long = (Image.open(tmp_path / f"{name}.png").width for name in ("short", "long"))
    assert long <= short * 1.1


def test_axes_and_seaborn_grids_are_figures_too(fig):
    assert as_figure(fig.axes[0]) is fig
    with pytest.raises(ReportError, match="str"):
        as_figure("no figure")


@pytest.fixture
def marked():
    """Return a figure of the house, drawn by a function that can draw it again."""

    @style.drawing
    def draw():
        with style.house():
            figure, (axes,) = style.canvas(left=2.0, acts=[style.Act(pd.Timestamp("2025-02-04"), "an act")])
            axes.barh([0, 1], [3, 4])
            axes.set_yticks([0, 1], ["a name of a row that is long enough for two lines", "short"])
            style.key(axes, [("bar", "bought", style.BLUE), ("ring", "promised", style.INK)])
        return figure

    return draw()


def test_a_drawing_for_a_phone_is_narrow_and_keeps_its_type_and_every_name(marked):
    narrow = narrow_drawing(marked)
    assert narrow.get_figwidth() == style.PHONE.width < marked.get_figwidth()
    texts = [text for text in narrow.findobj(Text) if text.get_text().strip()]
    # 390 px less what the page keeps at both sides, and the margin of the drawing
    shown = (390 - 2 * 8) / (style.PHONE.width + 0.1)
    assert min(text.get_fontsize() for text in texts) / 72 * shown >= 11
    names = [label.get_text().replace("\n", " ") for label in narrow.axes[0].get_yticklabels()]
    assert names == ["a name of a row that is long enough for two lines", "short"]
    assert style.width() == style.PAGE.width


def test_a_figure_nobody_knows_how_to_draw_again_has_no_narrow_drawing(fig):
    assert narrow_drawing(fig) is None


@pytest.mark.parametrize("tall", [False, True])
def test_the_card_is_landscape_and_always_the_same(fig, tmp_path, tall):
    fig.set_size_inches(5, 20 if tall else 2)
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        save_card(fig, "one", tmp_path / folder, title="T " * 60, subtitle="s", source="Bureau")
    assert png_size(tmp_path / "a/one.card.png") == (1200, 630)
    assert (tmp_path / "a/one.card.png").read_bytes() == (tmp_path / "b/one.card.png").read_bytes()
    assert b"Matplotlib" not in (tmp_path / "a/one.card.png").read_bytes()


def test_marks_of_a_legend_are_no_data(marked):
    assert [bar.get_width() for bar in marked.axes[0].patches] == [3, 4]
    assert not marked.axes[0].lines


def test_numbers_of_a_drawing_are_no_longer_than_a_hundredth_but_texts_are_left(fig):
    fig.axes[0].set_title("0.123456")
    svg = inline_svg(fig, "one", "t", "a")
    assert "0.123456" in svg
    assert not re.search(r' d="[^"]*\.\d{3}', svg)


def test_a_snippet_to_embed_names_the_files_the_terms_and_the_source():
    html = figure_html(
        ["<svg/>", "<svg/>"], "one", title="Up < down", subtitle="", alt="a", note="", cite="me (2026)",
        moments=["From 1 May: 3 %."], links={"SVG": "figures/one.svg"},
    )  # fmt: skip
    snippet = unescape(re.search(r"<code>(.*?)</code>", html)[1])
    assert 'srcset="figures/one.narrow.svg"' in snippet
    assert "Up &lt; down. Source: me (2026)" in snippet
    assert "own terms apply" in html
    assert "<li>From 1 May: 3 %.</li>" in html


def test_a_legend_stands_over_its_axes_in_the_file_as_on_the_page(marked, tmp_path):
    """The file has a title above the drawing, which moves all that is drawn: the legend moves with it."""
    save_standalone(marked, "one", tmp_path, title="A title " * 20, subtitle="", source="")
    for svg in (inline_svg(marked, "page", "t", "a"), (tmp_path / "one.svg").read_text()):
        at = {}
        for words in ("bought", "short"):
            before = svg[: svg.index(f"{words}</text>")]
            at[words] = float(re.findall(r'(?:translate\([\d.]+ | y=")([\d.]+)', before)[-1])
        assert 0 < at["bought"] < at["short"]
