"""Words of the data are text: on a page, in the executed notebook, whatever they hold."""

from __future__ import annotations

import re
from html import unescape

import mistune
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trucewatch.page.plain import as_shown, foreign_part, harmless, plain

HOSTILE = (
    "![x](//evil.example/n.png)",
    "[click](https://evil.example)",
    "[click](javascript:alert(1))",
    "[click][ref]\n\n[ref]: https://evil.example",
    "![x][ref]\n\n[ref]: https://evil.example/n.png",
    "<https://evil.example>",
    '<img src="//evil.example/n.png">',
    "<script>alert(1)</script>",
    "<!-- hidden -->",
    "a title with onerror= in it",
    "https://evil.example/path",
    "`code` *soft* **strong** _em_ ~~gone~~ $x^2$ | cell | \\ back & amp; {curly} #5",
    "[x]( <https://evil.example> 'title')",
    "[a\\](https://evil.example)",
    "\\[a](https://evil.example)",
    "\\\\[a](https://evil.example)",
    "[a\n](https://evil.example)",
    "[a\\\\](https://evil.example)",
    "\\\\![x](//evil.example/n.png)",
    "\\\\<img src=//evil.example/n.png>",
)
PAGE = mistune.create_markdown(escape=False, plugins=["table", "footnotes", "strikethrough", "url", "math"])


def shown(html: str) -> str:
    """What a reader sees of some HTML."""
    return " ".join(unescape(re.sub(r"<[^>]*>", "", html)).split())


@pytest.mark.parametrize("text", HOSTILE)
def test_words_of_the_data_are_shown_letter_by_letter(text: str) -> None:
    html = str(PAGE(f"The act: {plain(text)}."))
    assert re.findall(r"<(\w+)", html) == ["p"]
    assert shown(html) == f"The act: {' '.join(text.split())}."


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=60))
@settings(max_examples=400, deadline=None, derandomize=True, database=None)
def test_any_text_is_shown_letter_by_letter(text: str) -> None:
    html = str(PAGE(f"x{plain(text)}x"))
    assert re.findall(r"<(\w+)", html) == ["p"]
    assert shown(html) == f"x{' '.join(text.split())}x"


@pytest.mark.parametrize("text", HOSTILE)
def test_prose_holds_no_picture_tag_or_unknown_link_even_if_nobody_escaped(text: str) -> None:
    html = str(PAGE(harmless(f"The act: {text}.\n\n- {text}\n\n| a |\n|---|\n| {text} |\n"))).lower()
    assert not re.findall(r"<(img|script|!--|a)\b", html), html


@pytest.mark.parametrize(
    "text", ["from $3 to $4", "$$5$$", "a \\$6 and $7", "valued over $5 each but not over $10 each"]
)
def test_sums_of_money_in_prose_are_no_formula(text: str) -> None:
    assert not re.search(r"(?<!\\)\$", harmless(text))
    html = str(PAGE(harmless(text)))
    assert re.findall(r"<(\w+)", html) == ["p"]
    assert shown(html) == text.replace("\\", "")


def test_markdown_stays_markdown_where_formulas_are_passed_over() -> None:
    html = str(PAGE(as_shown("**Acts** of $3 and $4\n\n- a point")))
    assert html.startswith('<div class="mathjax_ignore">')
    assert "<strong>Acts</strong>" in html
    assert "<li>a point</li>" in html


@pytest.mark.parametrize(
    "markdown",
    [
        "**Acts.** See [the brief](../brief/report.html#numbers), [below](#limits).[^1]\n\n[^1]: A note.",
        "[the text](https://www.federalregister.gov/d/2025-06063)",
        "- one *soft* point; p < 0.05, a -> b\n- `code`",
        "![^1] is no picture",
    ],
)
def test_what_prose_may_hold_stays(markdown: str) -> None:
    known = {"https://www.federalregister.gov/d/2025-06063"}
    if not markdown.startswith("!"):
        assert harmless(markdown, known) == markdown
    assert "<img" not in str(PAGE(harmless(markdown, known)))


@pytest.mark.parametrize(
    "html",
    [
        "<script>1</script>",
        "<SCRIPT src=x>",
        "<iframe></iframe>",
        "<p onclick=x>",
        "<p/onclick=x>",
        "<img src='//evil.example/x.png' alt=x>",
        "<img\nsrcset=//evil.example/x.png alt=x>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href='java\tscript:alert(1)'>x</a>",
        "<a href='data:text/html,x'>x</a>",
        "<svg><use href='//evil.example/x.svg#a'/></svg>",
        "<svg><image xlink:href='https://evil.example/x.png'/></svg>",
        "<div style='background:url(//evil.example)'>",
        "<style>@import 'x'</style>",
        "<style>p{background:url(https://evil.example)}</style>",
        "<video poster=//evil.example/x>",
        "<meta http-equiv=refresh content=0>",
        "<form action=//evil.example>",
    ],
)
def test_a_tag_that_runs_or_fetches_is_found(html: str) -> None:
    assert foreign_part(f"<p>text</p>{html}<p>more</p>")


@pytest.mark.parametrize(
    "html",
    [
        "<p>a title with onerror= and &lt;img src=x onerror=alert(1)&gt;</p>",
        "<p>@import url(x) &lt;script&gt;</p>",
        "<a href='https://www.federalregister.gov'>x</a><a href='../brief/report.html#a'>y</a>",
        "<img src='data:image/png;base64,AAAA' alt='x'>",
        "<svg><use xlink:href='#glyph'/><clipPath id='a'/><g clip-path='url(#a)'/></svg>",
        "<style>p{color:#123}</style>",
        '<td title="1 &lt; 2">1</td>',
    ],
)
def test_the_same_letters_as_text_do_nothing_and_are_refused_nothing(html: str) -> None:
    assert foreign_part(html) == ""
