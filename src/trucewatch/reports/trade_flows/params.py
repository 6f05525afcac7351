"""Parameters of the report `trade_flows`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from trucewatch.params.types import Month, Section, Unique, between


class Parameters(Section):
    """Section `trade_flows` of params.yaml."""

    train_start: Annotated[Month, between("2013-01", "2020-01")] = Field(
        default="2013-01", description="first month of the counterfactual's training window"
    )
    train_end: Annotated[Month, between("2022-12", "2024-12")] = Field(
        default="2024-10", description="last month of training, before the election's front-running"
    )
    n_sim: int = Field(
        default=2000, ge=200, le=20000, description="paths drawn around the forecast from its past errors"
    )
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
        months = 12 * (int(self.train_end[:4]) - int(self.train_start[:4]))
        months += int(self.train_end[5:]) - int(self.train_start[5:])
        if months < 36:
            raise ValueError(
                f"training from {self.train_start} to {self.train_end} is shorter than 36 months"
            )
        return self
