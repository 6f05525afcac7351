"""Claims as rows of data/claims: what was said, what tests it, and the threshold fixed beforehand."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from trucewatch.errors import DataError
from trucewatch.ledger.reading import read_utf8
from trucewatch.page.notebook_rules import NAMES
from trucewatch.paths import project_root

TRUE, MOSTLY, MISLEADING, FALSE, OPEN = "true", "mostly", "misleading", "false", "not checkable"
CAME_TRUE, DID_NOT = "came true", "did not"
#: Verdicts on a statement from best to worst, those on a forecast, and the one that is neither.
VERDICTS = (TRUE, MOSTLY, MISLEADING, FALSE, CAME_TRUE, DID_NOT, OPEN)
FORECAST = "forecast"
KINDS = ("event", "fact", "quantity", "rate", "date", "cause", FORECAST)
#: The best verdict a row allows where its test can refute a claim but not prove it.
BEST = (TRUE, MOSTLY, OPEN)
CONFIDENCES = ("high", "medium", "low")
PLACEHOLDER = re.compile(r"\{([^{}|]+)(?:\|([^{}]+))?\}")
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Claim:
    """One claim: a row of a file in data/claims.

    - `claim_id`: a name that stays
    - `text`, `speaker`, `kind`: what was said, in paraphrase; who said it; what kind of sentence it is
      (`KINDS`)
    - `test`: name of a test of `trucewatch.reports.claim_check.verdicts`
    - `measured`: what the test looks at: references (module `references`) or act ids, the leading one first
    - `claimed`: what the claim says of it, in the form the test reads
    - `threshold`, `threshold_reason`: a number whose meaning the test gives, and why it is that number. Both
      are set before the data are looked at.
    - `best`: the best verdict the test can give; `true` unless it can only refute
    - `definition`: what exactly is compared
    - `source`: where the claim was made
    - `sentence`: the sentence that would be right; each number a placeholder `{reference}`, none typed
    - `confidence`: how sure the evidence is: `high`, `medium`, `low`
    - `file`, `line`: where the row stands, for errors
    """

    claim_id: str
    text: str
    speaker: str
    kind: str
    test: str
    measured: tuple[str, ...]
    claimed: str
    threshold: float
    threshold_reason: str
    best: str
    definition: str
    source: str
    sentence: str
    confidence: str
    file: str = ""
    line: int = 0

    def error(self, column: str, problem: str, remedy: str, value: object = None) -> DataError:
        """Return an error that names this row; the value is the cell's where none is given."""
        found = getattr(self, column) if value is None else value
        shown = "; ".join(found) if isinstance(found, tuple) else found
        return DataError(problem, remedy=remedy, file=self.file, row=self.line, column=column, value=shown)


COLUMNS = tuple(field.name for field in fields(Claim) if field.name not in ("file", "line"))


def claims_dir(root: Path | None = None) -> Path:
    """Return the folder of claims and of the committed baseline of verdicts."""
    return (root or project_root()) / "data" / "claims"


def read_claims(path: Path) -> tuple[Claim, ...]:
    """Read a file of claims; every cell that needs no evidence to check is checked.

    Raises `DataError` with file, row, column, value and remedy, if the file or a cell cannot be used.
    """
    found = tuple(_unique(_claim(row, line, path.name) for line, row in _rows(path, COLUMNS)))
    if not found:
        raise DataError("no claim stands below the header", remedy="write a row", file=path.name)
    return found


def read_baseline(path: Path) -> dict[str, str]:
    """Return the committed verdicts by claim; a missing file is an empty baseline.

    Raises `DataError` if a verdict is unknown or a claim occurs twice.
    """
    if not path.is_file():
        return {}
    found: dict[str, str] = {}
    for line, row in _rows(path, ("claim_id", "verdict")):
        where = {"file": path.name, "row": line}
        if row["verdict"] not in VERDICTS:
            raise DataError(
                "no verdict", remedy=f"one of {', '.join(VERDICTS)}", column="verdict", value=row["verdict"],
                **where,
            )  # fmt: skip
        if row["claim_id"] in found:
            raise DataError(
                "this claim occurs twice", remedy="keep one row", column="claim_id", value=row["claim_id"],
                **where,
            )  # fmt: skip
        found[row["claim_id"]] = row["verdict"]
    return found


def _rows(path: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    if not path.is_file():
        raise DataError("no such file", remedy="give the name of a file in data/claims", file=path.name)
    with io.StringIO(read_utf8(path, path.name), newline="") as handle:
        reader = csv.DictReader(handle)
        found = tuple(reader.fieldnames or ())
        if found != columns:
            raise DataError(
                "wrong columns", remedy="use " + ", ".join(columns), file=path.name, row=1,
                value=", ".join(found),
            )  # fmt: skip
        rows = []
        for row in reader:
            if None in row or None in row.values():
                problem = "more or fewer cells than columns"
                remedy = "put a cell that holds a comma in quotes"
                raise DataError(problem, remedy=remedy, file=path.name, row=reader.line_num)
            rows.append((reader.line_num, {name: text.strip() for name, text in row.items()}))
    return rows


def _claim(row: dict[str, str], line: int, file: str) -> Claim:
    def bad(column: str, problem: str, remedy: str) -> DataError:
        return DataError(problem, remedy=remedy, file=file, row=line, column=column, value=row[column])

    for column in COLUMNS:
        if not row[column] and column != "best":
            remedy = "give a number, fixed before looking" if column == "threshold" else "fill the cell"
            raise bad(column, "the cell is empty", remedy)
    if not _ID.fullmatch(row["claim_id"]):
        raise bad("claim_id", "no name", "letters, digits and underscores, a letter first")
    row["best"] = row["best"] or TRUE
    for column, legal in (("kind", KINDS), ("confidence", CONFIDENCES), ("best", BEST)):
        if row[column] not in legal:
            raise bad(column, "unknown word", f"one of {', '.join(legal)}")
    try:
        threshold = float(row["threshold"])
    except ValueError:
        raise bad("threshold", "no number", "write a plain number such as 2.5") from None
    if not 0 <= threshold < float("inf"):
        raise bad("threshold", "not a number from zero up", "write a plain number such as 2.5")
    typed = re.search(r"\S*\d\S*", NAMES.sub("", PLACEHOLDER.sub("", row["sentence"])))
    if typed:
        raise bad(
            "sentence",
            f"a number is typed in the sentence ({typed[0]})",
            "let a placeholder compute it, such as {value} or {act:<act_id>.date_announced}",
        )
    measured = tuple(part.strip() for part in row["measured"].split(";") if part.strip())
    return Claim(**{**row, "measured": measured, "threshold": threshold}, file=file, line=line)  # type: ignore[arg-type]


def _unique(claims: Iterable[Claim]) -> list[Claim]:
    found: dict[str, Claim] = {}
    for claim in claims:
        if claim.claim_id in found:
            raise claim.error("claim_id", "this claim occurs twice", "give each claim its own name")
        found[claim.claim_id] = claim
    return list(found.values())
