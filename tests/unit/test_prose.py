"""The prose linter finds a phrase where it is prose, and nowhere else."""

from __future__ import annotations

import importlib.util

import pytest

from trucewatch.paths import project_root


@pytest.fixture(scope="module")
def prose():
    spec = importlib.util.spec_from_file_location("prose", project_root() / "scripts" / "prose.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


WORDS = {"can not": "cannot", "goods of China": "Chinese goods"}


def test_a_phrase_is_found_over_a_line_end_and_named_with_what_is_right(prose) -> None:
    text = "One line.\nDuties on goods\nof China, which Can not be read.\n"
    assert list(prose.faults(text, WORDS)) == [
        (3, "Can not", "cannot"),
        (2, "goods of China", "Chinese goods"),
    ]


@pytest.mark.parametrize(
    "text", ["`can not`", "```console\ncan not\n```", "[x](can not)", "{{ 'can not' }}", "cannot"]
)
def test_code_fields_and_addresses_are_no_prose(prose, text) -> None:
    assert list(prose.faults(text, WORDS)) == []


def test_the_docs_and_the_words_of_the_reports_are_clean(prose, capsys) -> None:
    assert prose.main() is False, capsys.readouterr().out
