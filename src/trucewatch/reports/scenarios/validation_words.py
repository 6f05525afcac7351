"""Sentences on how the model did on years that are known, every number computed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from trucewatch.reports.scenarios.validation import Backcast, Replay
from trucewatch.scenario.run import BILLION

LITTLE = 0.5
"""Below this correlation the model's order of chapters is called untrustworthy."""

ODD = 2
"""Products named as those the model misses most."""


def validated(cast: Backcast, replay: Replay) -> str:
    """Return how the model did on years that are known."""
    side = "too far" if cast.error_pp < 0 else "not far enough"
    foretold, came = 100 * cast.predicted, 100 * cast.actual
    trust = (
        "so the place of a chapter can not be trusted as the total can"
        if cast.correlation < LITTLE
        else "so chapters follow too"
    )
    listed, bill = replay.listed_usd / BILLION, replay.bill_usd / BILLION
    return (
        f"**{cast.year} from the law alone.** The mean duty of its days, charged in full, gives a change "
        f"of {foretold:.1f} % in imports from China; what came was {came:.1f} %. The model falls "
        f"{abs(cast.error_pp):.1f} points of the base year's imports {side}. Over {len(cast.chapters)} "
        f"chapters, weighted by trade, the correlation of both changes is {cast.correlation:.2f}, {trust}."
        f"\n\n**The duties of the first round: partial, and no gate.** At the trade of the year before and "
        f"on goods of China only: {listed:,.0f} billion US dollars of trade, from {replay.before_pct:.1f} % "
        f"to {replay.after_pct:.1f} % at the end of the year, a bill of {bill:,.0f} billion at unchanged "
        "trade. Published figures count all partners and the answer of buyers: metals from elsewhere and "
        "that answer need imports of that year from all partners, which no table has. So nothing here can "
        "pass or fail against them."
    ).replace(" -", " −")


def chapters_explained(cast: Backcast, names: Mapping[str, str]) -> str:
    """Return why chapters do not follow the model, as far as the products tell.

    Parameters
    ----------
    cast
        The year foretold.
    names
        Labels of products by HS6.
    """
    odd = cast.overrated(ODD)
    rest = cast.without(odd["hs6"])
    share = odd["base_usd"].sum() / cast.products["base_usd"].sum()
    listed = " and ".join(
        f"{names.get(row['hs6'], row['hs6'])} (the duty rose {100 * row['rise']:.0f} points, foretold "
        f"{100 * row['predicted']:+.0f} %, came {100 * row['actual']:+.0f} %)"
        for row in odd.to_dict("records")
    )
    bands = cast.by_rise().to_dict("records")
    low, others = bands[0], bands[1:]
    came = ", ".join(f"{100 * row['actual']:+.0f} %" for row in others)
    is_spared = (odd["rise"] < low["rise_to"]).all() and all(low["actual"] < row["actual"] for row in others)
    spared = (
        " Both are among the goods whose duty rose least, and imports of those fell most: the law alone does "
        "not tell why."
        if is_spared
        else ""
    )
    narrow, wide = cast.spreads
    noise = " More than their duties sets chapters apart in one year." if narrow < wide else ""
    return (
        f"**Where the model misses.** Two products hold {100 * share:.0f} % of imports from China and came "
        f"in furthest below the model: {listed}.{spared} Without them the correlation over chapters is "
        f"{rest.correlation:.2f}. Where the duty rose by less than {100 * low['rise_to']:.0f} points, "
        f"imports changed by {100 * low['actual']:+.0f} %, foretold {100 * low['predicted']:+.0f} %; in the "
        f"bands above, from the smaller rise to the larger, by {came}. Over chapters the changes foretold "
        f"spread by {100 * narrow:.0f} points (standard deviation), those that came by "
        f"{100 * wide:.0f}.{noise} No parameter was moved to mend this."
    ).replace(" -", " −")


def rises(cast: Backcast) -> pd.DataFrame:
    """Return the comparison by how much the duty rose, with a reader's name of each band."""
    frame = cast.by_rise()
    texts = [
        f"under {100 * row['rise_to']:.0f} points"
        if np.isinf(row["rise_from"])
        else f"{100 * row['rise_from']:.0f} points and more"
        if np.isinf(row["rise_to"])
        else f"{100 * row['rise_from']:.0f} to {100 * row['rise_to']:.0f} points"
        for row in frame.to_dict("records")
    ]
    frame.insert(0, "duty_rose", texts)
    return frame[["duty_rose", "base_usd", "rise", "predicted", "actual"]]


def checks(points: float, cast: Backcast, replay: Replay) -> dict[str, float | None]:
    """Return our number for every published one."""
    return {
        "scenarios_china_share_of_imports": points,
        "scenarios_imports_from_china_2025": 100 * cast.predicted,
        "fajgelbaum_raised_imports_2018": replay.listed_usd / BILLION,
        "fajgelbaum_rate_before_2018": replay.before_pct,
        "fajgelbaum_rate_after_2018": replay.after_pct,
        "fajgelbaum_buyer_loss_2018": None,
        "amiti_real_income_2018": None,
    }
