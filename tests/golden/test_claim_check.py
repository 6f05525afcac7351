"""Each claim of the article turns when what it rests on is another; and the page says so.

The evidence is the bundled law and tables, with averages and headline numbers made by hand where the report
would take them from the panel and from other reports.
"""

import dataclasses
import datetime as dt
import json
import re
from decimal import Decimal

import pandas as pd
import pytest

from tests.fixtures.sector_project import alter, copy_of_the_project, run
from trucewatch.ledger.ledger import load_ledger
from trucewatch.page.benchmarks import read_published
from trucewatch.paths import project_root
from trucewatch.reports.claim_check.baseline import FILE
from trucewatch.reports.claim_check.evidence import publishers_of
from trucewatch.reports.claim_check.facts import SINCE
from trucewatch.reports.claim_check.press_claims import claims_dir, read_baseline, read_claims
from trucewatch.reports.claim_check.references import Evidence
from trucewatch.reports.claim_check.verdicts import judge
from trucewatch.tables import read_table

DAY = dt.date
KUALA_LUMPUR, BUSAN = "both_20251026_kuala_lumpur", "both_20251030_busan"
THREAT, RULE = "us_20251010_threat_100", "us_20250930_affiliates_rule"
FOREIGN_MADE, FIVE_MORE = "cn_20251009_no61_re_foreign_made", "cn_20251009_no57_rare_earths5"
TABLES = ("china_soybean_imports_monthly", "phase_one_commitments", "us_china_goods_monthly")
HEADLINES = {
    "export_controls": {"named_in_rule_year": 120},
    "rare_earths": {"resumed_share_world": 115, "resumed_share_us": 87, "us_trough": 46},
    "phase_one": {"added_bought_total": -13.6, "share_met_total": 57},
}


def average(*steps):
    """An average duty from (first day, rate) on, to the end of the ledger's year."""
    starts = [start for start, _ in steps]
    return pd.DataFrame(
        {
            "valid_from": starts,
            "valid_to": [*starts[1:], DAY(2027, 1, 1)],
            "rate_pct": [float(rate) for _, rate in steps],
        }
    )


def averages(usa, chn):
    """The averages of both sides, the same under every weight set."""
    names = ("imports_2024", "imports_2017", "simple")
    return {(side, name): frame for side, frame in (("USA", usa), ("CHN", chn)) for name in names}


def us_average(truce=41, early=12):
    return average(
        (DAY(2024, 1, 1), early), (DAY(2024, 3, 2), 12), (DAY(2025, 4, 9), 110 if early < 100 else 12),
        (DAY(2025, 5, 14), truce), (DAY(2025, 11, 10), 33),
    )  # fmt: skip


def summaries(headlines):
    def summary(name):
        items = headlines[name].items()
        return {
            "title": name,
            "headlines": {
                key: {"value": value, "unit": "", "definition": key, "text": f"{value:g}"}
                for key, value in items
            },
        }

    return summary


@pytest.fixture(scope="module")
def evidence():
    tables = {name: read_table(name) for name in TABLES}
    published = read_published()
    averaged = averages(us_average(), average((DAY(2024, 1, 1), 31)))
    return Evidence(load_ledger(), averaged, tables, published, summaries(HEADLINES))


def acts(**changes):
    """Alter acts of the ledger: field by field, by act id."""

    def change(evidence):
        unknown = set(changes) - set(evidence.ledger.act)
        assert not unknown
        new = tuple(
            dataclasses.replace(act, **changes.get(act.act_id, {})) for act in evidence.ledger.acts
        )  # fmt: skip
        return dataclasses.replace(evidence, ledger=dataclasses.replace(evidence.ledger, acts=new))

    return change


def one_more_act(**fields):
    """Add an act of the United States after the article."""

    def change(evidence):
        model = evidence.ledger.act[THREAT]
        act = dataclasses.replace(model, act_id="made", date_announced=DAY(2026, 3, 1), **fields)
        ledger = dataclasses.replace(evidence.ledger, acts=(*evidence.ledger.acts, act))
        return dataclasses.replace(evidence, ledger=ledger)

    return change


def earlier(days):
    """Move every act between the rule and the article to as many days before, but not the rule."""

    def change(evidence):
        moved = {
            act.act_id: {
                name: getattr(act, name) - dt.timedelta(days)
                for name in ("date_announced", "date_signed", "date_published", "date_effective")
                if getattr(act, name)
            }
            for act in evidence.ledger.acts
            if act.act_id != RULE
            and DAY(2025, 9, 29) <= (act.date_announced or act.date_signed or DAY.min) < DAY(2025, 10, 25)
        }
        return acts(**moved)(evidence)

    return change


def published(**values):
    def change(evidence):
        rows = {
            name: dataclasses.replace(evidence.published[name], value=Decimal(value))
            for name, value in values.items()
        }
        return dataclasses.replace(evidence, published={**evidence.published, **rows})

    return change


def duties(usa=None, chn=None):
    made = averages(usa if usa is not None else us_average(), chn if chn is not None else us_average())
    return lambda evidence: dataclasses.replace(evidence, averages=made)


