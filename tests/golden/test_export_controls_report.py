"""The export blacklist against published counts, from the clean tables; and the report follows its tables."""

from pathlib import Path

import pandas as pd
import pytest

from tests.fixtures.sector_project import alter, as_built, copy_of_the_project, run
from trucewatch.ledger.ledger import load_ledger
from trucewatch.page.benchmarks import read_published
from trucewatch.page.measured import answers
from trucewatch.page.words import words_of
from trucewatch.reports.export_controls import facts
from trucewatch.reports.export_controls import measures as controls
from trucewatch.tables import read_table


@pytest.fixture(scope="module")
def acts() -> pd.DataFrame:
    return load_ledger().frame("acts")


@pytest.fixture(scope="module")
def added(acts: pd.DataFrame) -> pd.DataFrame:
    return controls.additions(read_table("entity_list_rules"), acts)


@pytest.mark.parametrize(
    ("document", "china"),
    [
        ("2024-10485", 37),  # 14 May 2024, 89 FR 41886: all under China
        ("2025-05426", 42),  # 25 March 2025
        ("2025-05427", 11),  # 25 March 2025, advanced AI; WorldECR, 27 March 2025
        ("2025-17893", 23),  # 12 September 2025; Kharon
    ],
)
def test_chinese_parties_by_rule(added: pd.DataFrame, document: str, china: int) -> None:
    assert added.set_index("fr_document")["china_added"][document] == china


def test_unverified_list_rules_add_nobody() -> None:
    """Of eleven, nine concern that list alone and are left out; two concern both lists and stay."""
    rules = read_table("entity_list_rules")
    assert rules["list"].value_counts()[["unverified list", "both"]].to_dict() == {
        "unverified list": 9,
        "both": 2,
    }
    kept = controls.additions(rules, load_ledger().frame("acts"))["fr_document"]
    assert not set(kept) & set(rules.loc[rules["list"] == "unverified list", "fr_document"])


def test_the_affiliates_rule_lived_42_days_and_names_nobody(acts: pd.DataFrame, added: pd.DataFrame) -> None:
    """In force 29 September 2025 (90 FR 47201), suspended 10 November 2025 to 9 November 2026."""
    life = controls.rule_life(acts)
    assert (life.effective, life.suspended) == (pd.Timestamp("2025-09-29"), pd.Timestamp("2025-11-10"))
    assert life.days == 42
    assert life.printed_return == pd.Timestamp("2026-11-10")
    assert (life.announced_return, life.announced_confidence) == (pd.Timestamp("2027-01-10"), "unverified")
    assert "2025-19001" not in set(added["fr_document"])


@pytest.mark.parametrize(
    ("document", "published", "total", "china"),
    [
        ("2024-14635", "2024-07-03", 6, 2),  # 89 FR 55033: China 2, South Africa 1, UAE 2, United Kingdom 1
        ("2024-28267", "2024-12-05", 140, None),  # 89 FR 96830: four countries together
        ("2024-29136", "2024-12-11", 8, 2),  # 89 FR 99702: Burma 2, China 2, Russia 4
        ("2025-00704", "2025-01-16", 11, 11),  # 90 FR 4617: all under China
    ],
)
def test_the_rules_before_the_truce_are_counted(
    added: pd.DataFrame, document: str, published: str, total: int, china: int | None
) -> None:
    row = added.set_index("fr_document").loc[document]
    assert row["date_published"] == pd.Timestamp(published)
    assert row["total_added"] == total
    assert (None if pd.isna(row["china_added"]) else row["china_added"]) == china


def test_the_title_names_the_largest_listing(added: pd.DataFrame) -> None:
    title = words_of("trucewatch.reports.export_controls")("per_rule_title", **facts.largest_listings(added))
    assert "the largest listing added 140 parties (5 December 2024, Chinese part not given)" in title
    assert title.startswith("In the rules we have")


def test_every_published_row_is_answered(acts: pd.DataFrame) -> None:
    rows = read_published("export_controls")
    found = answers(rows, controls.checked_numbers(read_table("entity_list_rules"), controls.rule_life(acts)))
    assert {check for check, ours in found.items() if ours is None} == {
        check for check, row in rows.items() if row.status == "not_reproducible"
    }


@pytest.mark.pipeline
@pytest.mark.slow
def test_the_report_follows_its_tables_and_parameters(tmp_path: Path) -> None:
    """Ten more parties in a rule, a higher threshold and a reader's table of owners show in the report."""
    root = copy_of_the_project(tmp_path / "project", "export_controls")

    def ten_more(frame: pd.DataFrame) -> pd.DataFrame:
        rows = frame["fr_document"] == "2025-17893"
        assert rows.sum() == 1
        frame.loc[rows, "china_added"] += 10
        return frame

    folder, before = as_built(root, "export_controls")
    reached = [pd.read_csv(folder / "tables" / "fictitious_reach.csv")["is_reached"]]
    alter(root, "entity_list_rules", ten_more)
    (root / "owners.csv").write_text("owner,owned,share_pct\nA,B,55\nA,C,65\n", encoding="utf-8")
    given = {"threshold": 0.6, "owners_file": "owners.csv", "listed_firms": ["A"]}
    folder, after = run(root, "export_controls", **given)
    reached.append(pd.read_csv(folder / "tables" / "fictitious_reach.csv")["is_reached"])

    named = [summary["headlines"]["named_in_rule_year"]["value"] for summary in (before, after)]
    assert named[1] == named[0] + 10
    assert str(named[1]) in after["finding"]
    assert after["headlines"]["own_reach"]["value"] == 1  # C at 65 %, not B at 55 %
    assert "own_reach" not in before["headlines"]
    was, now = (cells.astype(str).str.lower().eq("true").sum() for cells in reached)
    assert was > now
