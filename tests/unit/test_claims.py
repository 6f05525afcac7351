"""Claims on made evidence: what each reference finds, what each test decides, what a bad row is told."""

import csv
import dataclasses
import datetime as dt
import math
from decimal import Decimal

import pandas as pd
import pytest

from trucewatch.errors import DataError, ReportError
from trucewatch.ledger.ledger import load_ledger
from trucewatch.page.benchmarks import Published
from trucewatch.page.words import words_of
from trucewatch.paths import project_root
from trucewatch.reports.claim_check import baseline, facts
from trucewatch.reports.claim_check import press_claims as schema
from trucewatch.reports.claim_check.press_claims import (
    COLUMNS,
    FALSE,
    MISLEADING,
    MOSTLY,
    OPEN,
    TRUE,
    read_claims,
)
from trucewatch.reports.claim_check.references import READERS, Evidence, UnresolvedError, resolve
from trucewatch.reports.claim_check.verdicts import TESTS, judge, judge_all

say = words_of("trucewatch.reports.claim_check")

ROW = {
    "claim_id": "A1",
    "text": "Widgets fell",
    "speaker": "the article",
    "kind": "fact",
    "test": "level",
    "measured": "table:widgets,value_usd,year=2025 / table:widgets,value_usd,year=2024",
    "claimed": "at most 50",
    "threshold": "0",
    "threshold_reason": "a half is a half",
    "best": "",
    "definition": "widgets of a year on the year before",
    "source": "made",
    "sentence": "Widgets stood at {value} %.",
    "confidence": "high",
}
DAY = dt.date
STARTED = "act:made_talks.date_announced"


def made_act(**changes):
    """One act with made dates on top of a row of the ledger."""
    model = load_ledger().acts[0]
    plain = {
        "act_id": "made_talks", "side": "both", "kind": "talks", "title": "Talks", "detail": "",
        "date_announced": DAY(2025, 3, 1), "date_signed": None, "date_published": None,
        "date_effective": DAY(2025, 3, 10), "date_ended": DAY(2025, 4, 9), "tariff_pp": Decimal("12.5"),
        "status": "in_force", "confidence": "verified", "scope_note": "", "note": "", "citation": "Made 1",
    }  # fmt: skip
    return dataclasses.replace(model, **{**plain, **changes})


