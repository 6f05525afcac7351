"""Numbers of an answer: exact, and of use beside the floats of a notebook."""

from __future__ import annotations

import operator
from decimal import Decimal

import pytest

import trucewatch as tw
from trucewatch.answers.exact import Exact


@pytest.fixture(scope="module")
def answer():
    return tw.lookup("8517.13.00", "CHN", "2025-04-10", value="1000.10")


def test_an_answer_computes_with_floats(answer):
    """20 %: IEEPA fentanyl duty of EO 14228; the Memorandum of 11 April 2025 spares smartphones the other."""
    assert answer.total_pct * 1.5 == 30.0
    assert 1.5 * answer.total_pct == 30.0
    assert answer.total_pct / 100.0 == 0.2
    assert 100.0 - answer.bounds_pct[0] == 80.0
    assert answer.refundable_pp + 0.5 == 20.5
    assert answer.believed_pct - 0.5 == 144.5
    assert answer.duty_usd / 2.0 == 100.01


def test_it_stays_exact_without_them(answer):
    assert answer.duty_usd == Decimal("200.02")
    assert answer.total_pct + Decimal("0.1") == Decimal("20.1")
    assert isinstance(answer.total_pct / 3, Decimal)


@pytest.mark.parametrize(
    ("frame", "column"),
    [
        (lambda: tw.lookup("8517.13.00", "CHN", "2025-04-10").to_frame(), "pp"),
        (lambda: tw.lookup("8517", "CHN", "2025-04-10").to_frame(), "lower_pct"),
        (lambda: tw.search("usb cable", top=2).to_frame(), "total_pct"),
        (lambda: tw.history("9503.00.00", "2025-04-01", "2025-05-20"), "total_pct"),
        (lambda: tw.calendar().to_frame().dropna(subset="to_pct"), "to_pct"),
    ],
)
def test_a_column_computes_with_floats_and_stays_exact(frame, column):
    cells = frame()[column]
    assert len(cells)
    assert (cells * 1.5).tolist() == [float(cell) * 1.5 for cell in cells]
    assert all(isinstance(cell, Decimal) for cell in cells)


@pytest.mark.parametrize("sign", ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow"])
def test_every_sign_works_from_both_sides(sign):
    compute, number = getattr(operator, sign), Exact("2.5")
    assert compute(number, 2.0) == compute(2.5, 2.0)
    assert compute(2.0, number) == compute(2.0, 2.5)
    assert isinstance(compute(number, 2), Decimal)
