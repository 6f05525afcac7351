"""params.yaml as typed models: every parameter has a default, a unit and a legal range.

One model a section; the section of a report has the report's name. `dvc exp run -S section.name=value`
edits the same file, so a bad value is refused here, before any stage runs.
"""

from __future__ import annotations

import difflib
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from trucewatch.errors import ParameterError
from trucewatch.paths import project_root

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def _month(text: str) -> str:
    if not _MONTH.fullmatch(text):
        raise ValueError("a month is written YYYY-MM, in quotes")
    return text


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("a day is written YYYY-MM-DD, in quotes, and must exist") from None


def _code_prefix(text: str) -> str:
    if not re.fullmatch(r"\d{2,8}", text):
        raise ValueError("a code is 2 to 8 digits without dots, in quotes")
    return text


Month = Annotated[str, AfterValidator(_month)]
Day = Annotated[str, AfterValidator(_day)]
CodePrefix = Annotated[str, AfterValidator(_code_prefix)]


class Section(BaseModel):
    """Base of every section: unknown names are refused, values are not coerced across types."""

    model_config = ConfigDict(extra="forbid", strict=True)


def _between(first: str, last: str) -> AfterValidator:
    """Check that an ISO month or day lies in [first, last]; both compare as text."""

    def check(period: str) -> str:
        if not first <= period <= last:
            raise ValueError(f"it must lie between {first} and {last}")
        return period

    return AfterValidator(check)


def _unique(names: list[str]) -> list[str]:
    if len(set(names)) != len(names):
        raise ValueError("a name stands twice")
    return names


class TradeFlows(Section):
    """Parameters of the report `trade_flows` (R2)."""

    train_start: Annotated[Month, _between("2013-01", "2020-01")] = Field(
        default="2013-01", description="first month of the counterfactual's training window"
    )
    train_end: Annotated[Month, _between("2022-12", "2024-12")] = Field(
        default="2024-10", description="last month of training, before the election's front-running"
    )
    alternative_train_start: Annotated[Month, _between("2013-01", "2020-01")] = Field(
        default="2019-01", description="first month of a second training window, shown as sensitivity"
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
    deadline_acts: Annotated[list[str], AfterValidator(_unique)] = Field(
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
    products: Annotated[list[CodePrefix], AfterValidator(_unique)] = Field(
        default=[], description="only codes that start so, on both sides; empty: all goods"
    )
    figure_from: Annotated[Day, _between("2018-01-01", "2026-06-30")] = Field(
        default="2025-01-01", description="first day of the figure of the truce"
    )
    grid_dates: Annotated[
        list[Annotated[Day, _between("2018-01-01", "2026-11-09")]], AfterValidator(_unique)
    ] = Field(
        default=["2025-05-14", "2025-11-10", "2026-01-15"],
        min_length=1,
        description="days of the grid of definitions",
    )
    cliff_days: int = Field(
        default=800, ge=30, le=3660, description="days past the newest law the cliff calendar looks ahead"
    )


class Params(Section):
    """The whole of params.yaml."""

    tariff_timeline: TariffTimeline = TariffTimeline()
    trade_flows: TradeFlows = TradeFlows()


def load_params(path: Path | str | None = None) -> Params:
    """Read and check params.yaml.

    Parameters
    ----------
    path
        The file; params.yaml of the project by default.

    Raises
    ------
    ParameterError
        If the file is no YAML, holds an unknown name, or a value outside its legal range. Each fault is one
        line with the parameter, the value found and what would be legal.
    """
    path = Path(path) if path else project_root() / "params.yaml"
    # YAML 1.2 as DVC reads it: a bare NO is a string, not false.
    try:
        found = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise ParameterError(f"{path.name} is no valid YAML: {error}") from error
    if found is None:
        found = {}
    if not isinstance(found, dict):
        raise ParameterError(f"{path.name} must be a mapping of sections, not a {type(found).__name__}")
    return check_params(found, file=path.name)


def check_params(found: dict[str, Any], file: str = "params.yaml") -> Params:
    """Return the parameters as models, or raise ParameterError with one line a fault."""
    try:
        return Params.model_validate(found)
    except ValidationError as error:
        faults = "\n".join(f"  {_fault(item)}" for item in error.errors())
        raise ParameterError(f"{file} can not be used:\n{faults}") from error


def _fault(item: Any) -> str:
    """One line for one pydantic error: parameter, value found, what is legal."""
    loc = [str(part) for part in item["loc"]]
    name = ".".join(loc) or "params"
    section = _section_of(loc)
    if item["type"] == "extra_forbidden":
        known = sorted((section or Params).model_fields)
        near = difflib.get_close_matches(loc[-1], known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; known here: {', '.join(known)}"
        return f"{name}: unknown name{hint}"
    if item["type"] == "missing":
        return f"{name}: missing; add it to params.yaml"
    message = item["msg"].removeprefix("Value error, ").removeprefix("Input ")
    message = message[0].lower() + message[1:]
    legal = legal_range(section, loc[1]) if section and len(loc) > 1 else ""
    if item["type"] == "model_type":
        message = "should be a section with indented parameters"
    return f"{name}: found {item['input']!r}; {f'legal: {legal}' if legal else message}"


def _section_of(loc: list[str]) -> type[Section] | None:
    field = Params.model_fields.get(loc[0]) if loc else None
    kind = field.annotation if field else None
    return kind if isinstance(kind, type) and issubclass(kind, Section) else None


def legal_range(section: type[Section], name: str) -> str:
    """Return what is legal for a parameter, in words: `an integer from 200 to 20000`, `a or b`."""
    schema = section.model_json_schema()["properties"].get(name, {})
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    if "minimum" in schema or "maximum" in schema:
        article = "an" if schema["type"] == "integer" else "a"
        low, high = schema.get("minimum", "no limit"), schema.get("maximum", "no limit")
        return f"{article} {schema['type']} from {low} to {high}"
    return ""


def section(name: str, params: Params | None = None) -> dict[str, Any]:
    """Return one section as plain values, ready to be handed to a notebook."""
    params = params or load_params()
    if name not in Params.model_fields:
        raise ParameterError(
            f"params.yaml has no section {name!r}; known: {', '.join(sorted(Params.model_fields))}"
        )
    return getattr(params, name).model_dump(mode="json")