@pytest.fixture(scope="module")
def evidence():
    """Two acts, one average with a peak, one table, one published number, one report."""
    answer = made_act(
        act_id="made_answer", side="USA", kind="tariff_up", title="Duty", detail="In answer to the talks",
        date_announced=None, date_signed=DAY(2025, 3, 5), status="suspended", date_ended=None,
        confidence="unverified",
    )  # fmt: skip
    ledger = dataclasses.replace(load_ledger(), acts=(made_act(), answer))
    average = pd.DataFrame(
        {
            "valid_from": [DAY(2024, 1, 1), DAY(2025, 1, 1), DAY(2025, 2, 1)],
            "valid_to": [DAY(2025, 1, 1), DAY(2025, 2, 1), DAY(2026, 1, 1)],
            "rate_pct": [10.0, 120.0, 40.0],
        }
    )
    widgets = pd.DataFrame(
        {
            "year": [2024, 2025, 2025],
            "month": pd.to_datetime(["2024-01-01", "2025-01-01", "2025-02-01"]),
            "name": ["a", "a", "b"],
            "value_usd": [200.0, 50.0, 30.0],
        }
    )
    row = Published(
        "made_rate", "x", "Bureau", "rate", "2025", Decimal("42.5"), "percent", None, "", "", "", "",
        "information", "high", "", "", "", "",
    )  # fmt: skip
    headline = {"value": 87.2, "unit": "percent", "definition": "Share", "text": "87"}

    def summary(name):
        if name != "made":
            raise ReportError("not built")
        return {"title": "Made up", "headlines": {"share": headline}}

    return Evidence(
        ledger, {("USA", "simple"): average}, {"widgets": widgets}, {"made_rate": row}, summary,
        {"widgets": "Bureau of Widgets"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("reference", "source"),
    [
        ("table:widgets,value_usd", "Bureau of Widgets"),
        ("headline:made.share", "trucewatch, Made up"),
        ("published:made_rate", "Bureau"),
        ("act_days:words=truce", "trucewatch, the ledger of acts"),
    ],
)
def test_what_was_measured_names_who_published_it(evidence, reference, source):
    assert resolve(reference, evidence).source == source


def claim(**changes):
    row = {**ROW, **changes}
    measured = tuple(part.strip() for part in row["measured"].split(";") if part.strip())
    return schema.Claim(
        **{**row, "measured": measured, "threshold": float(row["threshold"]), "best": row["best"] or TRUE},
        file="claims.csv",
        line=2,
    )


def verdict(evidence, **changes):
    return judge(claim(**changes), evidence).verdict


@pytest.mark.parametrize(
    ("reference", "value", "text"),
    [
        ("act:made_talks.date_announced", DAY(2025, 3, 1), "1 March 2025"),
        ("act:made_talks.tariff_pp", 12.5, "12.5"),
        ("act:made_talks.status", "in_force", "in force"),
        ("days:made_talks", 30, "30"),
        ("days:made_answer", math.inf, "no end"),
        ("acts:side=USA", 2, "2"),
        ("acts:side=CHN", 1, "1"),
        ("acts:kind=tariff_up or talks,from=2025-03-02", 1, "1"),
        ("acts:words=duty or truce,to=2025-03-05", 0, "no"),
        ("act_days:kind=tariff_up or talks", 2, "2"),
        ("act_days:words=truce", 0, "no"),
        ("average:USA,simple,2024-12-31", 10, "10.0"),
        ("average:USA,simple,2025-01-01", 120, "120.0"),
        ("average:USA,simple,made_talks.date_announced", 40, "40.0"),
        ("peak:USA,simple,2025-02-01", 40, "40.0"),
        ("peak:USA,simple,2025-01-31", 120, "120.0"),
        ("last_above:USA,simple,100,2025-06-01", DAY(2025, 1, 31), "31 January 2025"),
        ("last_above:USA,simple,100,2025-01-10", DAY(2025, 1, 9), "9 January 2025"),
        ("headline:made.share", 87.2, "87"),
        ("published:made_rate", 42.5, "42.5"),
        ("table:widgets,value_usd,name=a,month=2025-01-01", 50, "50"),
        ("table:widgets,value_usd,year=2025 / table:widgets,value_usd,year=2024", 40, "40"),
        ("average:USA,simple,2025-06-01 + published:made_rate", 82.5, "82.5"),
    ],
)
def test_a_reference_finds(evidence, reference, value, text):
    found = resolve(reference, evidence)
    assert (found.value, found.text) == (value, text)


def test_duties_on_all_goods_and_the_rate_of_a_measure_are_those_of_the_law(evidence):
    """Geneva: fentanyl 20 and reciprocal 10 (EO 14228, EO 14298); list 3 at 25 (84 FR 20459)."""
    assert resolve("blanket:USA,2025-05-14", evidence).value == 30
    assert resolve("rate:us_ieepa_reciprocal,2025-05-14", evidence).value == 10
    assert resolve("rate:us_s301_list_3,2025-05-14", evidence).value == 25


@pytest.mark.parametrize(
    ("reference", "problem", "remedy"),
    [
        ("made_talks", "no reference", "begin it with act:"),
        ("act:made_talk.status", "no act 'made_talk'", "made_talks"),
        ("act:made_talks.day", "no field 'day'", "one of"),
        ("average:USA,simple,14.5.2025", "'14.5.2025' is no day", "YYYY-MM-DD"),
        ("act:made_answer.date_announced", "has no date_announced", "another field"),
        ("acts:sides=USA", "no filter 'sides'", "side"),
        ("acts:kind=tariffs", "no act of kind 'tariffs'", "tariff_up"),
        ("average:USA,simples,2025-01-01", "no average USA,simples", "USA,simple"),
        ("average:USA,simple,2030-01-01", "hold no 2030-01-01", "newest law"),
        ("average:USA,simple", "2 parts", "<importer>,<weights>,<day>"),
        ("average:USA,simple,soon", "'soon' is no day", "YYYY-MM-DD"),
        ("average:USA,simple,made_talks.title", "is no day", "<act_id>.<date>"),
        ("last_above:USA,simple,500,2025-06-01", "never reached 500", "lower level"),
        ("rate:us_list_3,2025-05-14", "no measure 'us_list_3'", "us_s301_list_3"),
        ("headline:mad.share", "no built report 'mad'", "dvc repro report@mad"),
        ("headline:made.shares", "no headline 'shares'", "share"),
        ("published:made_rat", "no check 'made_rat'", "made_rate"),
        ("table:widget,value_usd", "no table 'widget'", "widgets"),
        ("table:widgets,value", "no column 'value'", "value_usd"),
        ("table:widgets,value_usd,year=2031", "no row of widgets", "values that occur"),
        ("table:widgets,name", "holds no numbers", "one that does"),
        ("act:made_talks.title / published:made_rate", "is no number", "that is one"),
    ],
)
def test_a_reference_to_nothing_is_told_what_there_is(evidence, reference, problem, remedy):
    with pytest.raises(UnresolvedError, match=problem) as caught:
        resolve(reference, evidence)
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("claimed", "threshold", "expected"),
    [
        ("2025-03-01", 0, TRUE),
        ("2025-03", 0, TRUE),
        ("2025", 0, TRUE),
        ("2025-02-20..2025-02-28", 0, MOSTLY),
        ("2025-02-28", 1, TRUE),
        ("2025-03-03", 0, FALSE),
    ],
)
def test_a_day_is_held_against_a_period(evidence, claimed, threshold, expected):
    given = {"test": "date", "measured": "act:made_talks.date_announced", "kind": "date"}
    assert verdict(evidence, **given, claimed=claimed, threshold=threshold) == expected


