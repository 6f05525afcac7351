"""Clean tables of US export controls."""

from __future__ import annotations

import numpy as np
import pandas as pd


def entity_list_rules(rules: pd.DataFrame) -> pd.DataFrame:
    """Say which list a rule changes, read from its title; an empty count stays unknown.

    "Criteria That May Lead to Additions to the Entity List" explains the Unverified List and adds nobody.
    """
    titles = rules["title"].str.replace(r"Criteria That May Lead to Additions.*", "", regex=True)
    entity = titles.str.contains(r"Entity\s+List|Entities", case=False, regex=True)
    unverified = titles.str.contains("Unverified List", case=False, regex=False)
    names = np.select(
        [entity & unverified, unverified, entity], ["both", "unverified list", "entity list"], "other"
    )
    return rules.assign(list=names, is_china_named=rules["mentions_china"] == 1).drop(
        columns="mentions_china"
    )
