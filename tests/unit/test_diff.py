"""The difference of two days: exact sums, hand-worked products, acts, and what was learned."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Hashable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from trucewatch.answers.diff import Diff, Product, diff
from trucewatch.answers.lookup import lookup
from trucewatch.answers.trade_values import Values
from trucewatch.duty.code_classes import grouper, products, with_splits
from trucewatch.duty.lines import measure_line
from trucewatch.duty.matching import longer_codes, match, signature
from trucewatch.duty.stacking import duties, entry_of, points_by_authority, resolve
from trucewatch.errors import DataError, LedgerError
from trucewatch.ledger.ledger import Ledger, load_ledger
from trucewatch.ledger.origins import seen_from

TOY, BACKPACK, PHONE, CAR = "95030000", "42029231", "85171300", "87038000"
MADE = Values("made trade", {TOY: 300.0, BACKPACK: 100.0, "8517130000": 600.0})


@pytest.fixture(scope="module")
def geneva(ledger: Ledger) -> Diff:
    return diff("2025-05-13", "2025-05-14", ledger=ledger, values=MADE)


def product(found: Diff, code: str) -> Product:
    return next(item for item in found.products if item.code == code)


@pytest.mark.parametrize(
    ("code", "before", "after"),
    # worked out from the acts: 125 became 10 on the reciprocal duty (EO 14266, EO 14298), fentanyl 20 and
    # section 301 stood; phones are off the reciprocal duty (CSMS 64724565), cars give way to section 232
    [(TOY, "145", "30"), (BACKPACK, "187.6", "72.6"), (PHONE, "20", "20"), (CAR, "147.5", "147.5")],
)
def test_geneva(geneva: Diff, code: str, before: str, after: str) -> None:
    change = product(geneva, code).change
    assert (change.from_pct, change.to_pct) == (Decimal(before), Decimal(after))
    moved = Decimal(after) - Decimal(before)
    assert change.by_authority == ({"IEEPA_RECIP": moved} if moved else {})


def test_weights_and_cost(geneva: Diff) -> None:
    # 40 % of the made trade falls by 115 points: 46 points; of 1,000 dollars, 460
    assert geneva.average_pp == pytest.approx(-46)
    assert geneva.cost_usd == pytest.approx(-460)
    assert geneva.by("authority") == pytest.approx({"IEEPA_RECIP": -46})
    assert geneva.by("chapter") == pytest.approx({"95": -34.5, "42": -11.5})
    assert [item.code for item in geneva.movers("usd", 2)] == [TOY, BACKPACK]
    assert geneva.average("before") == pytest.approx((300 * 145 + 100 * 187.6 + 600 * 20) / 1000)


def test_the_act_that_did_it(geneva: Diff) -> None:
    causes = geneva.by("cause")
    assert causes == pytest.approx({"us_20250512_eo14298": -46})
    assert "us_20250512_eo14298" in {act.act_id for act in geneva.acts}
    assert all(act.side in ("USA", "both") for act in geneva.acts)


def test_ended_duties_name_the_act_that_ended_them(ledger: Ledger) -> None:
    found = diff("2026-02-23", "2026-02-24", ledger=ledger, values=MADE)
    change = product(found, TOY).change
    # fentanyl 10 and reciprocal 10 end, section 122 begins at 10 (EO 14389; Proclamation 11012)
    assert change.by_authority == {
        "IEEPA_FENT": Decimal(-10),
        "IEEPA_RECIP": Decimal(-10),
        "S122": Decimal(10),
    }
    assert change.causes == {"us_20260220_eo14389": Decimal(-20), "us_20260220_proc11012": Decimal(10)}


@pytest.mark.parametrize(
    ("importer", "days"),
    [
        ("USA", ("2025-01-20", "2026-11-09")),
        ("USA", ("2018-01-02", "2024-12-31")),
        ("CHN", ("2019-01-01", "2025-04-12")),
    ],
)
def test_parts_sum_exactly(ledger: Ledger, importer: str, days: tuple[str, str]) -> None:
    found = diff(*days, importer=importer, ledger=ledger, values=Values("none", {}))
    for item in found.products:
        assert sum(item.change.by_authority.values()) == item.change.change_pp
        assert sum(item.change.causes.values()) == item.change.change_pp
    for what in ("authority", "chapter", "cause"):
        assert sum(found.by(what).values()) == pytest.approx(found.average_pp, abs=1e-9)
    assert found.average("after") - found.average("before") == pytest.approx(found.average_pp, abs=1e-9)
    lines = [item for item in found.products if len(item.code) == 8]
    assert sum(found.counts().values()) == len(lines) > 8000
    assert sum(found.weight(item) for item in found.compared) == pytest.approx(1)


def test_same_as_the_lookup(ledger: Ledger) -> None:
    found = diff("2025-03-12", "2026-04-06", ledger=ledger, values=MADE)
    compared = 0
    for item in random.Random(5).sample(found.compared, 150):
        for day, percent in (("2025-03-12", item.change.from_pct), ("2026-04-06", item.change.to_pct)):
            try:
                answer = lookup(item.code, "CHN", day, ledger=ledger)
            except LedgerError:  # a list names a number that the schedule of the day no longer has
                continue
            compared += 1
            if answer.total_pct is None:  # the numbers below the line pay differently: the line is their rest
                assert answer.lower_pct <= percent <= answer.upper_pct, item.code
            else:
                assert answer.total_pct == percent, item.code
    assert compared > 250


@pytest.mark.parametrize(
    ("importer", "origin", "days", "known"),
    [
        ("USA", "CHN", ("2025-05-14", "2025-11-10"), None),
        ("USA", "CHN", ("2018-08-01", "2020-03-01"), None),
        ("USA", "DEU", ("2025-08-06", "2026-03-01"), None),  # duties that fill column 1 up
        ("USA", "RUS", ("2022-03-01", "2022-08-01"), None),  # column 2 begins between
        ("CHN", "USA", ("2019-05-31", "2025-04-12"), None),
        ("USA", "CHN", ("2025-04-10", "2025-04-10"), ("2025-04-10", "2025-04-12")),
    ],
)
def test_same_as_code_by_code(
    ledger: Ledger, importer: str, origin: str, days: tuple[str, str], known: tuple[str, str] | None
) -> None:
    """Every change is that of the whole match of its own code, with no class of codes between."""
    asked: dict = {"known": known, "on": days[0]} if known else {"a": days[0], "b": days[1]}
    found = diff(**asked, importer=importer, origin=origin, ledger=ledger, values=MADE)
    law = seen_from(ledger, importer, origin)
    clocks = [date.fromisoformat(day) for day in known] if known else [ledger.law_asof] * 2
    for item in random.Random(11).sample(found.products, 250):
        whole = match(law, item.code, importer)
        for day, clock, points in zip(days, clocks, (item.change.before, item.change.after), strict=True):
            on = date.fromisoformat(day)
            if not any(row.valid_from <= on < row.valid_to for row in whole.base):
                assert points is None, item.code
                continue
            lines = duties(law, whole, entry_of(law, origin, on, known_on=clock))
            assert points == points_by_authority(lines), item.code


def test_what_two_days_do_not_need_is_not_worked_out(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: Counter[str] = Counter()
    for function in (measure_line, resolve):
        name = function.__name__

        def counted(*asked: Any, name: str = name, function: Any = function) -> Any:
            calls[name] += 1
            return function(*asked)

        monkeypatch.setattr(f"trucewatch.answers.diff.{name}", counted)
    found = diff("2025-05-14", "2025-11-10", ledger=load_ledger(), values=MADE)
    # product by product 26,000 times each, and a line for each measure that reaches it
    assert len(found.products) > 12_000 and calls["resolve"] < 1_200 and calls["measure_line"] < 1_000
    assert len({id(item.change) for item in found.products}) < 2_500


def test_codes_below_a_line_are_those_a_list_names(ledger: Ledger) -> None:
    law = seen_from(ledger, "USA", "CHN")
    lines = products(law, "USA", date(2025, 5, 14))
    assert with_splits(law, "USA", lines) == [
        code for line in lines for code in (line, *longer_codes(law, line, "USA"))
    ]


def test_what_was_learned(ledger: Ledger) -> None:
    found = diff(known=("2025-04-10", "2025-04-12"), on="2025-04-10", ledger=ledger, values=MADE)
    # the memorandum of 11 April freed phones back to 5 April: 125 points less (CSMS 64724565)
    phone = product(found, PHONE).change
    assert (phone.from_pct, phone.to_pct) == (Decimal(145), Decimal(20))
    assert product(found, TOY).change.change_pp == 0
    assert found.is_of_knowledge and "as known on" in str(found)


def test_values_by_longest_product() -> None:
    values = Values("made", {"8507600010": 5.0, "8507600020": 7.0, "120190": 10.0, "99999999": 3.0})
    products_ = ("85076000", "8507600010", "12019010", "12019020")
    assert values.of(products_) == {"85076000": 7.0, "8507600010": 5.0, "12019010": 5.0, "12019020": 5.0}


@pytest.mark.parametrize("importer", ["USA", "CHN"])
def test_codes_alike_have_one_signature(ledger: Ledger, importer: str) -> None:
    codes = products(ledger, importer, date(2025, 5, 14))
    groups: dict[Hashable, list[str]] = {}
    for code in codes:
        groups.setdefault(grouper(ledger, importer).key(code), []).append(code)
    several = [members for members in groups.values() if len(members) > 1]
    for members in random.Random(7).sample(several, 60):
        first = signature(match(ledger, members[0], importer))
        assert all(signature(match(ledger, code, importer)) == first for code in members[1:5])


def test_without_values_the_lines_are_averaged(ledger: Ledger) -> None:
    note = "No dollars and no weights: build the clean tables"
    found = diff("2025-05-13", "2025-05-14", importer="CHN", ledger=ledger, values=Values("none", {}, note))
    # 125 to 10 on every US good (Tariff Commission 2025 No. 6; announcement of 13 May 2025)
    assert found.average_pp == pytest.approx(-115)
    assert found.counts()["down"] == len(found.products)
    assert str(found).startswith("Simple mean") and note in str(found).replace("\n  ", " ")
    assert found.to_dict()["cost_usd"] is None


def test_views(geneva: Diff) -> None:
    frame = geneva.to_frame()
    assert frame["code"].is_unique and len(frame) == len(geneva.products)
    toy = frame.set_index("code").loc[TOY]
    assert toy["change_pp"] == Decimal(-115) and toy["cost_usd"] == pytest.approx(-345)
    plain = geneva.to_dict(top=2)
    assert plain["change_average_pp"] == pytest.approx(-46) and len(plain["movers_usd"]) == 2
    assert max(map(len, geneva.text("chapter").splitlines())) <= 80
    page = geneva._repr_html_()
    assert "<table" in page and "9503.00.00" in page
    # a caption wraps to the width of its table
    captions = re.findall("<caption.*?><strong>(.*?)</strong>", page)
    assert captions == ["By authority", "What did it", "Largest changes"]
    assert page.startswith("<p><strong>Average US duty")
    assert repr(geneva).startswith("<Diff: Average US duty") and len(repr(geneva)) < 200


@pytest.mark.parametrize(
    "asked",
    [
        {"a": "2025-05-14", "b": "2025-05-14"},
        {"a": "2025-11-10", "b": "2025-05-14"},
        {"a": "2025-02-30", "b": "2025-05-14"},
        {"a": "2017-01-01", "b": "2025-05-14"},
        {"a": "2025-05-14"},
        {"known": ("2025-04-10", "2025-04-12")},
        {"known": ("2025-04-10", "2025-04-12"), "on": "2025-04-10", "a": "2025-04-10"},
        {"known": ("2025-04-10", "2099-04-12"), "on": "2025-04-10"},
        {"a": "2025-05-13", "b": "2025-05-14", "importer": "FRA"},
        {"a": "2025-05-13", "b": "2025-05-14", "origin": "Atlantis"},
        {"a": "2025-05-13", "b": "2025-05-14", "lens": "rose"},
    ],
)
def test_refused(ledger: Ledger, asked: dict) -> None:
    with pytest.raises(DataError, match="Remedy"):
        diff(**asked, ledger=ledger, values=MADE)
