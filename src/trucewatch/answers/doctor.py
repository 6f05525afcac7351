"""Check the whole ledger and list everything that is wrong, not only the first fault."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

import pandas as pd

from trucewatch.duty.code_classes import grouper
from trucewatch.duty.day_duties import line_key
from trucewatch.duty.lines import CERTAIN, ZERO, Line, base_line, measure_line
from trucewatch.duty.matching import Match, match, signature
from trucewatch.duty.stacking import entry_of, resolve, rules_on
from trucewatch.errors import LedgerError
from trucewatch.ledger import seal
from trucewatch.ledger.checks import ALL_CHECKS, AT_LOAD, fault
from trucewatch.ledger.hand_kept import kept_findings
from trucewatch.ledger.ledger import DEFAULT_ORIGIN, Ledger, ledger_files, read_unchecked, row_type_of
from trucewatch.ledger.reading import Finding, cell_findings, read_text_sheet
from trucewatch.ledger.schema import SPECIAL_CHAPTERS
from trucewatch.paths import clean_dir, law_dir, project_root

_PLACES = 6

Weights = Mapping[str, pd.Series]
"""Value of imports by code, one series an importer."""


def run_doctor(root: Path | str | None = None, weights: Weights | None = None) -> list[Finding]:
    """Check every file kept by hand, then what must hold between the tables of the ledger.

    Errors come first. Faults between tables are looked for only once every cell is sound.

    - `weights`: imports by code, one series an importer, for the shares that `expected_authorities` asks for;
      importers without weights are not checked for them
    """
    folder = law_dir(Path(root) if root is not None else None)
    findings = list(file_findings(folder))
    named = {found.file for found in findings}
    findings += [
        found for found in seal_findings(folder) if found.problem == seal.GONE and found.file not in named
    ]
    project = Path(root) if root is not None else project_root()
    if (project / "data" / "benchmarks").is_dir():  # a ledger alone may be looked at too
        findings += kept_findings(project)
    if not findings:
        ledger = read_unchecked(root)
        findings = [found for check in ALL_CHECKS for found in check(ledger)]
        findings += seal_findings(folder)
        if not any(found.severity == "error" for found in findings):
            findings += authority_findings(ledger, weights or {})
    return sorted(findings, key=lambda found: (found.severity, found.check, found.file or "", found.row or 0))


def file_findings(folder: Path) -> Iterator[Finding]:
    """Find missing files, wrong columns and every cell that breaks its rule."""
    try:
        files = ledger_files(folder)
    except LedgerError as error:
        yield _finding(error)
        return
    for path, name, shown in files:
        try:
            sheet = read_text_sheet(path, row_type_of(name), shown)
        except LedgerError as error:
            yield _finding(error)
        else:
            yield from cell_findings(sheet)


def seal_findings(folder: Path) -> Iterator[Finding]:
    """Find files that are missing, new or changed since the ledger was sealed."""
    try:
        found = [_finding(breach, "sealed") for breach in seal.breaches(folder)]
        if not found and seal.leftovers(folder):
            found = [
                Finding(
                    "error",
                    "sealed",
                    "a merge left lines in the list",
                    "run `trucewatch doctor --seal`",
                    f"data/law/{seal.MANIFEST}",
                )
            ]
    except LedgerError as error:
        found = [_finding(error, "sealed")]
    yield from found


def _finding(error: LedgerError, check: str = "files") -> Finding:
    row = error.row if isinstance(error.row, int) else None
    column = None if error.column is None else str(error.column)
    return Finding("error", check, error.problem, error.remedy, str(error.file), row, column)


def authority_findings(ledger: Ledger, weights: Weights) -> Iterator[Finding]:
    """Find authorities that reach less, or more, of trade on a date than they must."""
    for importer, values in weights.items():
        expected = [row for row in ledger.expected_authorities if row.importer == importer]
        shares = authority_shares(ledger, importer, values, {row.on for row in expected})
        for row in expected:
            share = shares.get((row.on, row.authority), 0.0)
            if not float(row.min_share_pct) <= share <= float(row.max_share_pct):
                yield fault(
                    row,
                    "authorities",
                    "authority",
                    f"reaches {share:.2f} % of imports on {row.on}, "
                    f"expected {row.min_share_pct} to {row.max_share_pct}",
                    "check rates, lists and stacking rules of that date, or the bounds",
                )


def authority_shares(
    ledger: Ledger, importer: str, values: pd.Series, days: Iterable[date]
) -> dict[tuple[date, str], float]:
    """Return the share of imports, in percent, that pays each authority on some days.

    `values`: value of imports from the other side, indexed by code; `days`: days of entry.
    """
    keys = grouper(ledger, importer)
    alike: dict[Hashable, list[str]] = {}
    for code in values.index:
        alike.setdefault(keys.key(code), []).append(code)
    groups: dict[Hashable, list[str]] = {}
    for codes in alike.values():
        groups.setdefault(signature(_without_base(match(ledger, codes[0], importer))), []).extend(codes)
    whole = float(values.sum())
    entries = {day: entry_of(ledger, DEFAULT_ORIGIN[importer], day) for day in days}
    # codes that a measure reaches alike share its line of a day
    numbers: dict[Hashable, int] = {}
    lines: dict[tuple[int, date], Line | None] = {}
    shares: dict[tuple[date, str], float] = {}
    for codes in groups.values():
        weight = 100 * float(values.loc[codes].sum()) / whole
        found = match(ledger, codes[0], importer)
        alone = [(item, numbers.setdefault(line_key(found, item), len(numbers))) for item in found.measures]
        for day, entry in entries.items():
            base = base_line(found, day)
            for item, number in alone:
                if (number, day) not in lines:
                    lines[number, day] = measure_line(ledger, found, item, base, entry)
            reached = [line for _, number in alone if (line := lines[number, day]) is not None]
            for authority in {
                line.authority
                for line in resolve([base, *reached], rules_on(ledger, day))
                if line.status in CERTAIN and line.pp > ZERO
            }:
                shares[day, authority] = shares.get((day, authority), 0.0) + weight
    # groups are summed in turn: the whole of trade is 100, not 100.00000000000001
    return {key: round(share, _PLACES) for key, share in shares.items()}


def _without_base(found: Match) -> Match:
    """Return a match without its MFN rows, which decide about a floor and nothing else."""
    if any(item.measure.mode == "floor" for item in found.measures):
        return found
    return dataclasses.replace(found, base=())


def import_weights(imports: pd.DataFrame, partner: str) -> pd.Series:
    """Return imports from a partner by code in the last year there is; no chapters 98 and 99.

    `imports`: columns `year`, `partner_iso3`, `hs10`, `value_usd`.
    """
    rows = imports[(imports["partner_iso3"] == partner) & (imports["year"] == imports["year"].max())]
    values = rows.groupby("hs10", observed=True)["value_usd"].sum()
    goods = values[~values.index.str.startswith(SPECIAL_CHAPTERS)]
    return goods[goods > 0]


def trade_weights(root: Path | None = None) -> dict[str, pd.Series]:
    """Return the weights there are, by importer: imports from the other side, of the last year there is."""
    weights = {}
    usa = clean_dir(root) / "us_imports_hs10_partner_annual.parquet"
    if usa.is_file():
        weights["USA"] = import_weights(pd.read_parquet(usa), DEFAULT_ORIGIN["USA"])
    china = clean_dir(root) / "china_imports_from_us_hs8.parquet"
    if china.is_file():
        weights["CHN"] = pd.read_parquet(china).groupby("hs8", observed=True)["value_usd"].sum()
    return weights


def main(root: Path | str | None = None, *, seals: bool = False) -> int:
    """Print the findings; return 1 if any is an error, else 0.

    `seals`: whether to note the files as they are first, if every cell and reference is sound.
    """
    if seals:
        folder = law_dir(Path(root) if root is not None else None)
        faults = list(file_findings(folder))
        if not faults:
            ledger = read_unchecked(root)
            faults = [found for check in AT_LOAD for found in check(ledger) if found.severity == "error"]
        if faults:
            print(*faults, sep="\n")
            print("not sealed: what stands above must be mended first")
            return 1
        for line in seal.seal(folder):
            print(f"sealed {line}")
    weights = trade_weights(Path(root) if root is not None else None)
    findings = run_doctor(root, weights)
    for found in findings:
        print(found)
    errors = sum(found.severity == "error" for found in findings)
    print(f"{errors} errors, {len(findings) - errors} warnings")
    for importer in sorted(set(DEFAULT_ORIGIN) - set(weights)):
        print(f"shares of trade of {importer} were not checked: run `trucewatch build clean` first")
    return int(errors > 0)


if __name__ == "__main__":
    raise SystemExit(main())
