"""Parameters of the reports on duties and trade."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from trucewatch.params.types import CodePrefix, Day, Month, Rising, Section, Unique, between, or_word


class TradeFlows(Section):
    """Parameters of the report `trade_flows` (R2)."""

    train_start: Annotated[Month, between("2013-01", "2020-01")] = Field(
        default="2013-01", description="first month of the counterfactual's training window"
    )
    train_end: Annotated[Month, between("2022-12", "2024-12")] = Field(
        default="2024-10", description="last month of training, before the election's front-running"
    )
    alternative_train_start: Annotated[Month, between("2013-01", "2020-01")] = Field(
        default="2019-01", description="first month of a second training window, shown as sensitivity"
    )
    alternative_train_end: Annotated[Month, between("2022-12", "2024-12")] = Field(
        default="2024-06", description="last month of a third training window, shown as sensitivity"
    )
    n_sim: int = Field(default=2000, ge=200, le=20000, description="simulated paths")
    seed: int = Field(default=20250204, ge=0, le=4294967295, description="random seed of the paths")
    window_months: int = Field(
        default=2, ge=1, le=6, description="months before a deadline that count as front-running"
    )
    payback_months: int = Field(
        default=3, ge=1, le=6, description="months from a deadline on that count as payback"
    )
    base_year: int = Field(
        default=2024,
        ge=2017,
        le=2024,
        description="base year of the product-mix control and the industry losses",
    )
    value_type: Literal["general", "consumption"] = Field(
        default="general", description="general imports, or imports for consumption"
    )
    deadline_acts: Annotated[list[str], Unique] = Field(
        default=[
            "us_20250201_eo14195",
            "us_20250303_eo14228",
            "us_20250408_eo14259",
            "us_20250811_eo14334",
            "us_20251104_eo14358",
            "us_20260220_proc11012",
            "us_20260723_s301_forced_labour",
        ],
        min_length=1,
        description="acts of data/law/acts.csv whose day of effect importers could run ahead of",
    )

    @model_validator(mode="after")
    def _long_enough(self) -> Self:
        for start in (self.train_start, self.alternative_train_start):
            months = (
                12 * (int(self.train_end[:4]) - int(start[:4])) + int(self.train_end[5:]) - int(start[5:])
            )
            if months < 36:
                raise ValueError(f"training from {start} to {self.train_end} is shorter than 36 months")
        return self


class TariffTimeline(Section):
    """Parameters of the report `tariff_timeline` (R1)."""

    weights: Literal["imports_2024", "imports_2017", "simple"] = Field(
        default="imports_2024", description="weight set of the headline and the figures"
    )
    lens: Literal["as_collected", "as_finally_held"] = Field(
        default="as_collected", description="duties later held unlawful count as paid at entry, or as zero"
    )
    origin: Literal["CHN", "HKG", "MAC"] = Field(
        default="CHN", description="whose goods the US side taxes; the China side is always goods of the US"
    )
    voyage_days: int = Field(
        default=0, ge=0, le=60, description="days from loading to entry; 0: loaded after every cut-off"
    )
    products: Annotated[list[CodePrefix], Unique] = Field(
        default=[], description="only codes that start so, on both sides; empty: all goods"
    )
    figure_from: Annotated[Day, between("2018-01-01", "2026-06-30")] = Field(
        default="2025-01-01", description="first day of the figure of the truce"
    )
    grid_dates: Annotated[list[Annotated[Day, between("2018-01-01", "2026-11-09")]], Unique] = Field(
        default=["2025-05-14", "2025-11-10", "2026-01-15"],
        min_length=1,
        description="days of the grid of definitions",
    )
    cliff_days: int = Field(
        default=800, ge=30, le=3660, description="days past the newest law the cliff calendar looks ahead"
    )


class RealisedDuty(Section):
    """Parameters of the report `realised_duty` (R4)."""

    month: Annotated[Month, between("2023-09", "2025-11"), or_word("latest")] = Field(
        default="latest", description="month of the first waterfall; latest: the newest with industries"
    )
    figure_from: Annotated[Month, between("2018-02", "2025-06")] = Field(
        default="2024-01", description="first month of the figures over time"
    )
    base_year: int = Field(
        default=2024,
        ge=2018,
        le=2024,
        description="year whose industry mix the rung `mix` is measured against",
    )
    lens: Literal["as_collected", "as_finally_held"] = Field(
        default="as_collected", description="what the statutory rate of the first waterfall counts"
    )
    vessel_share: float = Field(default=0.63, ge=0, le=1, description="share of value that comes by sea")
    lag_median_vessel_days: float = Field(
        default=25, ge=5, le=60, description="median days from loading to entry by sea"
    )
    lag_median_air_days: float = Field(
        default=3, ge=1, le=15, description="median days from loading to entry otherwise"
    )
    lag_sigma: float = Field(
        default=0.35, ge=0.05, le=1.5, description="standard deviation of the logarithm of these days"
    )
    check_wedge_pp: float = Field(
        default=2,
        ge=0.5,
        le=20,
        description="points between law and assessed duty that put a code on the list",
    )
    check_value_musd: float = Field(
        default=100, ge=10, le=5000, description="imports of the code at least this, million US dollars"
    )


class Diversion(Section):
    """Parameters of the report `diversion` (R3)."""

    bins: Annotated[list[Annotated[float, Field(ge=1, le=150)]], Rising] = Field(
        default=[10, 20, 35],
        min_length=1,
        max_length=5,
        description="edges, in points, of the bins of the rise",
    )
    post_first: Annotated[Month, between("2025-02", "2025-11")] = Field(
        default="2025-04", description="first month over which the duty after is averaged"
    )
    post_last: Annotated[Month, between("2025-02", "2026-10")] = Field(
        default="2025-12", description="last month of it"
    )
    base_year: Literal[2017, 2024] = Field(default=2024, description="year the shares are compared with")
    event_first: Annotated[Month, between("2013-01", "2024-06")] = Field(
        default="2024-01", description="first month of the event study"
    )
    event_ref: Annotated[Month, between("2023-06", "2025-01")] = Field(
        default="2024-10", description="reference month of the event study"
    )
    cluster: Literal["product", "sector"] = Field(
        default="product",
        description="clusters of the regressions by product: families of codes, or chapters",
    )
    min_trade_musd: float = Field(
        default=1,
        ge=0,
        le=100,
        description="code families with less trade in both years are left out, million US dollars",
    )
    supplier_base_year: Literal[2024, 2025] = Field(
        default=2024,
        description="year whose same months imports by supplier are compared with; goods came early in 2025",
    )
    supplier_first: Annotated[Month, between("2026-01", "2026-10")] = Field(
        default="2026-01", description="first of the months of 2026 that are compared by supplier"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.post_last < self.post_first:
            raise ValueError("post_last must not lie before post_first")
        if self.event_ref <= self.event_first:
            raise ValueError("event_ref must lie after event_first")
        return self
