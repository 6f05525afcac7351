"""Figures of scenarios: what a page shows whole is shown whole on a phone."""

import numpy as np
import pandas as pd
import pytest

from trucewatch.page import style
from trucewatch.reports.scenarios import figures

GOODS = [f"goods {number}" for number in range(5)] + ["All Chinese goods"]


@pytest.mark.parametrize(
    ("scenarios", "on_page", "on_phone"), [(3, 1, 1), (14, 1, 2), (15, 2, 2), (20, 2, 3)]
)
def test_the_map_of_duties_breaks_into_maps_that_fit(scenarios, on_page, on_phone):
    names = [f"scenario {number}" for number in range(scenarios)]
    points = pd.DataFrame(
        np.arange(6 * scenarios, dtype=float).reshape(6, scenarios), index=GOODS, columns=names
    )
    page = figures.duty_map(points, names[-1])
    for figure, maps in ((page, on_page), (style.redrawn(page, style.PHONE), on_phone)):
        assert len(figure.axes) == maps
        shown = [text for axes in figure.axes for text in axes.texts]
        assert sorted(int(text.get_text()) for text in shown) == list(range(6 * scenarios))
        assert min(text.get_fontsize() for text in shown) >= style.SMALL_PT
        heads = [label for axes in figure.axes for label in axes.get_xticklabels()]
        assert [label.get_text() for label in heads] == names
        assert [label.get_text() for label in heads if label.get_color() == style.VERMILLION] == names[-1:]
        assert all([label.get_text() for label in axes.get_yticklabels()] == GOODS for axes in figure.axes)
        assert figure.get_tightbbox().width <= figure.get_figwidth() + 0.05