@pytest.mark.parametrize(
    ("measured", "claimed", "threshold", "expected"),
    [
        ("made_talks; made_answer", "order", 4, TRUE),
        ("made_talks; made_answer", "order", 3, MISLEADING),
        ("made_answer; made_talks", "order", 9, FALSE),
        ("made_talks; made_answer", "cause: answer to the talks", 9, TRUE),
        ("made_talks; made_answer", "cause: port fees", 9, MOSTLY),
    ],
)
def test_an_order_is_no_cause(evidence, measured, claimed, threshold, expected):
    assert (
        verdict(evidence, test="order", measured=measured, claimed=claimed, threshold=threshold) == expected
    )


@pytest.mark.parametrize(
    ("claimed", "threshold", "expected"),
    [
        ("about 41", 2, TRUE),  # 40 and 42.5
        ("about 39", 2, MOSTLY),  # 40 alone, the leading one
        ("about 44", 2, MISLEADING),  # 42.5 alone
        ("about 55", 2, FALSE),
        ("at least 40", 0, TRUE),
        ("at least 41", 0, MISLEADING),
        ("at most 41", 0, MOSTLY),
    ],
)
def test_a_level_may_hold_under_one_definition_only(evidence, claimed, threshold, expected):
    measured = "average:USA,simple,2025-06-01; published:made_rate"
    assert verdict(evidence, measured=measured, claimed=claimed, threshold=threshold) == expected


def test_what_the_ledger_does_not_say_is_not_checkable(evidence):
    given = {"test": "mentioned", "measured": "made_answer", "threshold": 0.5}
    assert verdict(evidence, **given, claimed="answer; talks") == TRUE
    assert verdict(evidence, **given, claimed="answer; Taiwan") == MOSTLY
    assert verdict(evidence, **given, claimed="Taiwan; Lai") == OPEN
    said = judge(claim(**given, claimed="answer; Lai", sentence="{found}; not {missing}"), evidence)
    assert said.sentence == "answer; not Lai"


def test_a_status_is_held_against_the_ledger(evidence):
    given = {"test": "status", "measured": "made_talks; made_answer", "threshold": 0.5}
    assert verdict(evidence, **given, claimed="in_force; suspended") == TRUE
    assert verdict(evidence, **given, claimed="in_force; in_force") == MOSTLY
    assert verdict(evidence, **given, claimed="suspended; void") == FALSE


def test_a_test_that_can_only_refute_proves_nothing(evidence):
    assert verdict(evidence, best=OPEN) == OPEN
    assert verdict(evidence, best=OPEN, claimed="at most 10") == FALSE
    assert verdict(evidence, best=MOSTLY) == MOSTLY


def test_a_forecast_came_true_or_did_not(evidence):
    assert verdict(evidence, kind="forecast") == "came true"
    assert verdict(evidence, kind="forecast", claimed="at most 10") == "did not"


