"""Eight doors, one answer: command, Python, list, workbook, assistant, Parquet, product page, watched feed.

The same random questions (code, origin, day, claims) go to each door that can be asked them, and every
answer is that of `trucewatch.lookup`: total and both bounds, or a refusal. `TRUCEWATCH_DOORS` sets how many
questions are drawn, `TRUCEWATCH_DOORS_SEED` which.
"""

import bisect
import json
import os
import random
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import anyio
import duckdb
import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from mcp import Client

import trucewatch as tw
from trucewatch.answers import watch as watching
from trucewatch.answers.inputs import current_ledger
from trucewatch.api.assistants import server
from trucewatch.cli import main
from trucewatch.duty.panel import panel_dir
from trucewatch.ledger.checks import named_measures
from trucewatch.ledger.ledger import DEFAULT_ORIGIN
from trucewatch.paths import project_root

FEW, MANY = 400, 10_000
FIRST, EPOCH = date(2018, 1, 1), date(1970, 1, 1)
NUMBERS = ("total_pct", "lower_pct", "upper_pct")
REFUSED = "refused"
DIGITS = 6e-5
"""Half of the last digit that the least exact door writes: JSON has four decimals."""
pytestmark = pytest.mark.parametrize("size", [FEW, pytest.param(MANY, marks=pytest.mark.exhaustive)])


@dataclass(frozen=True)
class Question:
    """One thing asked of every door."""

    importer: str
    code: str
    origin: str
    on: date
    claims: tuple[str, ...]

    @property
    def is_of_the_truce(self):
        """Whether panel and product page hold it: no claim, and goods of the other side."""
        return not self.claims and self.origin == DEFAULT_ORIGIN[self.importer]


@cache
def questions(size):
    """Draw the questions: codes of both schedules, shorter ones and wrong ones, any partner, any day."""
    law = current_ledger()
    draw = random.Random(int(os.environ.get("TRUCEWATCH_DOORS_SEED", "26")))
    lines = {
        side: sorted(set(law.base_rates[side].sheet.table["code"].to_pylist())) for side in law.importers
    }
    claims = {side: [] for side in law.importers}
    for row in law.exclusions:
        for name in named_measures(law, row.measure_group):
            claims[law.measure[name].importer].append((row.exclusion_id, row.code, row.valid_from))
    partners = [row.iso3 for row in law.partners]
    drawn = []
    for _ in range(int(os.environ.get("TRUCEWATCH_DOORS", size))):
        importer = draw.choice(("USA", "USA", "CHN"))
        code, claimed = draw.choice(lines[importer]), ()
        on = FIRST + timedelta(days=draw.randrange((law.law_asof - FIRST).days + 1))
        origin = DEFAULT_ORIGIN[importer]
        kind = draw.random()
        if kind < 0.2:
            name, start, day = draw.choice(claims[importer])
            code = code if start == "all" else (start + "0" * 8)[: max(8, len(start))]
            claimed, on = (name,), max(FIRST, min(day, law.law_asof))
        elif kind < 0.45 and importer == "USA":
            origin = draw.choice(partners)
        elif kind < 0.5:
            code = draw.choice((code[:4], code[:6], code[:7], f"99{code[2:]}"))
        drawn.append(Question(importer, code, origin, on, claimed))
    return drawn


@cache
def expected(size):
    """Return what `trucewatch.lookup` answers: total and bounds, or that it refuses."""
    return [_looked_up(asked) for asked in questions(size)]


def _looked_up(asked):
    try:
        found = tw.lookup(asked.code, asked.origin, asked.on, importer=asked.importer, claims=asked.claims)
    except tw.TrucewatchError:
        return REFUSED
    numbers = (found.total_pct, *found.bounds_pct)
    return tuple(None if number is None else float(number) for number in numbers)


def compare(size, answers):
    """Demand that each answer of a door, by the position of its question, is that of the package."""
    told = expected(size)
    wrong = [
        (questions(size)[at], told[at], answer)
        for at, answer in answers.items()
        if not same(told[at], answer)
    ]
    assert not wrong, (len(wrong), wrong[:3])
    assert len(answers) > size / 4
    assert REFUSED in told or size < FEW


def same(one, other):
    if REFUSED in (one, other):
        return one == other
    return all(
        a == b or (None not in (a, b) and a == pytest.approx(b, abs=DIGITS))
        for a, b in zip(one, other, strict=True)
    )


def test_the_questions_are_of_every_kind(size):
    told, asked = expected(size), questions(size)
    assert {item.importer for item in asked} == {"USA", "CHN"}
    assert any(item.claims and answer != REFUSED for item, answer in zip(asked, told, strict=True))
    assert any(item.origin not in ("CHN", "USA") for item in asked)
    assert sum(answer != REFUSED for answer in told) > len(told) / 3


def test_command(size):
    answers, runner = {}, CliRunner()
    for at, asked in enumerate(questions(size)):
        command = ["lookup", asked.code, "--origin", asked.origin, "--on", str(asked.on), "--json"]
        command += [
            "--importer",
            asked.importer,
            *(part for name in asked.claims for part in ("--claim", name)),
        ]
        done = runner.invoke(main, command)
        assert done.exit_code in (0, 2), (command, done.output)
        answers[at] = (
            tuple(json.loads(done.output)[name] for name in NUMBERS) if not done.exit_code else REFUSED
        )
    compare(size, answers)


