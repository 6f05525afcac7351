"""Parameters of the report `phase_one`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trucewatch.params.types import Section, Unique


class Parameters(Section):
    """Section `phase_one` of params.yaml."""

    base: Literal["piie", "product_list"] = Field(
        default="piie", description="reading of the trade of 2017 that the promise stands on"
    )
    season: Literal["seasonal", "equal"] = Field(
        default="seasonal", description="how the target of 2020 is spread over its months"
    )
    remedy_imports: Literal["2024", "2025", "last 12 months"] = Field(
        default="2024", description="imports from China that the Section 301 readings are set against"
    )
    elasticity: float = Field(
        default=2.53, ge=0.3, le=6, description="demand elasticity of imports from China in the readings"
    )
    other_elasticities: Annotated[list[Annotated[float, Field(ge=0.3, le=6)]], Unique] = Field(
        default=[0.76, 1.75], description="shown beside it as sensitivity"
    )
