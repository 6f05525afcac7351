"""Clean tables of US export controls."""

from __future__ import annotations

import numpy as np
import pandas as pd


def entity_list_rules(rules: pd.DataFrame) -> pd.DataFrame:
    """Say which list a rule changes, read from its title; an empty count stays unknown."""
    entity = rules["title"].str.contains(r"Entity\s+List|Entities", case=False, regex=True)
    unverified = rules["title"].str.contains("Unverified List", case=False, regex=False)
    names = np.select(
        [entity & unverified, unverified, entity], ["both", "unverified list", "entity list"], "other"
    )
    return rules.assign(
        list=names,
        total_added=rules["total_added"].astype("Int64"),
        china_added=rules["china_added"].astype("Int64"),
        is_china_named=rules["mentions_china"] == 1,
    ).drop(columns="mentions_china")


def bis_key_rules(rules: pd.DataFrame) -> pd.DataFrame:
    """As landed."""
    return rules
