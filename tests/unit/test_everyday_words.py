"""Everyday words: subheadings in force, and most trade covered as data/words/README.md says."""

from __future__ import annotations

import csv

import pandas as pd
import pytest

from trucewatch.answers.search import search
from trucewatch.ledger.hand_kept import EVERYDAY_WORDS, read_kept
from trucewatch.paths import project_root

CODES = [row.code for row in read_kept(EVERYDAY_WORDS, project_root())]


def test_every_row_is_a_subheading_in_force() -> None:
    """The schedule: lines of data/law/base_rates/usa.csv without an end (USITC, HTSUS 2026)."""
    path = project_root() / "data" / "law" / "base_rates" / "usa.csv"
    with path.open(encoding="utf-8") as stream:
        live = {row["code"][:6] for row in csv.DictReader(stream) if row["valid_to"] == "9999-12-31"}
    assert not [code for code in CODES if code not in live]


def test_the_subheadings_with_most_trade_have_words() -> None:
    """US imports from China in 2024 (Census): of the first 200 only 9999.99 has none, which is no line."""
    trade = pd.read_parquet(project_root() / "data" / "clean" / "us_trade_hs6_annual.parquet")
    china = trade[(trade.year == 2024) & (trade.flow == "imports") & (trade.partner_iso3 == "CHN")]
    first = china.nlargest(200, "value_usd").hs6
    assert set(first) - set(CODES) == {"999999"}
    assert china[china.hs6.isin(CODES)].value_usd.sum() / china.value_usd.sum() > 0.80


@pytest.mark.parametrize(
    ("words", "heading"),
    [
        ("leather", "4107"),  # bare materials, before the goods made of them
        ("cotton", "5201"),
        ("wool", "5101"),
        ("linen", "5309"),
        (
            "knee brace",
            "9021",
        ),  # orthopedic appliances, HTSUS 9021.10
        ("resistance band", "9506"),
        ("fairy lights", "9405"),
        ("flax", "5301"),
        ("velvet", "5801"),
        ("stainless steel", "7219"),
        ("oxygen", "2804"),
        ("sodium", "2805"),
        ("pvc", "3904"),
        ("alumina", "2818"),
        ("used cooking oil", "1518"),
        ("tilapia fillet", "0304"),
        ("industrial robot", "8479"),
        ("flashlight", "8513"),
        ("cpap", "9019"),
        ("golf cart", "8703"),
        ("glyphosate", "2931"),
        ("bamboo chopsticks", "4419"),
        ("inflatable boat", "8903"),
        ("fireworks", "3604"),
        ("monitor", "8528"),  # many lines of one subheading do not hide the others
        ("nappies", "9619"),
        ("jewellery", "7113"),  # British spelling
        ("batery", "8507"),
        ("umbrela", "6601"),
        ("refridgerator", "8418"),
        ("chainsaw", "8467"),
        ("toothpaste", "3306"),
        ("men's jeans", "6203"),
        ("salmon", "0304"),
        ("shopping cart", "8716"),  # not cartons
        ("wheelchair", "8713"),
        ("pickup truck", "8704"),
        ("surfboard", "9506"),
        ("hoverboard", "8711"),
        ("cat litter", "2508"),
        ("watch", "9102"),
        ("life jacket", "6307"),
        ("kayak", "8903"),
        ("mri", "9018"),
        ("wetsuit", "6113"),
        ("corkscrew", "8205"),
        ("shredder", "8472"),
        ("tuxedo", "6203"),
        ("lingerie", "6212"),
        ("kimono", "6208"),
        ("shoelaces", "6307"),
        ("bathtub", "3922"),
        ("drinking straw", "3917"),
        ("magazine", "4902"),
        ("hot dogs", "1601"),
        ("infant formula", "1901"),
        ("ethanol", "2207"),
        ("paracetamol", "2924"),
        ("pallet jack", "8427"),
        ("fire truck", "8705"),
        ("jet ski", "8903"),
        ("mobile home", "9406"),
        ("trailer chassis", "8716"),
    ],
)
def test_words_lead_to_the_heading_of_the_schedule(words: str, heading: str) -> None:
    """Headings by their own texts in the Harmonized Tariff Schedule (USITC)."""
    assert any(hit.code.startswith(heading) for hit in search(words, top=5).hits)


@pytest.mark.parametrize(
    ("words", "heading"),
    [
        ("bearings", "8482"),  # not bears of sugar, which have the same stem
        ("phones", "8517"),
        ("car", "8703"),  # not its tires
        ("truck", "8704"),
        ("solar panels", "8541"),
        ("backpack", "4202"),
        ("diesel engine", "8408"),
        ("furniture", "9403"),
        ("car parts", "8708"),
        ("handgun", "9302"),
        ("hoverboard", "8711"),
        ("teddy bear", "9503"),
        ("high chair", "9401"),
        ("wedding dress", "6204"),
        ("chewing gum", "1704"),
        ("dog leash", "4201"),
        ("stent", "9021"),
    ],
)
def test_what_is_meant_by_a_word_comes_first(words: str, heading: str) -> None:
    """Headings by their own texts in the Harmonized Tariff Schedule (USITC)."""
    assert search(words, top=3).hits[0].code.startswith(heading)


def test_a_word_read_as_another_is_told() -> None:
    assert search("batery").read_as == "battery" and "read as 'battery'" in str(search("batery"))
    assert search("tableware").read_as == "" == search("usb cables").read_as
    assert not search("kayak zzzzzz").read_as  # no word is near enough