def test_an_unverified_act_lowers_the_confidence(evidence):
    given = {"test": "status", "claimed": "suspended", "threshold": 1}
    assert judge(claim(**given, measured="made_talks"), evidence).confidence == "high"
    assert judge(claim(**given, measured="made_answer"), evidence).confidence == "low"


def test_the_right_sentence_is_filled_and_formatted(evidence):
    text = "{value} %, {published:made_rate|,.2f}, since {act:made_talks.date_effective}."
    assert judge(claim(sentence=text), evidence).sentence == "40 %, 42.50, since 10 March 2025."


def write(folder, *rows):
    path = folder / "claims.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS)
        writer.writeheader()
        writer.writerows({**ROW, **row} for row in rows)
    return path


@pytest.mark.parametrize(
    ("row", "column", "found", "remedy"),
    [
        ({"threshold": ""}, "threshold", "''", "fixed before looking"),
        ({"threshold": "two"}, "threshold", "'two'", "plain number"),
        ({"threshold": "-1"}, "threshold", "'-1'", "plain number"),
        ({"kind": "rumour"}, "kind", "'rumour'", "one of event"),
        ({"best": "great"}, "best", "'great'", "one of true"),
        ({"definition": ""}, "definition", "''", "fill the cell"),
        ({"claim_id": "1 A"}, "claim_id", "'1 A'", "a letter first"),
        ({"sentence": "It was 40 %."}, "sentence", "It was 40", "placeholder"),
        ({"test": "levels"}, "test", "'levels'", "did you mean level?"),
        ({"measured": ";"}, "measured", "''", "name a reference"),
        ({"measured": "table:widget,value_usd"}, "measured", "widget", "did you mean widgets?"),
        ({"measured": "table:widgets,value"}, "measured", "value", "did you mean value_usd?"),
        ({"measured": "act:made_talk.tariff_pp"}, "measured", "made_talk", "did you mean made_talks"),
        ({"test": "order", "claimed": "order", "measured": "x; made_talks"}, "measured", "x", "made_talks"),
        ({"test": "order", "claimed": "order", "measured": "made_talks"}, "measured", "made_talks", "in the"),
        ({"test": "order", "measured": "made_talks; made_answer"}, "claimed", "at most 50", "write: order"),
        ({"test": "date", "measured": "published:made_rate"}, "measured", "made_rate", "name a date"),
        ({"test": "date", "claimed": "soon", "measured": STARTED}, "claimed", "soon", "YYYY"),
        ({"test": "status", "claimed": "void; void", "measured": "made_talks"}, "claimed", "void", "one an"),
        ({"claimed": "less than 50"}, "claimed", "less than 50", "write: about X"),
        ({"sentence": "{published:made}"}, "sentence", "published:made", "made_rate"),
        ({"sentence": "{value} {act:made_talks.title|,.1f}"}, "sentence", "made_talks.title", "such as"),
    ],
)  # fmt: skip
def test_a_bad_row_is_told_where_what_and_how_to_mend_it(tmp_path, evidence, row, column, found, remedy):
    path = write(tmp_path, {"claim_id": "A0"}, row)
    with pytest.raises(DataError) as caught:
        judge_all(read_claims(path), evidence)
    error = caught.value
    assert (error.file, error.row, error.column) == ("claims.csv", 3, column)
    assert found.strip("'") in str(error.value)
    assert remedy in error.remedy


def test_a_file_that_is_no_table_of_claims_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"this claim occurs twice.*'A1'"):
        read_claims(write(tmp_path, {}, {}))
    path = write(tmp_path, {})
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("made,", "made,,"), encoding="utf-8")
    with pytest.raises(DataError, match="row 2: more or fewer cells"):
        read_claims(path)
    path.write_text(text.replace("threshold_reason", "reason"), encoding="utf-8")
    with pytest.raises(DataError, match="wrong columns"):
        read_claims(path)
    path.write_text(text.splitlines()[0] + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="no claim stands below the header"):
        read_claims(path)
    path.write_bytes(text.replace("made", "faite à la main", 1).encode("cp1252"))
    with pytest.raises(DataError, match="not UTF-8"):
        read_claims(path)
    with pytest.raises(DataError, match=r"no such file.*data/claims"):
        read_claims(tmp_path / "other.csv")


