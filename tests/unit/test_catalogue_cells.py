"""Cells of codes as they stand in lists that people keep: among words, with others, in wide digits."""

from __future__ import annotations

import pytest

from trucewatch.answers.catalogue_columns import read_codes


@pytest.mark.parametrize(
    "cell",
    [
        "8517.13.0000 (301 List 4B)", "8517130000US", "HTSUS 8517.13.0000 / ECCN 5A992", "8517,13,0000",
        "8517.13.0000*", "~8517.13.0000", "８５１７．１３．００００", "Phones 8517.13.0000",
        "8517.13.0000 - Phones, 64GB and 12 plugs", "8517.13.0000/8517.13.0000", "9903.88.03 & 8517.13.0000",
        "9802.00.80 8517.13.0000",
    ],
)  # fmt: skip
def test_a_code_is_found_among_words(cell: str) -> None:
    values, problems, _, _ = read_codes([cell])
    assert (values, problems) == (["8517130000"], [""])


@pytest.mark.parametrize(
    "cell",
    [
        "8517.62.0090 or 8517.69.0000", "8517.62.0090 and 8504.40.9580", "8517.62.0090 8504.40.9580",
        "8517620090 8504409580", "8517.62/69", "8517.62, .69", "8517.62 or 69", "8517.62-8517.69",
        "851762 & 851769",
    ],
)  # fmt: skip
def test_two_codes_in_a_cell_are_refused_and_not_joined(cell: str) -> None:
    values, problems, _, _ = read_codes([cell])
    assert values == [None] and problems[0].startswith("more than one product code")


def test_a_heading_of_chapter_98_beside_a_code_is_not_passed_over_unsaid() -> None:
    _, _, notes, _ = read_codes(["9802.00.80 8517.13.0000"])
    assert "chapter 98" in notes[0] and "not modeled" in notes[0]
