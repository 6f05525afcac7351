"""Ids and abbreviations do not reach a reader: cells of tables, names of goods."""

from __future__ import annotations

import csv
import doctest
import re

import pandas as pd
import pytest

from trucewatch.ledger.ledger import load_ledger
from trucewatch.page import goods, ids, products
from trucewatch.page.census_names import country_names, industry_names
from trucewatch.paths import project_root

_MACHINE = re.compile(r"\b\w+_\w+\b|\bnesoi\b|\bpts\b", re.IGNORECASE)


@pytest.mark.parametrize("module", [goods, ids, products])
def test_examples(module) -> None:
    assert doctest.testmod(module).failed == 0


def test_every_authority_of_the_ledger_has_a_name() -> None:
    known = {measure.authority for measure in load_ledger().measures}
    assert not {name for name in known if ids.plain_name(name) == name} - {"THREAT_100"}


def test_words_that_are_no_ids_are_left_alone() -> None:
    text = "Both sides, e.g. a <b> & under_way"
    assert ids.cell_html(text) == "Both sides, e.g. a &lt;b&gt; &amp; under_way"
    assert ids.cell_html("both_20251030_busan; x").endswith("both sides, 30 October 2025</a>; x")


@pytest.mark.parametrize(
    ("noted", "shown"),
    [
        (
            "FR abstract; exportcompliancedaily 2024-05-10",
            "abstract in the Federal Register; Export Compliance Daily 2024-05-10",
        ),
        ("FR abstract (deepseek-news)", "abstract in the Federal Register (copy)"),
        ("tass.com/economy/1989107; tass.com/economy/1989103", "TASS"),
        (
            "tribune.net.ph/2026/03/10 (base of -11% to 67.24)",
            "Daily Tribune (Philippines) (base of -11% to 67.24)",
        ),
        ("nobody-knows.org/a/1", "nobody-knows.org"),
        ("90 FR 47201, FR Doc. 2025-19001; U.S. note 20", "90 FR 47201, FR Doc. 2025-19001; U.S. note 20"),
    ],
)
def test_a_source_is_shown_by_its_publishers_name(noted, shown) -> None:
    assert ids.source_name(noted) == shown


def test_presets_of_the_scenarios_have_names() -> None:
    with (project_root() / "data" / "scenario" / "elasticities.csv").open(encoding="utf-8") as stream:
        presets = {row["preset"] for row in csv.DictReader(stream)}
    assert presets and not {name for name in presets if ids.plain_name(name) == name}


def test_names_of_goods_are_of_numbers_of_the_schedule() -> None:
    path = project_root() / "src" / "trucewatch" / "page" / "goods_names.csv"
    with path.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len({row["hs10"] for row in rows}) == len(rows)
    assert all(re.fullmatch(r"\d{10}", row["hs10"]) for row in rows)
    assert not [row for row in rows if _MACHINE.search(row["name"])]


def test_countries_and_industries_have_the_names_people_use() -> None:
    partners = pd.DataFrame(
        {"partner_iso3": ["KOR", "CHN"], "partner_name": ["KOREA, SOUTH", "CHINA"]},
    )
    assert country_names(partners) == {"KOR": "South Korea", "CHN": "China"}
    titles = pd.DataFrame(
        {"naics3": ["332", "331"], "industry": ["Fabricated metal products, NESOI", "Primary metal mfg"]}
    )
    assert industry_names(titles) == {"332": "Fabricated metal products", "331": "Primary metals"}
