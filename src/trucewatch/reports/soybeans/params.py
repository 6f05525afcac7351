"""Parameters of the report `soybeans`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trucewatch.params.types import Day, MarketingYear, Section, Unique, between, or_word


class Parameters(Section):
    """Section `soybeans` of params.yaml."""

    as_of: Annotated[Day, between("2024-07-04", "9999-12-31"), or_word("newest")] = Field(
        default="newest", description="day up to which weekly reports are read"
    )
    base_years: Annotated[list[MarketingYear], Unique] = Field(
        default=["2020/21", "2021/22", "2022/23", "2023/24", "2024/25"],
        min_length=1,
        description="seasons that make the norm of shipments",
    )
    target_mt: float = Field(
        default=12,
        gt=0,
        le=100,
        description="first promise, million tonnes",
        json_schema_extra={"fact": "a first promise of {} million tonnes, not {}"},
    )
    annual_target_mt: float = Field(
        default=25,
        gt=0,
        le=100,
        description="promise for a calendar year, million tonnes",
        json_schema_extra={"fact": "a promise of {} million tonnes a year, not {}"},
    )
    deadline_fact_sheet: Annotated[Day, between("2025-10-31", "2028-12-31")] = Field(
        default="2025-12-31",
        description="deadline of the first promise as the fact sheet words it",
        json_schema_extra={"fact": "a fact sheet that says {}, not {}"},
    )
    deadline_officials: Annotated[Day, between("2025-10-31", "2028-12-31")] = Field(
        default="2026-02-28",
        description="the deadline as US officials put it later",
        json_schema_extra={"fact": "officials who said {}, not {}"},
    )
    promise_year: int = Field(default=2026, ge=2026, le=2028, description="year of the second promise")
    agreement_act: str = Field(
        default="both_20251030_busan",
        description="act of data/law/acts.csv whose announcement starts the count",
    )
    season_years: Annotated[list[Annotated[int, Field(ge=2014, le=2035)]], Unique] = Field(
        default=[2014, 2015, 2016, 2017, 2021, 2022, 2023, 2024],
        min_length=1,
        description="calendar years whose months make the usual season of shipments",
    )
    other_season_years: Annotated[list[Annotated[int, Field(ge=2014, le=2035)]], Unique] = Field(
        default=[2019],
        min_length=1,
        description="calendar years whose months make the other season the pace is shown for",
    )
