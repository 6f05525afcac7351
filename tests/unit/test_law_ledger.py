"""What the ledger refuses, and where it says the fault is; made ledgers in files and in memory."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from tests.unit.law_made import (
    Tables,
    base,
    duty,
    link,
    listed,
    made,
    made_tables,
    measure,
    rate,
    rule,
    simple,
)
from trucewatch.answers.doctor import (
    authority_shares,
    file_findings,
    import_weights,
    run_doctor,
)
from trucewatch.errors import LedgerError
from trucewatch.ledger import seal
from trucewatch.ledger.ledger import build_ledger, load_ledger, row_type_of
from trucewatch.ledger.schema import SIDED_TABLES, SINGLE_TABLES, kinds_of

SOURCED = {"citation": "Act", "source": "the test", "confidence": "verified"}


def one_measure(**tables: list[dict[str, str]]) -> Tables:
    rows = {
        "measures": [measure("ada", "ADA")],
        "rates": [rate("ada", "10")],
        "measure_scopes": [link("ada")],
    }
    return made_tables(**{**rows, **tables})


def write(root: Path, tables: Tables) -> Path:
    """Write a made ledger as the files of a project."""
    law = root / "data" / "law"
    for folder in ("scopes", "base_rates"):
        (law / folder).mkdir(parents=True, exist_ok=True)
    for name in {*SINGLE_TABLES, *SIDED_TABLES, "content_shares", *tables}:
        file = f"{name}.usa.csv" if name in SIDED_TABLES else f"{name.lower()}.csv"
        with (law / file).open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, kinds_of(row_type_of(name)), lineterminator="\n")
            writer.writeheader()
            writer.writerows(tables.get(name, []))
    seal.seal(law)
    return root


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write(tmp_path, one_measure(scopes__few=[listed("1111")]))


def test_files_and_memory_give_the_same_ledger(project: Path) -> None:
    read, built = load_ledger(project), build_ledger(one_measure(scopes__few=[listed("1111")]))
    assert read.rates[0].rate_pct == built.rates[0].rate_pct
    assert (read.rates[0].file, read.rates[0].line) == ("data/law/rates.usa.csv", 2)
    assert read.law_asof == date(2024, 12, 31)
    assert read.scopes["few"].matching("11110000")[0].is_included


def test_the_hash_is_that_of_the_bytes(project: Path) -> None:
    first = load_ledger(project).ledger_hash
    assert load_ledger(project).ledger_hash == first
    path = project / "data" / "law" / "rates.usa.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",10,", ",10.0,"), encoding="utf-8")
    seal.seal(path.parent)
    assert load_ledger(project).ledger_hash != first


def edit(old: str, new: str, file: str = "rates.usa.csv") -> Callable[[Path], None]:
    def change(law: Path) -> None:
        text = (law / file).read_text(encoding="utf-8")
        assert old in text
        (law / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


@pytest.mark.parametrize(
    ("change", "file", "row", "column", "value"),
    [
        (edit("rate_pct", "rate"), "rates.usa.csv", 1, "rate", None),
        (edit(",note", ""), "rates.usa.csv", 1, "note", None),
        (edit(",10,", ",ten,"), "rates.usa.csv", 2, "rate_pct", "ten"),
        (edit(",10,", ",1e1,"), "rates.usa.csv", 2, "rate_pct", "1e1"),
        (edit(",10,", ",,"), "rates.usa.csv", 2, "rate_pct", ""),
        (edit("2020-01-01", "2020-02-30"), "rates.usa.csv", 2, "valid_from", "2020-02-30"),
        (edit("2020-01-01", "1 Jan 2020"), "rates.usa.csv", 2, "valid_from", "1 Jan 2020"),
        (edit("in_force", "in force"), "rates.usa.csv", 2, "status", "in force"),
        (edit("verified", "sure"), "rates.usa.csv", 2, "confidence", "sure"),
        (edit("2020-01-01", "9999-12-31"), "rates.usa.csv", 2, "valid_to", "9999-12-31"),
        (edit("11110000", "1111000", "base_rates/usa.csv"), "base_rates/usa.csv", 2, "code", "1111000"),
        (edit("11110000", "1111.00.00", "base_rates/usa.csv"), "base_rates/usa.csv", 2, "code", "1111.00.00"),
        (
            edit("22220000", "11110000", "base_rates/usa.csv"),
            "base_rates/usa.csv",
            3,
            "code, valid_from",
            None,
        ),
        (edit(",true,", ",yes,", "scopes/few.csv"), "scopes/few.csv", 2, "is_included", "yes"),
        (edit("ada", "eve"), "rates.usa.csv", 2, "measure_id", "eve"),
        (edit("ada", " ada"), "rates.usa.csv", 2, "measure_id", " ada"),
        (edit(",10,", ",99999,"), "rates.usa.csv", 2, "rate_pct", "99999"),
        (edit(",10,", ",-1,"), "rates.usa.csv", 2, "rate_pct", "-1"),
        (edit(",10,", ",٢٥,"), "rates.usa.csv", 2, "rate_pct", "٢٥"),
        (edit(",10,", ",１０,"), "rates.usa.csv", 2, "rate_pct", "１０"),
        (edit("2020-01-01", "２０２０-01-01"), "rates.usa.csv", 2, "valid_from", "２０２０-01-01"),
        (edit("11110000", "١١١١٠٠٠٠", "base_rates/usa.csv"), "base_rates/usa.csv", 2, "code", "١١١١٠٠٠٠"),
        (edit("2024-12-31", "2025-W10-1", "edition.csv"), "edition.csv", 2, "value", "2025-W10-1"),
        (edit("2024-12-31", "20241231", "edition.csv"), "edition.csv", 2, "value", "20241231"),
        (edit("2024-12-31", "all", "edition.csv"), "edition.csv", 2, "value", "all"),
        (edit("verified", "verified\u202e"), "rates.usa.csv", 2, "confidence", "verified\u202e"),
        (edit("in_force,", "in_force,\x00"), "rates.usa.csv", 2, "act_id", "\x00"),
    ],
)
def test_a_bad_cell_is_refused_with_its_place_and_a_remedy(
    project: Path, change: Callable[[Path], None], file: str, row: int, column: str, value: str | None
) -> None:
    change(project / "data" / "law")
    with pytest.raises(LedgerError) as caught:
        load_ledger(project)
    error = caught.value
    assert str(error.file).endswith(file)
    assert (error.row, error.column) == (row, column)
    assert error.remedy
    if value is not None:
        assert error.value == value


def test_a_missing_file_a_blank_line_and_a_ragged_row_are_refused(project: Path) -> None:
    path = project / "data" / "law" / "rates.usa.csv"
    whole = path.read_text(encoding="utf-8")
    for text in (whole + "\n", whole + "one,two\n"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(LedgerError, match=r"rates\.usa\.csv"):
            load_ledger(project)
    path.unlink()
    with pytest.raises(LedgerError, match=r"missing.*rates|rates.*missing"):
        load_ledger(project)


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ("titel,für".encode("cp1252"), 1),
        (b"one\ntwo\n\xff\n", 3),
        ("one\ntwo".encode("utf-16"), 1),
        (b"one\n\xed\xa0\x80\n", 2),
    ],
)
def test_bytes_that_are_not_utf8_are_refused_with_their_row(project: Path, content: bytes, row: int) -> None:
    path = project / "data" / "law" / "rates.usa.csv"
    path.write_bytes(content)
    with pytest.raises(LedgerError, match="not UTF-8") as caught:
        load_ledger(project)
    assert (caught.value.file, caught.value.row) == ("data/law/rates.usa.csv", row)
    assert "UTF-8" in caught.value.remedy
    assert [finding.row for finding in file_findings(path.parent)] == [row]


ENDED = {
    "act_id": "one", "side": "USA", "kind": "order", "title": "One", "source": "test",
    "confidence": "verified",
    "date_announced": "2024-02-01", "date_effective": "2024-03-01",
}  # fmt: skip
KIND = {"stances": [{"level": "kind", "name": "order", "stance": "hostile"}]}


@pytest.mark.parametrize(
    ("status", "ended", "is_sound"),
    [
        ("in_force", "2024-03-01", True),
        ("in_force", "2024-02-28", False),
        ("suspended", "2024-02-28", True),  # stopped before it took effect
        ("suspended", "2024-01-31", False),
        ("void", "2024-01-31", False),
    ],
)
def test_an_act_that_ends_before_it_begins_is_refused(status: str, ended: str, is_sound: bool) -> None:
    tables = one_measure(acts=[{**ENDED, "status": status, "date_ended": ended}], **KIND)
    if is_sound:
        build_ledger(tables)
        return
    with pytest.raises(LedgerError, match="ends before it begins") as caught:
        build_ledger(tables)
    assert (caught.value.row, caught.value.column, caught.value.value) == (2, "date_ended", ended)


PHASE = {"phase_id": "a", "label": "A", "act_id": "one", "date_field": "date_effective", "is_truce": "true"}
CHRONICLE = {
    "phase of no act": ({"phases": [{**PHASE, "act_id": "two"}]}, "no such act"),
    "phase of a day the act has not": ({"phases": [{**PHASE, "date_field": "date_signed"}]}, "no such date"),
    "phase by no day": ({"phases": [{**PHASE, "date_field": "date_of_birth"}]}, "illegal value"),
    "phases out of order": ({"phases": [PHASE, {**PHASE, "phase_id": "b"}]}, "does not start after"),
    "entry of no act": ({"chronology": [{"act_id": "two", "date_field": "date_signed"}]}, "no such act"),
    "stance of no act": ({"stances": [{"level": "act", "name": "two", "stance": "hostile"}]}, "no such act"),
    "no such stance": ({"stances": [{"level": "kind", "name": "order", "stance": "angry"}]}, "illegal value"),
    "kind twice": ({"stances": [*KIND["stances"], *KIND["stances"]]}, "the key is already used"),
    "special entry without citation": (
        {"special_entries": [{"code": "all", "provision": "p", "what": "w", "source": "s"}]},
        "blank cell",
    ),
    "special entry of no code": (
        {"special_entries": [{"code": "12x", "provision": "p", "what": "w", "citation": "c", "source": "s"}]},
        "illegal value",
    ),
}


@pytest.mark.parametrize("name", CHRONICLE)
def test_what_tells_of_the_law_is_held_against_the_acts(name: str, tmp_path: Path) -> None:
    added, problem = CHRONICLE[name]
    tables = one_measure(**{"acts": [{**ENDED, "status": "in_force"}], **KIND, **added})
    with pytest.raises(LedgerError, match=problem) as caught:
        build_ledger(tables)
    assert caught.value.row
    found = checks_of(tmp_path, tables).values()
    assert any("error" in severities for severities in found), "the doctor sees it too"


def test_a_kind_of_act_without_a_stance_is_a_finding(tmp_path: Path) -> None:
    tables = one_measure(acts=[{**ENDED, "status": "in_force"}])
    assert "error" in checks_of(tmp_path, tables)["references"]


@pytest.mark.parametrize(
    ("tables", "column", "value"),
    [
        ({"measures": [measure("ada", "ADA", origin_set="none")]}, "origin_set", "none"),
        ({"measures": [measure("ada", "ADA", act_id="none")]}, "act_id", "none"),
        ({"measure_scopes": [link("ada", "none")]}, "scope_id", "none"),
        ({"stack_rules": [rule("r", "suppress", "ADA", "EVE")]}, "loser", "EVE"),
        ({"stack_rules": [rule("r", "suppress", "EVE*", "ADA")]}, "winner", "EVE*"),
        ({"rates": [rate("ada", "10"), rate("ada", "20", "2021-01-01")]}, "valid_from", "2021-01-01"),
    ],
)
def test_references_and_overlaps_are_refused(
    tables: dict[str, list[dict[str, str]]], column: str, value: str
) -> None:
    with pytest.raises(LedgerError) as caught:
        build_ledger(one_measure(**tables))
    assert (caught.value.column, caught.value.value) == (column, value)


def test_rows_that_meet_on_one_clock_only_do_not_overlap() -> None:
    ledger = simple(
        ("ada", "10"),
        rates=[rate("ada", "10", known_to="2021-01-01"), rate("ada", "20", known_from="2021-01-01")],
    )
    assert len(ledger.rates) == 2


def test_two_rows_of_a_list_that_decide_together_are_refused_when_met() -> None:
    few = [listed("1111"), listed("1111", valid_from="2021-01-01")]
    ledger = simple(("ada", "10"), measure_scopes=[link("ada", "few")], scopes__few=few)
    with pytest.raises(LedgerError, match="two rows"):
        duty(ledger)


def test_without_law_asof_there_is_no_ledger() -> None:
    with pytest.raises(LedgerError, match="law_asof"):
        build_ledger({**one_measure(), "edition": []})


def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(LedgerError, match="no such table"):
        build_ledger({"ratez": []})
    with pytest.raises(LedgerError, match="no such table"):
        made().frame("ratez")


def test_an_edited_ledger_prices_its_edit_and_leaves_the_first_alone() -> None:
    first = simple(("ada", "10"))
    second = dataclasses.replace(
        first, rates=(dataclasses.replace(first.rates[0], rate_pct=first.rates[0].rate_pct * 2),)
    )
    assert (duty(first), duty(second), duty(first)) == (15, 25, 15)


def checks_of(root: Path, tables: Tables) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in run_doctor(write(root, tables)):
        found.setdefault(finding.check, []).append(finding.severity)
    return found


def test_the_doctor_finds_nothing_in_a_sound_ledger(tmp_path: Path) -> None:
    assert run_doctor(write(tmp_path, one_measure())) == []


#: An act of the day after the made ledger's own.
AHEAD = {
    "act_id": "us_20250101_made",
    "side": "USA",
    "kind": "tariff_up",
    "title": "made",
    "date_announced": "2025-01-01",
    "status": "announced",
    **SOURCED,
}


@pytest.mark.parametrize(
    ("tables", "check", "severity"),
    [
        ({"rates": []}, "incomplete", "error"),
        ({"measure_scopes": [link("ada", role="exempt")]}, "incomplete", "error"),
        (
            {"rates": [rate("ada", "1", valid_to="2021-01-01"), rate("ada", "2", "2022-01-01")]},
            "holes",
            "warning",
        ),
        ({"scopes/few": [listed("1111")]}, "unused", "warning"),
        (
            {"scopes/few": [listed("3333")], "measure_scopes": [link("ada", "few")]},
            "unknown_codes",
            "warning",
        ),
        (
            {
                "scopes/few": [listed("1111"), listed("1111", valid_from="2021-01-01")],
                "measure_scopes": [link("ada", "few")],
            },
            "overlaps",
            "error",
        ),
        (
            {"base_rates/USA": [base("11110000"), base("11110000", valid_from="2021-01-01")]},
            "overlaps",
            "error",
        ),
        (
            {"content_shares": [{"code": "1111", "steel": "0.9", "aluminum": "0.2", "copper": "0"}]},
            "content",
            "error",
        ),
        ({"rates": [rate("ada", "1", known_from="2025-01-01")]}, "rates", "error"),
        ({"acts": [AHEAD]}, "acts", "error"),
    ],
)
def test_the_doctor_finds_faults_between_rows(
    tmp_path: Path, tables: Tables, check: str, severity: str
) -> None:
    assert severity in checks_of(tmp_path, {**one_measure(), **tables}).get(check, [])


def test_a_hole_with_a_reason_is_no_finding(tmp_path: Path) -> None:
    rates = [rate("ada", "1", valid_to="2021-01-01", note="lapsed"), rate("ada", "2", "2022-01-01")]
    assert checks_of(tmp_path, one_measure(rates=rates)) == {}


def test_the_doctor_lists_every_bad_cell_not_only_the_first(tmp_path: Path) -> None:
    tables = one_measure()
    write(tmp_path, tables)
    for old, new in ((",10,", ",ten,"), ("in_force", "in force")):
        edit(old, new)(tmp_path / "data" / "law")
    found = list(file_findings(tmp_path / "data" / "law"))
    assert {(item.column, item.value) for item in found} == {("rate_pct", "ten"), ("status", "in force")}
    assert all("rates.usa.csv" in str(item) and "Remedy" in str(item) for item in found)


def expected(low: str, high: str) -> dict[str, str]:
    row = {"importer": "USA", "on": "2022-01-01", "authority": "ADA"}
    return {**row, "min_share_pct": low, "max_share_pct": high}


@pytest.mark.parametrize(
    ("low", "high", "is_sound"), [("24", "26", True), ("26", "100", False), ("0", "24", False)]
)
def test_an_authority_must_reach_the_expected_share_of_trade(
    tmp_path: Path, low: str, high: str, is_sound: bool
) -> None:
    tables = one_measure(
        measure_scopes=[link("ada", "few")], scopes__few=[listed("1111")],
        expected_authorities=[expected(low, high)],
    )  # fmt: skip
    weights = {"USA": pd.Series({"11110000": 1.0, "22220000": 3.0})}
    found = run_doctor(write(tmp_path, tables), weights)
    assert (found == []) is is_sound
    shares = authority_shares(load_ledger(tmp_path), "USA", weights["USA"], [date(2022, 1, 1)])
    assert shares[date(2022, 1, 1), "ADA"] == 25


def test_weights_leave_out_other_partners_and_special_chapters() -> None:
    rows = [
        (2024, "CHN", "1111000010", 3.0),
        (2024, "CHN", "9801001000", 9.0),
        (2024, "VNM", "1111000010", 9.0),
        (2023, "CHN", "1111000010", 9.0),
    ]
    frame = pd.DataFrame(rows, columns=["year", "partner_iso3", "hs10", "value_usd"])
    assert import_weights(frame, "CHN").to_dict() == {"1111000010": 3.0}
