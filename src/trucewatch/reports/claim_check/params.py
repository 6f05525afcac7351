"""Parameters of the report `claim_check`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trucewatch.params.types import Day, Section, between


class Parameters(Section):
    """Section `claim_check` of params.yaml."""

    claims_file: str = Field(
        default="claims.csv", pattern=r"^[a-z][a-z0-9_]*\.csv$", description="file of claims in data/claims"
    )
    article_date: Annotated[Day, between("2018-01-01", "2028-12-31")] = Field(
        default="2025-10-25", description="day of the article that made the claims"
    )
