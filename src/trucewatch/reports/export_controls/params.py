"""Parameters of the report `export_controls`."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from trucewatch.params.types import Day, Section, Unique, between


class Parameters(Section):
    """Section `export_controls` of params.yaml."""

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
