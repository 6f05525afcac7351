"""Parameters of the report `scenarios`."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from trucewatch.params.types import Section


class Parameters(Section):
    """Section `scenarios` of params.yaml."""

    name: str = Field(
        default="s8b_truce_ends_both",
        min_length=1,
        description="a scenario by name or short name (s1), or the path of a file of your own (.yaml)",
    )
    base: Literal["last_12_months", "2024"] = Field(
        default="last_12_months", description="the trade that scenarios start from"
    )
    preset: Literal["fgkk", "one_year", "long_run", "estimated", "user"] = Field(
        default="fgkk",
        description="elasticities of data/scenario/elasticities.csv, or `user`: the four below",
    )
    sigma: float = Field(default=2.53, ge=0.5, le=10, description="elasticity between sources of a product")
    eta: float = Field(default=1.53, ge=0.5, le=10, description="elasticity between products")
    kappa: float = Field(default=1.19, ge=0.5, le=10, description="elasticity of imports against home goods")
    pass_through: float = Field(
        default=0.92, ge=0.5, le=1, description="share of the duty in the duty-paid price"
    )
    import_penetration: float = Field(
        default=0.3,
        ge=0.05,
        le=0.95,
        description="share of imports in spending of each sector, an assumption",
    )
    households_million: float = Field(
        default=132, ge=100, le=200, description="households that costs are divided by, million"
    )
    n_draws: int = Field(default=2000, ge=100, le=100000, description="draws over the parameters")
    seed: int = Field(default=20251110, ge=0, le=4294967295, description="seed of the draws")
    voyage_days: int = Field(
        default=25, ge=1, le=60, description="days from loading to entry by sea, for the way from act to duty"
    )
    top_products: int = Field(default=25, ge=5, le=100, description="products listed")

    @model_validator(mode="after")
    def _nested(self) -> Self:
        if not self.sigma >= self.eta >= self.kappa:
            raise ValueError("the nests need sigma >= eta >= kappa")
        return self