def test_flips_are_found_told_and_accepted(tmp_path, evidence):
    """A verdict that left the baseline is told; `accept` writes it there and keeps other claims."""
    (tmp_path / "data/claims").mkdir(parents=True)
    path = tmp_path / "data/claims/baseline.csv"
    path.write_text("claim_id,verdict\nA1,false\nZ9,misleading\n", encoding="utf-8")
    judged = [judge(claim(), evidence), judge(claim(claim_id="A2"), evidence)]
    flipped = baseline.flips(judged, schema.read_baseline(path))
    assert flipped == [("A1", FALSE, TRUE), ("A2", "", TRUE)]
    told = say("flipped", **facts.turned(flipped))
    assert "A1 was false, is now **true**" in told
    assert "Without a committed verdict: A2" in told
    assert list(facts.sentences(judged, flipped)["verdict"]) == ["✓ true (flipped, was false)", "✓ true"]

    with pytest.raises(ReportError, match=r"not built.*story@claim_check"):
        baseline.accept(tmp_path)
    tables = tmp_path / "reports/claim_check/tables"
    tables.mkdir(parents=True)
    facts.verdicts(judged, {}).to_csv(tables / "verdicts.csv", index=False)
    baseline.accept(tmp_path)
    assert schema.read_baseline(path) == {"A1": TRUE, "A2": TRUE, "Z9": MISLEADING}
    assert baseline.flips(judged, schema.read_baseline(path)) == []


def test_a_bad_baseline_is_refused(tmp_path):
    path = tmp_path / "baseline.csv"
    path.write_text("claim_id,verdict\nA1,maybe\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"row 2, column verdict: no verdict; found 'maybe'"):
        schema.read_baseline(path)


def test_the_finding_counts(evidence):
    judged = judge_all(
        [
            claim(),
            claim(claimed="at most 10"),
            claim(kind="forecast"),
            claim(kind="forecast", best=OPEN),
            claim(best=OPEN),
        ],
        evidence,
    )
    assert say("finding", **facts.counts(judged), day=DAY(2025, 10, 25)) == (
        "Of 2 statements in a news article of 25 October 2025 that can be checked, 1 is true and 1 is false "
        f"(“{judged[1].claim.text}”). Of 1 forecast that can be tested, 1 came true. "
        "Of all 5 sentences, 2 cannot be checked here."
    )
    silent = facts.counts(judge_all([claim(best=OPEN)], evidence))
    assert "that can be checked, none was. Of all 1 sentences" in say(
        "finding", **silent, day=DAY(2025, 10, 25)
    )


def test_a_misleading_claim_says_under_how_many_definitions_it_is_defensible(evidence):
    found = judge_all([claim()], evidence)[0]
    one = found.definitions[0]
    three = (one, dataclasses.replace(one, holds=False), one)
    judged = [dataclasses.replace(found, verdict="misleading", definitions=three)]
    text = say("finding", **facts.counts(judged), day=DAY(2025, 10, 25))
    assert f"(“{found.claim.text}”, defensible under 2 of 3 definitions)" in text


def test_a_forecast_that_did_not_come_about_is_listed_apart(evidence):
    statement = claim(claim_id="S1", claimed="at most 10")
    forecast = claim(claim_id="F1", kind="forecast", claimed="at most 10")
    held = claim(claim_id="T1")
    judged = facts.failed(judge_all([forecast, statement, held], evidence))
    first, second = say("failed", **judged, law_asof=DAY(2026, 11, 9)).split("\n\nDid")
    assert first.startswith("Do not repeat these:\n\n- **S1, false:** Widgets fell. *Right:* Widgets")
    assert (
        second
        == " not come about by 9 November 2026:\n\n- **F1:** Widgets fell. *Since:* Widgets stood at 40 %."
    )
    assert "F1" not in first
    none = facts.failed(judge_all([held], evidence))
    assert say("failed", **none, law_asof=DAY(2026, 11, 9)) == "No sentence failed."


def test_every_verdict_has_a_sign_and_a_colour():
    counted = [verdict for verdicts in facts.HEADLINES.values() for verdict in verdicts]
    assert sorted(counted) == sorted(schema.VERDICTS)
    assert set(facts.SIGNS) == set(counted)


def test_the_page_on_claims_names_every_test_and_reference():
    page = (project_root() / "docs" / "claims.md").read_text(encoding="utf-8")
    assert [name for name in (*TESTS, *COLUMNS) if f"`{name}`" not in page] == []
    assert [name for name in READERS if f"`{name}:" not in page] == []
