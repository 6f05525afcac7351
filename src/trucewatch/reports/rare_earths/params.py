"""Parameters of the report `rare_earths`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trucewatch.params.types import CodePrefix, Day, Section, Unique, between


class Parameters(Section):
    """Section `rare_earths` of params.yaml."""

    norm_years: Annotated[list[Annotated[int, Field(ge=2024, le=2025)]], Unique] = Field(
        default=[2024], min_length=1, description="years whose same month is the norm"
    )
    control_acts: Annotated[list[str], Unique] = Field(
        default=[
            "cn_20250404_rare_earths7",
            "cn_20251009_no56_re_equipment",
            "cn_20251009_no57_rare_earths5",
            "cn_20251009_no61_re_foreign_made",
            "cn_20251009_no62_re_technology",
        ],
        min_length=1,
        description="controls (acts of data/law/acts.csv) whose life is shown",
    )
    context_acts: Annotated[list[str], Unique] = Field(
        default=["both_20250610_london", "cn_20251107_no70_suspension", "cn_20251218_general_licences"],
        description="further acts marked on the tonnes",
    )
    licensing_act: str = Field(
        default="cn_20250404_rare_earths7", description="the control the fall is measured from"
    )
    before_months: int = Field(default=3, ge=1, le=3, description="months before it that are the yardstick")
    claim_date: Annotated[Day, between("2025-07-01", "2026-12-31")] = Field(
        default="2025-10-25",
        description="day of the claim that supplies had resumed",
        json_schema_extra={"fact": "a claim made on {}, not on {}"},
    )
    claim_months: int = Field(default=3, ge=1, le=6, description="whole months before the claim looked at")
    resumed_share: float = Field(
        default=0.9,
        gt=0,
        le=1.5,
        description="share of the months before from which supplies count as resumed",
    )
    codes: Annotated[list[CodePrefix], Unique] = Field(
        default=["850511", "280530", "2846"], min_length=1, description="goods whose US exposure is shown"
    )
    placebo_codes: Annotated[list[CodePrefix], Unique] = Field(
        default=["850519"], description="goods no control names, beside them"
    )
