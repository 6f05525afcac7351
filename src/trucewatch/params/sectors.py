"""Parameters of the reports on the fronts besides tariffs."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from trucewatch.params.types import CodePrefix, Day, MarketingYear, Section, Unique, between, or_word


class Soybeans(Section):
    """Parameters of the report `soybeans` (R5)."""

    as_of: Annotated[Day, between("2024-07-04", "9999-12-31"), or_word("newest")] = Field(
        default="newest", description="day up to which weekly reports are read"
    )
    base_years: Annotated[list[MarketingYear], Unique] = Field(
        default=["2020/21", "2021/22", "2022/23", "2023/24", "2024/25"],
        min_length=1,
        description="seasons that make the norm of shipments",
    )
    target_mt: float = Field(default=12, gt=0, le=100, description="first promise, million tonnes")
    annual_target_mt: float = Field(
        default=25, gt=0, le=100, description="promise for a calendar year, million tonnes"
    )
    deadline_fact_sheet: Annotated[Day, between("2025-10-31", "2028-12-31")] = Field(
        default="2025-12-31", description="deadline of the first promise as the fact sheet words it"
    )
    deadline_officials: Annotated[Day, between("2025-10-31", "2028-12-31")] = Field(
        default="2026-02-28", description="the deadline as US officials put it later"
    )
    promise_year: int = Field(default=2026, ge=2026, le=2028, description="year of the second promise")
    agreement_act: str = Field(
        default="both_20251030_busan",
        description="act of data/law/acts.csv whose announcement starts the count",
    )


class RareEarths(Section):
    """Parameters of the report `rare_earths` (R6)."""

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
        default="2025-10-25", description="day of the claim that supplies had resumed"
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


class PhaseOne(Section):
    """Parameters of the report `phase_one` (R7)."""

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


class ExportControls(Section):
    """Parameters of the report `export_controls` (R8)."""

    figure_from: Annotated[Day, between("2020-01-01", "2025-10-01")] = Field(
        default="2022-01-01", description="first day of the figure of listings"
    )
    gap_days: int = Field(
        default=200, ge=30, le=730, description="more days without an Entity List rule are shown as a gap"
    )
    threshold: float = Field(
        default=0.5, ge=0.1, le=1, description="share of a firm that makes it follow its listed owners"
    )
    aggregate: bool = Field(default=True, description="whether holdings of several listed owners add up")
    owners_file: str = Field(
        default="", description="a CSV of owners, relative to the project; empty: the worked example"
    )
    listed_firms: Annotated[list[str], Unique] = Field(
        default=[], description="firms of owners_file the closure starts from"
    )

    @model_validator(mode="after")
    def _start_of_the_closure(self) -> Self:
        if self.owners_file and not self.listed_firms:
            raise ValueError("owners_file needs listed_firms, the firms the closure starts from")
        return self
