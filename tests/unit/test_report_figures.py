"""A figure inside the page and outside it."""

import xml.etree.ElementTree as ET

import matplotlib as mpl
import pytest

from trucewatch.errors import ReportError
from trucewatch.page.figure_files import as_figure, inline_svg, save_standalone

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
