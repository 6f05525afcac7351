"""Scenario files: every fault is refused on its line, every edit does what it says and no more."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from tests.unit.law_made import duty, link, listed, made, measure, rate
from trucewatch.duty import total
from trucewatch.duty.matching import match
from trucewatch.duty.stacking import duties, entry_of
from trucewatch.errors import LedgerError
from trucewatch.ledger.ledger import Ledger, load_ledger
from trucewatch.scenario import edited, read_scenario, scenario_names
from trucewatch.scenario.edits import idle

HEAD = "title: a test\nday: 2022-01-01\nedits:\n"
NEW = HEAD + "  - add: news\n    rate_pct: 1\n"
END = HEAD + "  - suspend: steel\n    from: 2022-01-01\n    to: "
SOURCE = "    from: 2021-01-01\n    source: the test\n"
ONE = SOURCE + "    origin_set: one\n"


@pytest.fixture
def law() -> Ledger:
    ledger = made(
        measures=[measure(name, name.upper()) for name in ("steel", "threat", "paused", "metal")],
        rates=[
            rate("steel", "25"),
            rate("metal", "50"),
            rate("threat", "100", status="threatened"),
            rate("paused", "10"),
        ],
        measure_scopes=[link("steel"), link("threat"), link("paused"), link("metal", "metals")],
        scopes__metals=[listed("2222")],
        suspensions=[
            {
                "suspension_id": "pause",
                "measure_id": "paused",
                "valid_from": "2021-01-01",
                "valid_to": "2023-01-01",
                "rate_if_lifted_pct": "34",
                "kind": "legal",
                "citation": "c",
                "source": "s",
                "confidence": "verified",
            }
        ],
    )
    chinese = made(base_rates__CHN=[{**_base("11110000")}])
    return _with(ledger, chinese)


def _base(code: str) -> dict[str, str]:
    from tests.unit.law_made import base

    return base(code)


def _with(ledger: Ledger, chinese: Ledger) -> Ledger:
    import dataclasses

    return dataclasses.replace(ledger, base_rates={**ledger.base_rates, **chinese.base_rates})


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text)
    return path


def run(folder: Path, law: Ledger, edits: str) -> Ledger:
    return edited(law, read_scenario(write(folder, HEAD + edits)))


def test_no_edit_is_the_law(tmp_path: Path, law: Ledger) -> None:
    path = write(tmp_path, "title: a test\nday: 2022-01-01\n")
    assert duty(edited(law, read_scenario(path))) == duty(law) == Decimal("40")  # 5 + 25 + 10


@pytest.mark.parametrize(
    ("edits", "now", "metal"),
    [
        ("  - suspend: steel\n", "15", "70"),
        ("  - suspend: '*'\n", "5", "10"),
        ("  - suspend: STE*\n", "15", "70"),
        ("  - replace: steel\n    rate_pct: 12.5\n", "27.5", "82.5"),
        ("  - replace: steel\n    cover: [metals]\n", "15", "95"),
        ("  - replace: steel\n    exempt: ['2222']\n", "40", "70"),
        ("  - restore: threat\n", "140", "195"),
        ("  - restore: threat\n    exempt: [metals]\n", "140", "95"),
        ("  - restore: threat\n    gives_way_to: [METAL]\n", "140", "95"),
        ("  - restore: paused\n    lifts: legal\n", "64", "119"),
        ("  - add: brand_new\n    rate_pct: 7\n    origin_set: one\n    cover: ['1111']\n", "47", "95"),
        ("  - add: brand_new\n    rate_pct: 7\n    origin_set: one\n    cover: [all]\n", "47", "102"),
    ],
)
def test_each_edit_moves_the_duty_by_what_it_says(
    tmp_path: Path, law: Ledger, edits: str, now: str, metal: str
) -> None:
    changed = run(tmp_path, law, edits + SOURCE)
    assert duty(changed) == Decimal(now)
    assert duty(changed, "22220000") == Decimal(metal)
    assert duty(changed, on="2020-12-31") == duty(law, on="2020-12-31") == Decimal("40")
    assert duty(law) == Decimal("40"), "the law given is not touched"


def test_an_edit_ends_on_its_first_day_out(tmp_path: Path, law: Ledger) -> None:
    text = "  - suspend: steel\n    from: 2021-01-01\n    to: 2022-06-01\n    source: the test\n"
    changed = run(tmp_path, law, text)
    assert duty(changed, on="2022-05-31") == Decimal("15")
    assert duty(changed, on="2022-06-01") == Decimal("40")


def test_a_lifted_suspension_ends_with_it(tmp_path: Path, law: Ledger) -> None:
    changed = run(tmp_path, law, "  - restore: paused\n    lifts: legal\n" + SOURCE)
    assert duty(changed, on="2023-01-01") == Decimal("40")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("title: t\nday: 2022-01-01\nedits:\n  - suspend: stel\n" + SOURCE, 4, "steel"),
        ("title: t\nday: 2022-02-30\n", 2, "illegal value"),
        ("title: t\nday: 2022-01-01\nwhat: 1\n", 3, "unknown name"),
        (HEAD + "  - suspend: steel\n    when: x\n" + SOURCE, 5, "unknown name"),
        ("title: t\nday: 2022-01-01\norigin: VNM\n", 3, "names whom it reaches"),
        (HEAD + "  - suspend: steel\n    origin: VNM\n" + SOURCE, 5, "names whom it reaches"),
        (HEAD + "  - suspend: steel\n    origins: [VNM]\n" + SOURCE, 5, "suspend has no origins"),
        (END + "2021-01-01\n    source: s\n", 6, "ends before"),
        (END + "2022-01-01\n    source: s\n", 6, "ends before"),
        (HEAD + "  - suspend: steel\n    from: 2022-01-01\n", 4, "source is missing"),
        (HEAD + "  - replace: steel\n" + SOURCE, 4, "rate_pct is missing"),
        (HEAD + "  - replace: steel\n    rate_pct: -1\n" + SOURCE, 5, "illegal value"),
        (HEAD + "  - replace: steel\n    rate_pct: ten\n" + SOURCE, 5, "illegal value"),
        (HEAD + "  - suspend: steel\n    rate_pct: 10\n" + SOURCE, 5, "suspend has no rate_pct"),
        (HEAD + "  - add: steel\n    rate_pct: 1\n    cover: [all]\n" + SOURCE, 4, "has this measure"),
        (NEW + "    cover: ['9999']\n" + ONE, 6, "no line of the schedule"),
        (NEW + "    cover: ['999']\n" + SOURCE, 6, "not a commodity code"),
        (NEW + "    cover: [9503.00]\n" + SOURCE, 6, "found '9503.00'.*without dots"),
        (NEW + "    cover: [all]\n    origin_set: China\n" + SOURCE, 7, "found 'China'"),
        (NEW + "    cover: [metalls]\n" + ONE, 6, "did you mean metals"),
        (HEAD + "  - restore: threat\n    gives_way_to: [METALS]\n" + SOURCE, 5, "no such authority"),
        (HEAD + "  - restore: steel\n" + SOURCE, 4, "nothing of this measure to restore"),
        (HEAD + "  - suspend: steel\n  - replace: steel\n", 4, "from is missing"),
        (HEAD + "  - suspend: steel\n    suspend: metal\n" + SOURCE, 5, "twice"),
        (HEAD + "  - steel\n", 4, "not what belongs here"),
        ("title: t\nday: 1990-01-01\n", None, "starts on"),
        ("title: [\n", 2, "YAML"),
        ("title: " + "[" * 3000, 1, "nested too deeply"),
        ("title: t\n? [a, b]\n: 1\n", 2, "not what belongs here"),
        ('title: "\\x1b[31mred"\n', 1, "control character"),
        ('title: "\\u202egnorw"\n', 1, "control character"),
    ],
)  # fmt: skip
def test_faults_are_refused_by_line(
    tmp_path: Path, law: Ledger, text: str, line: int | None, words: str
) -> None:
    with pytest.raises(LedgerError, match=words) as caught:
        edited(law, read_scenario(write(tmp_path, text)))
    assert caught.value.file == "mine.yaml"
    assert caught.value.row == line


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes("title: Zölle\nday: 2022-01-01\n".encode("cp1252"))
    with pytest.raises(LedgerError, match="not UTF-8"):
        read_scenario(path)


def test_contradicting_edits_are_refused_on_the_second(tmp_path: Path, law: Ledger) -> None:
    text = "  - suspend: STEEL\n" + SOURCE + "  - replace: steel\n    rate_pct: 3\n" + SOURCE
    with pytest.raises(LedgerError, match="contradicts the edit on line 4") as caught:
        run(tmp_path, law, text)
    assert caught.value.row == 7


def test_edits_one_after_the_other_do_not_contradict(tmp_path: Path, law: Ledger) -> None:
    first = "  - suspend: steel\n    from: 2021-01-01\n    to: 2021-06-01\n    source: s\n"
    second = "  - replace: steel\n    rate_pct: 3\n    from: 2021-06-01\n    source: s\n"
    changed = run(tmp_path, law, first + second)
    assert [duty(changed, on=day) for day in ("2021-05-31", "2021-06-01")] == [Decimal("15"), Decimal("18")]


def test_an_edit_without_effect_on_the_day_is_told(tmp_path: Path) -> None:
    text = HEAD + "  - suspend: steel\n    from: 2022-01-02\n    source: s\n"
    assert [edit.name for edit in idle(read_scenario(write(tmp_path, text)))] == ["steel"]


def test_an_unknown_name_offers_the_nearest() -> None:
    with pytest.raises(LedgerError, match="s3_busan"):
        read_scenario("s3_bussan")


def test_the_hash_follows_the_text(tmp_path: Path, law: Ledger) -> None:
    one = run(tmp_path, law, "  - suspend: steel\n" + SOURCE)
    two = run(tmp_path, law, "  - suspend: metal\n" + SOURCE)
    assert one.ledger_hash != two.ledger_hash


def test_all_shipped_scenarios_are_sound() -> None:
    ledger = _law()
    names = scenario_names()
    assert len(names) >= 9
    for name in names:
        scenario = read_scenario(name)
        edited(ledger, scenario)
        assert not idle(scenario), name


def test_an_edited_date_is_a_date(tmp_path: Path) -> None:
    assert read_scenario(write(tmp_path, HEAD)).day == date(2022, 1, 1)


@cache
def _law() -> Ledger:
    return load_ledger()


def _total(name: str, code: str) -> Decimal:
    scenario = read_scenario(name)
    ledger = edited(_law(), scenario)
    return total(duties(ledger, match(ledger, code), entry_of(ledger, "CHN", scenario.day)))


@pytest.mark.parametrize(
    ("name", "toy", "backpack", "phone", "car"),
    [
        # 9503.00.00, 4202.92.31, 8517.13.00, 8703.80.00: column 1 and Section 301 0, 17.6 + 25, 0, 2.5 + 100,
        # with 20 of EO 14228 and 34 of EO 14298 or 125 of EO 14266; cars under Section 232 (25) instead
        ("s2a_legal_lapse", "54", "96.6", "20", "147.5"),
        ("s2b_political_snapback", "145", "187.6", "20", "147.5"),
        ("s6_january_2025", "0", "42.6", "0", "102.5"),
        ("s7_before_2018", "0", "17.6", "0", "2.5"),
        # EO 14357 (10) and EO 14358 (10) as of the deal; the threat of 100 on top of 20 + 10
        ("s3_busan", "20", "62.6", "10", "137.5"),
        ("s1_threat_100", "130", "172.6", "120", "247.5"),
        ("s1b_threat_100_spared", "130", "172.6", "20", "147.5"),
        # 9903.03.01 (10) as printed, or 15 as announced
        ("s4_ruling_alone", "0", "42.6", "0", "127.5"),
        ("s4b_ruling_s122", "10", "52.6", "0", "127.5"),
        ("s4c_ruling_s122_raised", "15", "57.6", "0", "127.5"),
        # 91 FR 47318: 12.5
        ("s5_s122_ends", "0", "42.6", "0", "127.5"),
        ("s5b_forced_labour", "12.5", "55.1", "0", "127.5"),
        # toys are named of the US list of September 2026: without 9903.05.31 (12.5)
        ("s9_september_lists", "0", "55.1", "0", "127.5"),
    ],
)
def test_shipped_scenarios_charge_what_the_acts_say(
    name: str, toy: str, backpack: str, phone: str, car: str
) -> None:
    codes = {"95030000": toy, "42029231": backpack, "85171300": phone, "87038000": car}
    assert {code: _total(name, code) for code in codes} == {code: Decimal(t) for code, t in codes.items()}
