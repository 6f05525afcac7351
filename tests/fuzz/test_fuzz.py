"""Seeded damage, a fixed number of cases each: refused with place and remedy, or every invariant holds.

No case may end in an exception that is not ours, and none may change a file. The counts stand in
docs/reliability.md too; row by row edits of the ledger are in tests/golden/test_law_fuzz.py, answers of
publishers in tests/clients/test_fuzz.py.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.fuzz.mutations import damaged
from tests.golden import test_law_fuzz as ledger_fuzz
from trucewatch import cli
from trucewatch.duty import resolve, total
from trucewatch.duty.stacking import applicable, rules_on
from trucewatch.errors import LedgerError, ParameterError
from trucewatch.ledger import ledger as reading
from trucewatch.ledger import seal
from trucewatch.ledger.ledger import Ledger, load_ledger
from trucewatch.ledger.reading import read_sheet
from trucewatch.params import load_params
from trucewatch.paths import law_dir, project_root
from trucewatch.scenario import edited, read_scenario

SEED = 20261129
LEDGER, COMMANDS, PARAMETERS, SCENARIOS = 2000, 2000, 500, 500
SHORT = 150
"""Rows of the longest file that is damaged here: a longer one takes as long as all the others."""


def _duty_holds(law: Ledger, chance: random.Random) -> None:
    importer = chance.choice(("USA", "CHN"))
    on = date(2018, 1, 1) + timedelta(chance.randrange(3400))
    origin, code = {"USA": "CHN", "CHN": "USA"}[importer], chance.choice(ledger_fuzz.CODES[importer])
    try:
        lines = resolve(applicable(law, code, origin, on, importer), rules_on(law, on))
    except LedgerError as error:
        assert error.remedy
        return
    assert total(lines) == sum((line.pp for line in lines), Decimal(0)) >= 0


@pytest.mark.slow
def test_the_ledger_byte_by_byte(tmp_path: Path) -> None:
    chance, seen = random.Random(SEED), Counter[str]()
    listed = seal.sealed(law_dir())
    files = [
        (path, name, shown, path.read_bytes())
        for path, name, shown in reading.ledger_files(law_dir())
        if path.read_bytes().count(b"\n") <= SHORT
    ]
    for _ in range(LEDGER):
        path, name, shown, whole = chance.choice(files)
        content = damaged(whole, chance)
        if content == whole:
            seen["the same"] += 1
            continue
        copy = tmp_path / path.name
        copy.write_bytes(content)
        sealed_as = listed[path.relative_to(law_dir()).as_posix()]
        assert seal.state_in(content) not in sealed_as, "no change passes in silence"
        try:
            sheet = read_sheet(copy, reading.row_type_of(name), shown)
            group = [sheet if old.file == shown else old for old in ledger_fuzz.SHEETS[name]]
            law = reading._checked(reading._assemble({**ledger_fuzz.SHEETS, name: group}, "damaged"))
        except LedgerError as error:
            seen["refused"] += 1
            assert error.file, error
            assert error.remedy, error
            assert len(str(error)) < 2000, "a message a person can read"
            continue
        seen["accepted"] += 1
        if seen["accepted"] % 4 == 0:
            _duty_holds(law, chance)
    assert seen.total() == LEDGER
    assert min(seen["refused"], seen["accepted"]) > LEDGER / 10, seen


@pytest.mark.slow
def test_parameter_files(tmp_path: Path) -> None:
    chance, seen = random.Random(SEED), Counter[str]()
    whole = (project_root() / "params.yaml").read_bytes()
    path = tmp_path / "params.yaml"
    for _ in range(PARAMETERS):
        path.write_bytes(damaged(whole, chance))
        try:
            load_params(path)
        except ParameterError as error:
            seen["refused"] += 1
            assert "params.yaml" in str(error)
            assert len(str(error)) < 6000
        else:
            seen["accepted"] += 1
    assert seen.total() == PARAMETERS
    assert min(seen.values()) > PARAMETERS / 20, seen


@pytest.mark.slow
def test_scenario_files(tmp_path: Path) -> None:
    chance, seen = random.Random(SEED), Counter[str]()
    law = load_ledger()
    shipped = [path.read_bytes() for path in sorted((project_root() / "scenarios").glob("*.yaml"))]
    path = tmp_path / "mine.yaml"
    for _ in range(SCENARIOS):
        path.write_bytes(damaged(chance.choice(shipped), chance))
        try:
            changed = edited(law, read_scenario(path))
        except LedgerError as error:
            seen["refused"] += 1
            assert "mine.yaml" in str(error.file) or error.value, error
            assert error.remedy
        else:
            seen["accepted"] += 1
            assert changed.ledger_hash != law.ledger_hash
            _duty_holds(changed, chance)
    assert seen.total() == SCENARIOS
    assert min(seen.values()) > SCENARIOS / 20, seen


WORDS = (
    "9503.00.00",
    "1201.90.10",
    "8517130000",
    "95",
    "0",
    "",
    " ",
    "-",
    "--",
    "٨٥١٧",
    "8517\n1300",
    "8" * 400,
    "1e9",
    "2025-04-10",
    "2025-02-30",
    "9999-12-31",
    "0001-01-01",
    "tomorrow",
    "2025-W10-1",
    "20250410",
    "CHN",
    "USA",
    "chn",
    "HKG",
    "XXX",
    "*",
    "../../etc/passwd",
    "/dev/null",
    "/",
    ".",
    "nan",
    "inf",
    "-1",
    "1e400",
    "1234.50",
    "steel=0.4",
    "steel=2",
    "steel",
    "=",
    "a=b=c",
    "us_s122",
    "not:us_s122",
    "as_collected",
    "as_finally_held",
    "\x1b[31m",
    "\u202e",
    "'; DROP TABLE rates",
    "=1+1",
    "$(id)",
    "`id`",
    "{{7*7}}",
    "%s",
    "NO",
    "null",
    "s1",
    "threat_100",
    "soybeans",
)
OPTIONS: dict[str, tuple[str, ...]] = {
    "lookup": (
        "--origin",
        "--on",
        "--importer",
        "--loaded",
        "--known",
        "--value",
        "--content",
        "--claim",
        "--lens",
        "--json",
        "--lines",
        "--bogus",
    ),
    "calendar": ("--from", "--importer", "--known", "--json", "--bogus"),
    "diff": ("--importer", "--origin", "--by", "--known", "--on", "--top", "--lens", "--bogus"),
    "scenario": ("--preset", "--bogus"),
    "report": ("-p", "--bogus"),
    "sweep": ("-p", "--jobs", "--headline"),
    "stage": (),
    "vintages": ("--bogus",),
    "no_such_command": (),
}
OFTEN = ("lookup",) * 24 + tuple(OPTIONS)
#: What would start real work: those commands are given only what they must refuse.
WORKS = {"diff", "report", "sweep", "stage", "scenario"}
REAL = re.compile(r"\d{4}-\d\d-\d\d|soybeans|s1|threat_100")


def _command(chance: random.Random) -> list[str]:
    name = chance.choice(OFTEN)
    words = [word for word in WORDS if name not in WORKS or not REAL.fullmatch(word)]
    line = [name, *([chance.choice(WORDS[:3])] if name == "lookup" and chance.random() < 0.8 else [])]
    for _ in range(chance.randrange(5)):
        if OPTIONS[name] and chance.random() < 0.7:
            line.append(chance.choice(OPTIONS[name]))
        if chance.random() < 0.9:
            line.append(chance.choice(words))
    return line if name not in {"report", "sweep", "stage"} or len(line) > 1 else [*line, "nothing"]


@pytest.mark.slow
def test_command_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance, seen = random.Random(SEED), Counter[int]()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRUCEWATCH_HOME", str(project_root()))
    runner = CliRunner()
    law = seal.present(law_dir())
    top = {path.name for path in project_root().iterdir()}
    for _ in range(COMMANDS):
        line = _command(chance)
        done = runner.invoke(cli.main, line)
        what = f"{line}: {done.output[-300:]}"
        assert done.exception is None or isinstance(done.exception, SystemExit), f"{what} {done.exception!r}"
        assert done.exit_code in (0, 1, 2), what
        assert "Traceback" not in done.output, what
        if done.exit_code == 2:
            assert len(done.output) < 3000, what
        seen[done.exit_code] += 1
    assert seen.total() == COMMANDS
    assert min(seen[0], seen[2]) > COMMANDS / 20, seen
    assert list(tmp_path.iterdir()) == []
    assert seal.present(law_dir()) == law
    assert {path.name for path in project_root().iterdir()} == top


def test_the_page_on_reliability_has_these_counts() -> None:
    page = (project_root() / "docs" / "reliability.md").read_text(encoding="utf-8")
    for count, what in (
        (LEDGER, "byte-level edits of the ledger"),
        (ledger_fuzz.MANY, "row-level edits of the ledger"),
        (COMMANDS, "command lines"),
        (PARAMETERS, "parameter files"),
        (SCENARIOS, "scenario files"),
    ):
        assert f"| {what} | {count:,} |" in page, what