def headlines(report, **values):
    changed = {**HEADLINES, report: {**HEADLINES[report], **values}}
    return lambda evidence: dataclasses.replace(evidence, summary=summaries(changed))


def table(name, column, value, **where):
    """Set a column of a table in the rows that match."""

    def change(evidence):
        frame = evidence.tables[name].copy()
        rows = pd.Series(True, index=frame.index)
        for key, wanted in where.items():
            rows &= frame[key] == wanted
        assert rows.any()
        frame.loc[rows, column] = value
        return dataclasses.replace(evidence, tables={**evidence.tables, name: frame})

    return change


SOY = {"partner_iso3": "USA", "month": pd.Timestamp("2025-09-01")}
BOUGHT = table("china_soybean_imports_monthly", "quantity_t", 1.6e6, **SOY)
TURNED = {
    "C01": (acts(**{KUALA_LUMPUR: {"date_announced": DAY(2025, 10, 29)}}), "false"),
    "C02": (acts(**{BUSAN: {"date_announced": DAY(2025, 11, 20)}}), "did not"),
    "C03": (acts(**{THREAT: {"tariff_pp": Decimal(50)}}), "false"),
    "C04": (acts(**{THREAT: {"date_announced": DAY(2025, 10, 8)}}), "false"),
    "C05": (published(wirescreen_reach_china="900", moodys_reach_china="1500"), "false"),
    "C06": (acts(**{KUALA_LUMPUR: {"detail": "Two ministers and their staff."}}), "not checkable"),
    "C07": (acts(**{KUALA_LUMPUR: {"detail": "At the Merdeka tower; no briefing."}}), "true"),
    "C08": (acts(**{BUSAN: {"detail": "China buys soybeans."}}), "not checkable"),
    "C09": (acts(**{BUSAN: {"detail": "Soybeans, Taiwan and Jimmy Lai came up."}}), "came true"),
    "C10": (acts(both_20250512_geneva={"date_announced": DAY(2025, 6, 12)}), "false"),
    "C11": (duties(usa=us_average(truce=55)), "mostly"),
    "C12": (duties(chn=average((DAY(2024, 1, 1), 50))), "false"),
    "C13": (headlines("rare_earths", resumed_share_world=60, resumed_share_us=40), "false"),
    "C14": (acts(both_20250729_stockholm={"date_announced": DAY(2025, 8, 29)}), "false"),
    "C15": (earlier(26), "false"),
    "C16": (acts(**{FOREIGN_MADE: {"date_announced": DAY(2025, 10, 10)}}), "true"),
    "C17": (acts(**{FIVE_MORE: {"detail": "To keep them from military use."}}), "true"),
    "C18": (one_more_act(kind="export_control", detail="Design software for China."), "came true"),
    "C19": (acts(us_20251024_s301_phase_one={"date_announced": DAY(2025, 11, 24)}), "false"),
    "C20": (one_more_act(kind="tariff_up", detail="Rests on the Phase One case."), "came true"),
    "C21": (table("phase_one_commitments", "added_total_bn_usd", 2.0), "false"),
    "C22": (headlines("phase_one", added_bought_total=150, share_met_total=90), "false"),
    "C23": (BOUGHT, "false"),
    "C24": (BOUGHT, "false"),
    "C25": (acts(**{THREAT: {"tariff_pp": Decimal(50)}}), "false"),
    "C26": (duties(usa=us_average(early=110)), "true"),
    "C27": (acts(**{BUSAN: {"status": "terminated"}, RULE: {"status": "in_force"}}), "did not"),
    "C28": (acts(**{BUSAN: {"date_ended": None}}), "did not"),
    "C29": (
        table("us_china_goods_monthly", "value_usd", 1e10, flow="imports", month=pd.Timestamp("2025-09-01")),
        "false",
    ),
}
CLAIMS = {claim.claim_id: claim for claim in read_claims(claims_dir() / "claims.csv")}


def test_tables_name_their_publishers():
    root = project_root()
    assert publishers_of("us_china_goods_monthly", root) == "US Census Bureau"
    assert (
        publishers_of("china_soybean_imports_monthly", root) == "General Administration of Customs of China"
    )


def test_every_claim_is_turned_by_a_test():
    assert list(TURNED) == list(CLAIMS)


@pytest.mark.parametrize("claim_id", CLAIMS)
def test_a_claim_turns_with_what_it_rests_on(evidence, claim_id):
    change, expected = TURNED[claim_id]
    before, after = judge(CLAIMS[claim_id], evidence), judge(CLAIMS[claim_id], change(evidence))
    assert before.verdict == read_baseline(claims_dir() / FILE)[claim_id]
    assert after.verdict == expected != before.verdict


AUTUMN = {claim.claim_id: claim for claim in read_claims(claims_dir() / SINCE)}