def lists(size, importer):
    """Return the questions of one side as a list of products, with the position of each."""
    rows = [
        {
            "at": at,
            "code": asked.code,
            "origin": asked.origin,
            "entry date": str(asked.on),
            "claims": ";".join(asked.claims),
        }
        for at, asked in enumerate(questions(size))
        if asked.importer == importer
    ]
    return pd.DataFrame(rows).astype({"at": str})


@pytest.mark.parametrize("door", ["frame", "workbook"])
def test_catalogue(size, door, tmp_path):
    answers = {}
    for importer in ("USA", "CHN"):
        found = tw.catalogue(lists(size, importer), importer=importer)
        rows = found.to_frame().to_dict("records")
        if door == "workbook":
            sheet = openpyxl.load_workbook(
                found.write(tmp_path / f"{importer}.xlsx"), read_only=True
            ).worksheets[0]
            head, *cells = sheet.iter_rows(values_only=True)
            rows = [dict(zip(head, row, strict=True)) for row in cells if str(row[0]).isdigit()]
        for row in rows:
            numbers = tuple(None if pd.isna(row[name]) else float(row[name]) for name in NUMBERS)
            answers[int(row["at"])] = REFUSED if isinstance(row["error"], str) and row["error"] else numbers
    compare(size, answers)


def test_assistant(size):
    async def session():
        answers = {}
        async with Client(server()) as client:
            for at, asked in enumerate(questions(size)):
                arguments = {name: getattr(asked, name) for name in ("code", "origin", "importer")}
                arguments |= {"on": str(asked.on), "claims": list(asked.claims)}
                told = await client.call_tool("lookup", arguments)
                text = told.content[0].text
                answers[at] = REFUSED if told.is_error else tuple(json.loads(text)[name] for name in NUMBERS)
        return answers

    compare(size, anyio.run(session))


def test_parquet(size):
    """The panel has a row a line; a line that lists split is answered by its numbers, which it brackets."""
    asked = pd.DataFrame(
        [
            {"place": at, "importer": item.importer, "code": item.code, "day": pd.Timestamp(item.on)}
            for at, item in enumerate(questions(size))
            if item.is_of_the_truce
        ]
    )
    folder = panel_dir(project_root())
    duckdb.register("asked", asked)
    files = [str(folder / f"{importer}.totals.parquet") for importer in ("USA", "CHN")]
    rows = duckdb.sql(
        f"""
        WITH panel AS (SELECT * FROM read_parquet({files})),
        split AS (SELECT DISTINCT importer, code[1:8] AS code FROM panel WHERE NOT is_line)
        SELECT place, rate_pct::DOUBLE
        FROM asked JOIN panel USING (importer, code) ANTI JOIN split USING (importer, code)
        WHERE is_line AND valid_from <= day AND day < valid_to
        """
    ).fetchall()
    duckdb.unregister("asked")
    told = expected(size)
    for at, rate in rows:
        total, lower, upper = told[at]
        if total is None:
            assert lower - 1e-6 <= rate <= upper + 1e-6, questions(size)[at]
        else:
            assert rate == pytest.approx(total, abs=1e-6), questions(size)[at]
    assert len(rows) > len(questions(size)) / 5


def test_product_page(size, held):
    sides = held["sides"]
    place = {
        importer: dict(zip(side["codes"], side["path"], strict=True)) for importer, side in sides.items()
    }
    compared = 0
    for asked, told in zip(questions(size), expected(size), strict=True):
        if not asked.is_of_the_truce or asked.code not in place[asked.importer] or told == REFUSED:
            continue
        steps = sides[asked.importer]["paths"][place[asked.importer][asked.code]]
        at = bisect.bisect_right([step[0] for step in steps], (asked.on - EPOCH).days) - 1
        _, rate, low, high = steps[at] if at >= 0 else (0, None, None, None)
        if low is None:
            continue  # a part of the duty is not known
        total, lower, upper = told
        # the page leaves out other metal contents and exclusions: docs/doors.md
        assert lower - 1e-3 <= low <= high <= upper + 1e-3, asked
        if total is not None:
            assert rate == pytest.approx(total, abs=1e-3), (asked, told, steps[at])
        compared += 1
    assert compared > len(questions(size)) / 5


def test_watched_feed(size, tmp_path):
    """What a watched list notes, and the changes that its feed announces, are lookups of those days."""
    goods = sorted({(item.code, item.origin) for item in questions(size) if item.importer == "USA"})[:1000]
    path = tmp_path / "mine.csv"
    path.write_text("code,origin\n" + "".join(f"{code},{origin}\n" for code, origin in goods))
    told = watching.watch(path, days=800, today=tw.law_asof())
    noted = json.loads((tmp_path / "mine.csv.watch.json").read_text())["rows"]
    assert noted
    for key, text in noted.items():
        code, origin = key.split("|")
        found = tw.lookup(code, origin)
        numbers = [float(number) for number in re.findall(r"[\d.]+", text)]
        bounds = [float(bound) for bound in found.bounds_pct]
        assert numbers == pytest.approx(
            bounds if found.total_pct is None else [float(found.total_pct), *bounds][: len(numbers)], abs=1e-3
        ), key
    for item in told.ahead:
        day = date.fromisoformat(item.on)
        then, before = (tw.lookup(item.code, item.origin, day - timedelta(days=back)) for back in (0, 1))
        assert (then.total_pct, then.bounds_pct) != (before.total_pct, before.bounds_pct), item
        if then.total_pct is not None:
            assert float(item.after) == pytest.approx(float(then.total_pct), abs=1e-3), item
