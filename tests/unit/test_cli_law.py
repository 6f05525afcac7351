"""The commands of the desk: what they print, what they return, how they end."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from trucewatch.cli import main
from trucewatch.forks import FIXED_ENVIRONMENT

PHONE = ["lookup", "8517.13.00", "--origin", "CHN", "--on", "2025-04-10"]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_a_command_sums_on_as_many_threads_as_a_build(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, chosen in (("1", None), ("2", "2")):
        monkeypatch.delenv("OPENBLAS_NUM_THREADS")
        if chosen:
            monkeypatch.setenv("OPENBLAS_NUM_THREADS", chosen)
        run("lookup", "no code")
        assert os.environ["OPENBLAS_NUM_THREADS"] == name
    assert FIXED_ENVIRONMENT["OPENBLAS_NUM_THREADS"] == "1"


def test_phone_on_the_tenth_of_april() -> None:
    """MFN 0, list 4B suspended, fentanyl 20, reciprocal 125 exempt by a retroactive memorandum."""
    answer = json.loads(run(*PHONE, "--value", "1000", "--json").stdout)
    assert {"code", "importer", "origin", "on", "total_pct", "lines"} <= set(answer)
    assert (answer["code"], answer["importer"], answer["origin"], answer["on"]) == (
        "85171300",
        "USA",
        "CHN",
        "2025-04-10",
    )
    lines = {line["authority"]: line for line in answer["lines"]}
    assert {"authority", "rate_pct", "pp", "status", "act"} <= set(answer["lines"][0])
    assert (lines["MFN"]["rate_pct"], lines["MFN"]["status"]) == (0, "charged")
    assert (lines["S301_TT"]["rate_pct"], lines["S301_TT"]["status"]) == (15, "suspended")
    assert (lines["IEEPA_FENT"]["pp"], lines["IEEPA_FENT"]["act"]) == (20, "us_20250303_eo14228")
    assert (lines["IEEPA_RECIP"]["rate_pct"], lines["IEEPA_RECIP"]["pp"]) == (125, 0)
    assert lines["IEEPA_RECIP"]["status"] == "exempt" and "11 April 2025" in lines["IEEPA_RECIP"]["reason"]
    assert (answer["total_pct"], answer["as_believed_pct"], answer["duty_usd"]) == (20, 145, 200)
    assert all(line["act"] for line in answer["lines"])
    assert answer["is_ruling"] is False and answer["law_asof"] and "quotas" in answer["not_modelled"]


def test_status_follows_the_clock_and_the_lens() -> None:
    """Fentanyl was charged on the day; held unlawful on 20 February 2026 (Learning Resources v. Trump)."""
    then = json.loads(run(*PHONE, "--known", "2025-04-12", "--json").stdout)
    assert {line["authority"]: line["status"] for line in then["lines"]}["IEEPA_FENT"] == "charged"
    held = json.loads(run(*PHONE, "--lens", "as_finally_held", "--json").stdout)
    assert held["total_pct"] == 0


def test_answer_first_and_within_80_columns() -> None:
    for arguments in (
        [*PHONE, "--value", "1000"],
        ["lookup", "7318.15.20", "--on", "2025-08-20", "--content", "steel=0.4"],
        ["lookup", "8507.60.00", "--on", "2026-12-20"],
        ["lookup", "8517", "--on", "2025-04-10"],
        ["lookup", "1201.90.00", "--importer", "CHN", "--on", "2025-11-20"],
        ["calendar"],
        ["diff", "2025-05-14", "2025-11-10", "--top", "3", "--by", "chapter"],
    ):
        result = run(*arguments)
        assert result.exit_code == 0, result.output
        assert max(map(len, result.stdout.splitlines())) <= 80, arguments
        assert "Not a customs ruling." in result.stdout.replace("\n", " ").replace("  ", " ")
    headline = "8517.13.00 from China into the United States, entered 2025-04-10: 20 %\n"
    assert run(*PHONE).stdout.startswith(headline)


def test_after_the_ledgers_day_is_said_first() -> None:
    lines = run("lookup", "8507.60.00", "--on", "2026-12-20").stdout.splitlines()
    assert any("as then scheduled" in line for line in lines[:4])


def test_metal_content_is_taken() -> None:
    """Steel derivative with 40 % steel: 50 % on 0.4 of the value (Proclamation 10947)."""
    full, part = (
        json.loads(run("lookup", "8302.41.6080", "--on", "2025-09-15", *content, "--json").stdout)["lines"]
        for content in ([], ["--content", "steel=0.4"])
    )
    steel = [line for line in part if line["authority"] == "S232_STEEL"]
    assert steel and all(
        line["pp"] == line["rate_pct"] * 0.4 for line in steel if line["status"] == "charged"
    )
    assert full != part


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lookup", "8517130"], "leading zero"),
        (["lookup", "99999999"], "give the product's own code"),
        (["lookup", "97999999"], "nearest lines"),
        (["lookup", "8517.99.99"], "8517"),
        (["lookup", "85171300", "--on", "2025-02-30"], "2025-02-28"),
        (["lookup", "85171300", "--on", "2017-12-31"], "2018-01-01"),
        (["lookup", "85171300", "--on", "2205-05-14"], "nearest day"),
        (["lookup", "85171300", "--on", "05/04/2025"], "2025-05-04 or 2025-04-05"),
        (["lookup", "85171300", "--known", "2100-01-01"], "nearest day"),
        (["lookup", "85171300", "--origin", "Atlantis"], "no country"),
        (["lookup", "85171300", "--importer", "FRA"], "USA"),
        (["lookup", "85171300", "--value", "a lot"], "1234.50"),
        (["lookup", "85171300", "--content", "steel"], "steel=0.4"),
        (["lookup", "85171300", "--content", "steel=nan"], "0 to 1"),
        (["lookup", "85171300", "--origin", "CN/VN"], "more than one country"),
        (["history", "toys"], "trucewatch search toys"),
        (["lookup", "85171300", "--content", "gold=0.1"], "steel"),
        (["lookup", "85171300", "--claim", "nothing"], "leave it out"),
        (["lookup", "85171300", "--lens", "rose"], "as_collected"),
        (["lookup"], "give a CODE"),
        (["lookup", "--file", "in.csv"], "--out"),
        (["lookup", "85171300", "--out", "out.csv"], "--file"),
        (["lookup", "85171300", "--file", "in.csv", "--out", "out.csv"], "columns"),
        (["diff", "2025-05-14"], "two days"),
        (["diff", "2025-11-10", "2025-05-14"], "earlier day first"),
        (["diff"], "two days"),
        (["calendar", "--from", "soon"], "2025-05-14"),
    ],
)
def test_unusable_input_ends_with_2_and_a_remedy(arguments: list[str], words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert words in result.stderr and len(result.stderr) < 700
    assert "Traceback" not in result.output and result.stdout == ""


def test_nothing_to_tell_ends_with_1(tmp_path: Path) -> None:
    assert run("calendar", "--from", "2031-06-01").exit_code == 1
    # two days between which no text changed anything
    assert run("diff", "2025-06-05", "2025-06-06").exit_code == 1
    (tmp_path / "in.csv").write_text("code,origin,on\nnonsense,CHN,2025-04-10\n")
    result = run("lookup", "--file", str(tmp_path / "in.csv"), "--out", str(tmp_path / "out.csv"))
    assert result.exit_code == 1 and "0 of 1 rows" in result.stdout


def test_file_in_file_out(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("code,origin,on\n8517.13.00,CHN,2025-04-10\nnonsense,CHN,2025-04-10\n")
    arguments = ["lookup", "--file", str(tmp_path / "in.csv"), "--out", str(tmp_path / "out.csv"), "--json"]
    result = run(*arguments)
    assert result.exit_code == 3  # some rows were refused
    summary = json.loads(result.stdout)
    assert (summary["rows"], summary["answered"], summary["refused"]) == (2, 1, 1)
    assert "20" in (tmp_path / "out.csv").read_text().splitlines()[1].split(",")


def test_diff_as_json() -> None:
    found = json.loads(run("diff", "2025-05-14", "2025-11-10", "--top", "5", "--json").stdout)
    # fentanyl 20 to 10 on all goods of China (EO 14357)
    assert found["by_authority_pp"]["IEEPA_FENT"] == pytest.approx(-10, abs=0.05)
    assert sum(found["by_authority_pp"].values()) == pytest.approx(found["change_average_pp"], abs=1e-4)
    assert "us_20251104_eo14357" in {act["act_id"] for act in found["acts"]}
    assert len(found["movers_pp"]) == 5


def test_diff_of_knowledge() -> None:
    result = run("diff", "--known", "2025-04-10", "2025-04-12", "--on", "2025-04-10", "--top", "2")
    assert result.exit_code == 0 and "as known on" in result.stdout.replace("\n", " ")


def test_calendar_as_json() -> None:
    found = json.loads(run("calendar", "--from", "2026-11-09", "--json").stdout)
    china = [c for c in found["cliffs"] if c["authority"] == "CN_RECIP"]
    # Tariff Commission 2025 No. 10
    assert (china[0]["on"], china[0]["from_pct"], china[0]["to_pct"]) == ("2026-11-10", 10, 34)
    assert china[0]["doubt"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("usb cable", "8544.42.90"),
        ("laptop", "8471.30.01"),
        ("backpack", "4202.92.31"),
        ("lithium battery", "8507.60.00"),
        ("christmas ornament", "9505.10.25"),
        ("t-shirt cotton", "6109.10.00"),
    ],
)
def test_words_find_the_line(words: str, line: str) -> None:
    """Lines as the schedule's own names have them (HTSUS 2026)."""
    found = json.loads(run("search", *words.split(), "--json").stdout)
    assert line.replace(".", "") in [hit["code"] for hit in found["hits"][:6]]
    assert run("lookup", *words.split()).stdout == run("search", *words.split()).stdout


def test_words_without_a_line_end_with_1() -> None:
    assert run("search", "qwertyuiop").exit_code == 1


def test_history_says_what_was_charged_when() -> None:
    """Toys: 145 from 10 April to 13 May 2025 (EO 14266, 90 FR 15625; EO 14298, 90 FR 21831)."""
    found = json.loads(run("history", "9503", "2025-04-10", "2025-05-13", "--json").stdout)
    assert [(row["total_pct"], row["valid_to"]) for row in found["stretches"]] == [(145, "2025-05-14")]


def test_origin_day_and_content_as_people_write_them() -> None:
    asked = ["lookup", "7326.90.8688", "--json", "--on"]
    usual = run(*asked, "2025-04-10", "--origin", "CHN", "--content", "steel=0.5").stdout
    assert run(*asked, "2025-4-10", "--origin", "China", "--content", "steel=50%").stdout == usual
    told = run("lookup", "9503.00.00", "CHN", "2025-04-10")
    assert told.exit_code == 2 and "--origin CHN --on 2025-04-10" in told.stderr