def test_what_was_said_in_autumn_2026_names_its_day_and_outlet():
    assert AUTUMN
    assert all(re.search(r"\(.*28 September 2026\)$", claim.text) for claim in AUTUMN.values())
    committed = read_baseline(claims_dir() / FILE)
    assert set(committed) == set(CLAIMS) | set(AUTUMN)


def test_what_was_said_in_autumn_2026_meets_the_law_of_its_day(evidence):
    """USTR, 91 FR 47318: 12.5 % on China. Tariff Commission 2025 No. 10: 10 % on US goods stays."""
    said = {claim_id: judge(claim, evidence) for claim_id, claim in AUTUMN.items()}
    assert {name: said[name].verdict for name in ("N01", "N04", "N05")} == {
        "N01": "true", "N04": "mostly", "N05": "mostly",
    }  # fmt: skip
    assert not {said[name].verdict for name in ("N02", "N03")} & {"true", "mostly"}
    assert said["N01"].value == DAY(2027, 1, 10)
    assert "duty on all Chinese goods 12.5 %" in said["N02"].sentence
    assert "duty on all US goods was 10 %" in said["N03"].sentence


def test_a_list_in_force_would_turn_what_was_said_of_it(evidence):
    altered = acts(both_20260929_tariff_cut_lists={"status": "in_force"})(evidence)
    assert judge(AUTUMN["N04"], altered).verdict != judge(AUTUMN["N04"], evidence).verdict


def test_days_and_rates_are_those_of_the_acts(evidence):
    """MOFCOM Nos. 57 and 61 of 9 October 2025; Geneva of 12 May 2025: 20 and 10 %, China's 10 %."""
    said = {claim_id: judge(claim, evidence) for claim_id, claim in CLAIMS.items()}
    assert said["C16"].value == DAY(2025, 10, 9)
    assert "apply from 8 November 2025 and 1 December 2025" in said["C16"].sentence
    assert said["C10"].value == DAY(2025, 5, 12)
    assert "added up, to 30 %" in said["C11"].sentence
    assert "left on all goods was 10 %" in said["C12"].sentence
    assert said["C26"].value == DAY(2025, 5, 13)
    assert "1,711,508 t a year before" in said["C23"].sentence  # GACC, September 2024: 1.7 Mt


def test_a_truce_that_ends_does_not_show_what_a_resolution_needs(evidence):
    """The end announced in 2026, 10 January 2027, moves no verdict."""
    later = acts(**{BUSAN: {"date_ended": DAY(2027, 1, 10)}})(evidence)
    assert judge(CLAIMS["C28"], later).verdict == "not checkable"


def test_duties_on_all_the_world_are_no_act_between_the_two(evidence):
    """Seven acts of China's ministries and the rule, the list, the threat, the cranes and the 301 case of
    the United States; lumber (Proclamation 10976) and trucks (10984) fall on the whole world."""
    sentence = judge(CLAIMS["C15"], evidence).sentence
    assert "counts 12 acts of pressure between the two sides on 5 days" in sentence


def test_a_world_total_is_not_taken_for_china(evidence):
    """Moody's: nearly 21,000 firms in the world, nearly 4,000 of them in China."""
    sentence = judge(CLAIMS["C05"], evidence).sentence
    assert "nearly 4,000 by Moody's, more than 20,000 by WireScreen" in sentence
    assert "21,000" not in sentence


@pytest.mark.slow
@pytest.mark.pipeline
def test_the_page_shows_a_verdict_that_flipped(tmp_path):
    """China buys soybeans in September 2025 after all: two verdicts flip, at the top and in their rows."""
    root = copy_of_the_project(tmp_path / "project", "claim_check", more=("data/claims",))
    for name, items in HEADLINES.items():
        folder = root / "reports" / name
        folder.mkdir(parents=True)
        facts = {"title": name, "report": name, "data_asof": None, "law_asof": "2026-11-09", "build_id": "0"}
        text = json.dumps({**facts, **summaries({name: items})(name)})
        (folder / "summary.json").write_text(text, encoding="utf-8")

    def bought(frame):
        rows = (frame["partner_iso3"] == "USA") & (pd.to_datetime(frame["month"]) == SOY["month"])
        return frame.assign(quantity_t=frame["quantity_t"].mask(rows, 1.6e6))

    alter(root, "china_soybean_imports_monthly", bought)
    folder, summary = run(root, "claim_check")
    verdicts = pd.read_csv(folder / "tables" / "verdicts.csv", keep_default_na=False)
    assert list(verdicts.columns[:5]) == ["claim_id", "verdict", "value", "threshold", "source"]
    found = dict(zip(verdicts["claim_id"], verdicts["verdict"], strict=True))
    committed = read_baseline(claims_dir() / FILE)
    assert {name for name in found if found[name] != committed[name]} == {"C23", "C24"}
    assert summary["headlines"]["flipped"]["value"] == 2
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "C23 was mostly, is now <strong>false</strong>" in page
    assert page.index("C23 was mostly") < page.index('id="table-sentences"')
    assert '<td class="mark mark-bad" data-name="verdict">✗ false (flipped, was mostly)</td>' in page
    assert "counted 1,600,000 t from the United States" in page
