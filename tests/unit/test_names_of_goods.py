"""What goods are called: every name says what the product is, in the words of the schedule."""

from __future__ import annotations

import json
import re

import pytest

from trucewatch.answers.desk import ask
from trucewatch.answers.hts_numbers import LEVEL, numbers, short_name
from trucewatch.answers.search import search
from trucewatch.ledger.ledger import load_ledger
from trucewatch.ledger.schema import OPEN_END
from trucewatch.paths import project_root

KNOWN = numbers(project_root())
LAW = load_ledger()
LIVE = [number for number, _ in KNOWN.named() if KNOWN.exists(number, LAW.law_asof)]
#: A level that tells a kind of something, and not of what.
BARE = re.compile(
    r"(Other|Parts|Mixtures|Men's|Women's|Boys'|Girls'|Men's or boys'|Women's or girls')( \(\d.*\))?"
    r"|((Of|For|With|Without|Valued|Containing|Having|Not|Subject|Described)|Weighing (less|over|\d)) .*"
)


def test_every_name_starts_with_its_heading():
    """All numbers of four digits share their first level, which names goods; about 20,000 are live."""
    assert len(LIVE) > 19_000
    headings = {number[:4]: KNOWN.name(number[:4]) for number in LIVE}
    assert not [number for number in LIVE if not KNOWN.name(number).startswith(headings[number[:4]])]
    assert not [text for text in headings.values() if BARE.fullmatch(text.split(LEVEL)[0])]


def test_every_line_in_force_has_a_name():
    """Lines of the column 1 rates without an end; clocks and watches have no numbers of ten digits."""
    rates = LAW.base_rates["USA"]
    lines = [code for code in rates.codes if rates.at(code)[-1].valid_to == OPEN_END]
    assert len(lines) > 11_000
    assert not [code for code in lines if not KNOWN.name(code)]
    assert (
        KNOWN.name("91051140")
        == "Other clocks > Alarm clocks > Electrically operated > With opto-electronic display only"
    )
    assert KNOWN.name("9102").startswith("Wrist watches, pocket watches and other watches")
    assert "91" in {hit.code[:2] for hit in search("wrist watch").hits}


@pytest.mark.parametrize("most", [90, 120, 150])
def test_a_short_name_keeps_heading_and_end(most):
    for code in {*LIVE, *(number[:8] for number in LIVE), *(number[:6] for number in LIVE)}:
        name = KNOWN.name(code)
        shown = short_name(name, most)
        first, last = (shown.split(LEVEL)[at].rstrip("…") for at in (0, -1))
        assert len(shown) <= most
        assert first and name.startswith(first) and not BARE.fullmatch(first), code
        assert name.split(LEVEL)[-1].startswith(last), code


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (
            "61091000",
            "T-shirts, singlets, tank tops and similar garments, knitted or crocheted > Of cotton",
        ),
        (
            "6109100040",
            "T-shirts, singlets, tank tops and similar garments, knitted or crocheted > Of cotton"
            " > Women's or girls' > T-shirts > Women's (339)",
        ),
        ("01022940", "Live bovine animals > Cattle"),
        ("0102294024", "Live bovine animals > Cattle > Weighing less than 90 kg each > Male"),
        ("85076000", "Electric storage batteries, including separators therefor, whether or not rectangular "
                     "(including square); parts thereof > Lithium-ion batteries"),
    ],
)  # fmt: skip
def test_names_as_the_schedule_prints_them(code, name):
    """USITC, Harmonized Tariff Schedule 2026 revision 10."""
    assert KNOWN.name(code).startswith(name)


@pytest.mark.parametrize(
    "words", ["usb cable", "women cotton t-shirt", "laptop", "pumps", "cookware", "8473.30"]
)
def test_a_search_names_goods_in_the_words_of_the_schedule(words):
    hits = search(words).hits
    assert hits
    for hit in hits:
        heading = KNOWN.name(hit.code[:4]).split(LEVEL)[0]
        assert heading.startswith(hit.name.split(LEVEL)[0].partition("…")[0].partition("; ")[0]), hit


def test_a_lookup_says_what_the_code_is():
    answer = ask("6109.10.0040", "CHN", "2026-09-01")
    assert answer.name == KNOWN.name("6109100040")
    assert json.loads(json.dumps(answer.to_dict()))["name"] == answer.name
    head, second, third, *_ = str(answer).splitlines()
    assert head.startswith("6109.10.00.40 from China into the United States, entered 2026-09-01: ")
    assert f"{second} {third}" == answer.name
    assert "T-shirts, singlets" in answer._repr_html_()


def test_a_line_of_china_is_called_by_its_subheading():
    """China's 8471.30.90 is no line of the US schedule: subheading 8471.30 is what both share."""
    assert ask("8471.30.90", "USA", "2025-11-15", importer="CHN").name == KNOWN.name("847130")
