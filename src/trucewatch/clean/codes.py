"""Clean tables of names and concordances."""

from __future__ import annotations

import pandas as pd

#: For "Goods returned (exports for Canada only)" and "Other special classification provisions".
_OURS = {"980": "US goods returned", "990": "Special provisions (no industry)"}


def naics3_names(panel: pd.DataFrame) -> pd.DataFrame:
    """The industry titles without their prefix (`NAICS CODE 311, `), in sentence case.

    Two titles of the publisher do not say what is behind them in a table of imports: ours do.
    """
    titles = panel.loc[panel["naics3"] != "00", ["naics3", "naics_title"]].drop_duplicates()
    plain = titles["naics_title"].str.replace(r"^NAICS CODE \d{3}, ", "", regex=True).str.capitalize()
    for word in ("Canada", "NESOI"):
        plain = plain.str.replace(word.lower(), word, regex=False)
    return titles.assign(industry=titles["naics3"].map(_OURS).fillna(plain)).drop(columns="naics_title")


def hs10_concordance(concordance: pd.DataFrame) -> pd.DataFrame:
    """Give codes back their leading zeros: end use has five digits, advanced technology two."""
    return concordance.assign(
        end_use=concordance["end_use"].str.zfill(5), hitech=concordance["hitech"].str.zfill(2)
    )
