"""Scenarios: those of the project, your own, and what they would cost."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trucewatch.errors import DataError, LedgerError
from trucewatch.ledger.cell_types import ALL_CODES
from trucewatch.ledger.memory import per_ledger
from trucewatch.paths import project_root, scratch_dir

if TYPE_CHECKING:
    import pandas as pd

    from trucewatch.ledger.ledger import Ledger
    from trucewatch.scenario.run import Result, Setting
    from trucewatch.scenario.scenario_file import Scenario

SUPPOSED = "supposed"


@dataclass(frozen=True)
class Priced:
    """What a scenario does against today's law, with its doubt. A model, not a forecast.

    Attributes
    ----------
    result
        The scenario, its duties by product, the central run and the draws.
    """

    result: Result

    @property
    def scenario(self) -> Scenario:
        """What was supposed."""
        return self.result.scenario

    @property
    def cost_usd(self) -> float:
        """Cost to the buyers of the importing country, US dollars a year, at the median of the draws."""
        return float(self.result.bands["p50"].to_dict()["buyer_cost_usd"])

    def to_frame(self) -> pd.DataFrame:
        """Return the totals, a row each: `centre`, `p5`, `p50`, `p95` over the draws.

        Names that end in `_usd` are US dollars a year, `_rate` and `_change` fractions of value.
        """
        return self.result.bands.copy()

    def products(self) -> pd.DataFrame:
        """Return one row a product of six digits: trade, duty before and after (fractions), cost, change."""
        return self.result.products()

    def partners(self) -> pd.DataFrame:
        """Return what the imports from each other partner gain, US dollars, most first."""
        return self.result.partners()

    def to_dict(self, top: int = 10) -> dict[str, Any]:
        """Return plain values, as `trucewatch scenario --json` prints them."""
        return self.result.to_dict(top)

    def __str__(self) -> str:
        """Return the outcome for a terminal, the finding first."""
        from trucewatch.scenario import view

        return view.text(self.result)

    def __repr__(self) -> str:
        """Return the scenario and its cost to a household."""
        cost = float(self.result.bands["p50"].to_dict()["household_cost_usd"])
        return f"<Priced {self.scenario.name}: {cost:,.0f} US dollars per household and year>"

    def _repr_html_(self) -> str:
        # a notebook breaks lines of <pre> inside words unless told otherwise
        return f'<pre style="white-space:pre-wrap;word-break:normal">{escape(str(self))}</pre>'


def scenarios() -> pd.DataFrame:
    """Return the scenarios of the project, a row a file of scenarios/: `title`, `question`, `day`, `edits`.

    Raises
    ------
    LedgerError
        If a file cannot be used, with its line.
    """
    import pandas as pd

    from trucewatch.scenario.scenario_file import read_scenario, scenario_names

    found = [read_scenario(name) for name in scenario_names()]
    rows = [(item.name, item.title, item.question, item.day, len(item.edits)) for item in found]
    columns = ["scenario", "title", "question", "day", "edits"]
    return pd.DataFrame(rows, columns=columns).set_index("scenario")


def scenario(
    name: str | Path | Scenario,
    *,
    preset: str = "fgkk",
    draws: int = 2000,
    seed: int = 20251110,
    origin: str | Iterable[str] | None = None,
) -> Priced:
    """Price a scenario: what it would charge, move and cost against today's law.

    Parameters
    ----------
    name
        A scenario of the project by name (`s1_threat_100`), by the part before or after its first `_` (`s1`,
        `threat_100`), or the path of a YAML file of your own (docs/scenarios.md, `new_scenario`).
    preset
        Elasticities: `fgkk` (short run), `one_year`, `long_run`, `estimated` (here, 2024-25).
    draws, seed
        Number (100 to 100,000) and seed of the draws over the parameters.
    origin
        Countries whose goods are priced, by code or name, or `all`: 50 partners with a row of trade, the
        European Union as one. If not given, China's, or where an edit reaches none of them those it reaches.

    Returns
    -------
    Priced
        Totals with bands in US dollars and fractions (`to_frame()`), products, partners. The first takes some
        seconds, the next ones two. Sources: the ledger, the clean tables of trade, data/scenario.

    Raises
    ------
    DataError
        If there is no such scenario (with those most like it), no trade of an origin, or the clean tables are
        not built.
    LedgerError
        If the file cannot be used, with its line.
    ParameterError
        If the preset or the number of draws cannot be.

    Examples
    --------
    >>> tw.scenario("threat_100")  # doctest: +SKIP
    """
    from trucewatch.answers.inputs import current_ledger
    from trucewatch.scenario.naming import find_scenario
    from trucewatch.scenario.scenario_file import Scenario, read_scenario

    chosen = name if isinstance(name, Scenario) else read_scenario(find_scenario(name))
    origins = origin if origin is None or isinstance(origin, str) else tuple(origin)
    return _pricer(current_ledger())(chosen, preset, draws, seed, origins)


@per_ledger
def _pricer(ledger: Ledger) -> Callable[[Scenario, str, int, int, str | tuple[str, ...] | None], Priced]:
    """Return what prices scenarios; it keeps the last eight, and two of what all of them share."""
    from trucewatch.api.tables import table
    from trucewatch.scenario.market import TABLES
    from trucewatch.scenario.origin_prices import partners_priced
    from trucewatch.scenario.run import run, setting
    from trucewatch.trade.weights import TRADE_2024

    @lru_cache(maxsize=2)
    def shared(preset: str, draws: int, seed: int, partners: tuple[str, ...]) -> Setting:
        tables = {name: table(name) for name in TABLES}
        return setting(
            preset,
            n_draws=draws,
            seed=seed,
            root=project_root(),
            tables=tables,
            ledger=ledger,
            origins=partners,
        )

    @lru_cache(maxsize=8)
    def priced(
        chosen: Scenario, preset: str, draws: int, seed: int, origins: str | tuple[str, ...] | None
    ) -> Priced:
        tables = {TRADE_2024: table(TRADE_2024)}
        partners = partners_priced(ledger, tables, origins, [chosen])
        return Priced(run(chosen, shared(preset, draws, seed, partners)))

    return priced


def new_scenario(
    title: str,
    *,
    day: date | str | None = None,
    suspend: str | Iterable[str] = (),
    replace: Mapping[str, float] | None = None,
    restore: Mapping[str, str] | str | Iterable[str] = (),
    add_pct: float | None = None,
    spares: str | Iterable[str] = (),
    origins: str | Iterable[str] = (),
    file: str | Path | None = None,
    overwrite: bool = False,
) -> Path:
    """Write a scenario of your own to a file, checked against the ledger.

    The file can be edited by hand (docs/scenarios.md tells all it can say), priced with `scenario`, and given
    to `trucewatch scenario`.

    Parameters
    ----------
    title
        What is supposed, in a few words.
    day
        The day of entry that is priced; all edits hold from it on. `law_asof()` if not given.
    suspend
        Measures, authorities or stack groups that charge nothing; a trailing `*` takes all that start so.
    replace
        New rates by measure, percent of customs value.
    restore
        Measures that are suspended, threatened, announced or void and come back; a mapping gives the
        suspension that is lifted (`legal` or `political`, or an empty text) by measure.
    add_pct
        An additional duty on all goods of `origins`, percent of customs value; none if not given.
    spares
        Authorities or measures on whose share of value the additional duty is not charged (`S232_*`).
    origins
        Countries whose goods pay the additional duty, by code or name; China if none is given.
    file
        Where to write; scratch/<title>.yaml of the checkout, else of the working directory, if not given.
    overwrite
        Whether an earlier scenario may be replaced, if this function wrote it and nobody changed it since. A
        file that says the same already is left alone; any other is refused, so that none is lost.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    LedgerError
        If an edit names what the ledger does not know, or cannot be carried out; nothing is written then.
    DataError
        If the day cannot be, the file is there already, or it cannot be written.
    """
    from trucewatch.answers.inputs import current_ledger, listed, read_day

    law = current_ledger()
    on = law.law_asof if day is None else read_day(day, "day")
    lifts = dict(restore) if isinstance(restore, Mapping) else dict.fromkeys(listed(restore), "")
    edits: list[dict[str, Any]] = [
        *({"suspend": name} for name in listed(suspend)),
        *({"replace": name, "rate_pct": rate} for name, rate in (replace or {}).items()),
        *({"restore": name} | ({"lifts": kind} if kind else {}) for name, kind in lifts.items()),
    ]
    if add_pct is not None:
        added = {
            "add": "my_duty",
            "importer": "USA",
            **({"origins": listed(origins)} if listed(origins) else {"origin_set": "china"}),
            "rate_pct": add_pct,
            "cover": [ALL_CODES],
        }
        edits.append(added | ({"gives_way_to": listed(spares)} if spares else {}))
    path = scratch_dir() / f"{_file_name(title)}.yaml" if file is None else Path(file)
    text = _yaml(title, on, edits)
    _check_free(path, text, overwrite)
    _write_checked(law, path, text)
    return path


def _write_checked(law: Ledger, path: Path, text: str) -> None:
    """Write a scenario that the law can carry out; of any other, nothing stays."""
    from trucewatch import made
    from trucewatch.scenario.edits import edited
    from trucewatch.scenario.scenario_file import read_scenario

    draft = path.with_name(f".{path.stem}.draft.yaml")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        edited(law, read_scenario(draft))
        draft.replace(path)
        made.record(path.parent, [path])
    except LedgerError as error:
        raise LedgerError(
            error.problem,
            remedy=error.remedy,
            file=path.name,
            row=error.row,
            column=error.column,
            value=error.value,
        ) from error
    except OSError as error:
        raise DataError(
            f"the file cannot be written ({error.strerror or error})",
            remedy="name another with file=, or make room on the disk",
            file=path,
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _file_name(title: str) -> str:
    """Return a title as the name of a file, letters of every script kept."""
    words = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", title).casefold()).strip("_")
    name = words.encode()[:120].decode(errors="ignore")
    if not name:
        raise DataError("no title", remedy="say what is supposed, in a few words", value=title)
    return name


def _check_free(path: Path, text: str, overwrite: bool) -> None:
    from trucewatch import made

    if not path.exists() and not path.is_symlink():
        return
    is_file = path.is_file() and not path.is_symlink()
    if is_file and path.read_bytes() == text.encode():
        return
    if overwrite and is_file and made.is_ours(path):
        return
    raise DataError(
        "the file is there already"
        + (", and was not written here or was changed since" if overwrite else ""),
        remedy="give another title, or name another file with file="
        + ("" if overwrite else "; overwrite=True replaces a scenario written here that nobody changed"),
        file=path,
    )


def _yaml(title: str, day: date, edits: list[dict[str, Any]]) -> str:
    # a JSON text or list is YAML, with everything quoted that needs it
    lines = [f"title: {json.dumps(title, ensure_ascii=False)}", f"day: {day}"]
    if edits:
        lines.append("edits:")
    for edit in edits:
        cells = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in edit.items()]
        cells += [f"from: {day}", f"source: {SUPPOSED}"]
        lines += [f"  - {cells[0]}", *(f"    {cell}" for cell in cells[1:])]
    return "\n".join(lines) + "\n"
