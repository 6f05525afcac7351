"""The house style: labels that do not overlap, text that is wrapped, numbers as readers see them."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trucewatch.page import numbers, style


@given(
    st.lists(
        st.tuples(st.floats(-50, 350), st.floats(5, 30)),
        min_size=1,
        max_size=8,
    )
)
def test_labels_do_not_overlap_keep_their_order_and_stay_inside(boxes):
    centres = np.array([centre for centre, _ in boxes])
    sizes = np.array([size for _, size in boxes])
    placed = style.spread(centres, sizes, 0.0, 300.0)
    order = np.argsort(centres, kind="stable")
    low, high = (placed - sizes / 2)[order], (placed + sizes / 2)[order]
    assert (low[1:] >= high[:-1] - 1e-6).all()
    assert low.min() >= -1e-6
    assert high.max() <= 300 + 1e-6


def test_labels_with_room_stay_where_they_are():
    assert style.spread(np.array([10.0, 100.0]), np.array([10.0, 10.0]), 0, 200).tolist() == [10, 100]


def test_two_labels_at_one_place_part_evenly():
    assert style.spread(np.array([50.0, 50.0]), np.array([10.0, 10.0]), 0, 200).tolist() == [45, 55]


@given(st.text(alphabet="abc defgh", min_size=1, max_size=200), st.floats(40, 400))
def test_wrapping_loses_no_word_and_keeps_the_width(text, width):
    lines = style.wrap(text, width, 9)
    assert " ".join(lines).split() == text.split()
    assert all(style.text_width(line, 9) <= width or " " not in line for line in lines)


def luminance(colour):
    channels = [
        c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in mpl.colors.to_rgb(colour)
    ]
    return float(np.dot(channels, [0.2126, 0.7152, 0.0722]))


@pytest.mark.parametrize("colour", [*style.COLOURS, style.INK, style.MUTED])
def test_every_text_colour_reads_on_the_paper(colour):
    """WCAG 2.2, criterion 1.4.3: contrast of at least 4.5 to 1."""
    contrast = (luminance(style.PAPER) + 0.05) / (luminance(colour) + 0.05)
    assert contrast >= 4.5


def test_the_readers_own_settings_come_back():
    before = mpl.rcParams["axes.spines.top"]
    with style.house():
        assert mpl.rcParams["axes.spines.top"] is False
    assert mpl.rcParams["axes.spines.top"] == before


def test_acts_are_numbered_in_order_of_date_and_named_in_the_key():
    table = pd.DataFrame({"date": ["2025-03-04", "2025-02-04"], "title": ["second", "first"]})
    acts = style.acts_from(table)
    with style.house():
        figure, (axes,) = style.canvas(acts=acts)
        axes.plot(pd.date_range("2025-01-01", periods=4, freq="MS"), range(4))
        style.mark_acts(axes, acts)
    key = [text.get_text() for text in figure.texts]
    assert sorted(key) == ["1", "2", "4 Feb 2025: first", "4 Mar 2025: second"]
    height = {text.get_text(): text.get_position()[1] for text in figure.texts}
    assert height["4 Feb 2025: first"] > height["4 Mar 2025: second"]
    assert height["1"] > height["2"]
    assert [text.get_text() for text in axes.texts] == ["1", "2"]


@pytest.mark.parametrize(
    ("value", "kwargs", "shown"),
    [
        (-0.1234, {}, "−12.3 %"),
        (0.5, {"digits": 0, "signed": True}, "+50 %"),
        (-0.0001, {}, "0.0 %"),
    ],
)
def test_percent(value, kwargs, shown):
    assert numbers.percent(value, **kwargs) == shown


def test_billions():
    assert numbers.billions(-248.4e9, 0) == "−248"
    assert numbers.billions(1.2345e12) == "1,234.5"
    assert numbers.billions(-1.0, 0, signed=True) == "0"


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("2025-01", "2025-12", "2025"),
        ("2025-04", "2025-04", "Apr 2025"),
        ("2026-01", "2026-02", "Jan–Feb 2026"),
        ("2024-12", "2025-01", "Dec 2024–Jan 2025"),
    ],
)
def test_runs_of_months(first, last, shown):
    assert numbers.period_name(pd.Timestamp(first), pd.Timestamp(last)) == shown
