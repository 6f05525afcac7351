"""Every page in a real browser: nothing leaves it, everything is said in words, it fits a phone."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from trucewatch.page.front_page import acts
from trucewatch.paths import project_root, reports_dir

pytestmark = pytest.mark.browser

PHONE = 390
PAGES = ("index.html", "sample/report.html")

#: Text whose contrast with its ground is below 4.5 to 1 (WCAG AA); SVG text is turned by a filter.
CONTRAST = """
(() => {
  const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const linear = v => v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4;
  const light = c => 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
  const ground = node => {
    for (let n = node; n; n = n.parentElement) {
      const c = parse(getComputedStyle(n).backgroundColor);
      if (c.length === 3 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const node of document.querySelectorAll('body *:not(svg *)')) {
    const says = [...node.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!says || !node.checkVisibility()) continue;
    const [a, b] = [light(parse(getComputedStyle(node).color)), light(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(node.tagName + ' ' + ratio.toFixed(2) + ': ' + node.textContent.slice(0, 40));
  }
  return poor;
})()
"""
UNNAMED = """
[...document.querySelectorAll('img, figure svg, svg[role=img]')].filter(node => {
  if (node.tagName === 'IMG') return !(node.getAttribute('alt') || '').trim();
  const ids = (node.getAttribute('aria-labelledby') || '').split(' ').filter(Boolean);
  const named = ids.length > 1 && ids.every(id => (document.getElementById(id) || {}).textContent);
  return node.getAttribute('role') !== 'img' || !named;
}).map(node => node.outerHTML.slice(0, 120))
"""


@pytest.mark.parametrize("page", PAGES)
def test_nothing_leaves_the_page_and_nothing_is_complained_of(look, made, page):
    seen = look(made / page)
    assert seen.requests == []
    assert seen.complaints == []


@pytest.mark.parametrize("page", PAGES)
def test_the_page_is_built_of_meaning(look, made, page):
    seen = look(made / page)
    for tag, count in (("h1", 1), ("main", 1), ("body > header", 1), ("body > footer", 1)):
        assert seen.evaluate(f"document.querySelectorAll('{tag}').length") == count, tag
    assert seen.evaluate("document.documentElement.lang") == "en"
    assert seen.evaluate("[...document.scripts].filter(node => node.src).length") == 0
    # the age of the page everywhere; on a report its figures (a front page without acts has no search)
    assert seen.evaluate("document.scripts.length") == (1 if page == "index.html" else 2)
    ids = seen.evaluate("[...document.querySelectorAll('[id]')].map(node => node.id)")
    assert len(ids) == len(set(ids))


def test_the_skip_link_is_first_and_leads_to_the_report(look, made):
    seen = look(made / "sample/report.html")
    assert seen.evaluate("document.querySelector('a').getAttribute('href')") == "#main"
    assert seen.evaluate("document.querySelector('#main').tagName") == "MAIN"


def test_figures_speak_and_tables_have_heads(look, made):
    seen = look(made / "sample/report.html")
    assert seen.evaluate("document.querySelectorAll('figure svg').length") == 1
    assert seen.evaluate(UNNAMED) == []
    bare = "[...document.querySelectorAll('table')].filter(t => !t.querySelector('th')).length"
    assert seen.evaluate(bare) == 0
    right = "getComputedStyle(document.querySelector('#table-widgets td.num')).textAlign"
    assert seen.evaluate(right) == "right"


@pytest.mark.parametrize("page", PAGES)
def test_a_phone_shows_it_without_scrolling_sideways(look, made, page):
    seen = look(made / page, width=PHONE, height=844)
    assert seen.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert seen.evaluate("window.innerWidth") == PHONE


def test_a_table_that_does_not_fit_scrolls_in_its_own_box_and_its_row_names_stay(look, made):
    seen = look(made / "sample/report.html", width=PHONE, height=844)
    box = "document.querySelector('#table-widgets .table-box')"
    seen.evaluate(f"{box}.querySelectorAll('thead th').forEach(node => node.style.minWidth = '12rem')")
    assert seen.evaluate(f"{box}.scrollWidth > {box}.clientWidth")
    assert seen.evaluate(f"getComputedStyle({box}).overflowX") == "auto"
    seen.evaluate(f"{box}.scrollLeft = 100")
    left = "getBoundingClientRect().left"
    assert seen.evaluate(f"{box}.querySelector('tbody th, thead th').{left} - {box}.{left}") == 0


def test_a_table_of_long_texts_is_a_list_on_a_phone_and_each_cell_says_what_it_is(look, made):
    seen = look(made / "sample/report.html", width=PHONE, height=844)
    box = "document.querySelector('table.checks').parentElement"
    assert seen.evaluate(f"{box}.scrollWidth <= {box}.clientWidth")
    said = f"getComputedStyle({box}.querySelector('td'), '::before').content"
    assert "published" in seen.evaluate(said)
    assert look(made / "sample/report.html").evaluate(said) == "none"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("page", PAGES)
def test_all_text_can_be_read_by_day_and_by_night(look, made, page, dark):
    seen = look(made / page, dark=dark)
    ground = seen.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") is not dark
    seen.evaluate("document.querySelectorAll('details').forEach(node => node.open = true)")
    assert seen.evaluate(CONTRAST) == []


def test_figures_turn_dark_with_the_page_but_not_on_paper(look, made):
    style = "getComputedStyle(document.querySelector('figure svg')).filter"
    assert look(made / "sample/report.html").evaluate(style) == "none"
    assert "invert" in look(made / "sample/report.html", dark=True).evaluate(style)
    assert look(made / "sample/report.html", dark=True, media="print").evaluate(style) == "none"


def test_lines_of_prose_are_no_longer_than_a_person_reads(look, made):
    seen = look(made / "sample/report.html", width=1600)
    width = "document.querySelector('main section p').getBoundingClientRect().width"
    letter = (
        "(() => { const s = document.createElement('span'); s.textContent = '0'.repeat(70);"
        " s.style.whiteSpace = 'nowrap';"
        " document.querySelector('main section p').append(s); return s.getBoundingClientRect().width; })()"
    )
    assert seen.evaluate(width) <= seen.evaluate(letter)


def test_paper_shows_the_report_without_what_only_a_screen_needs(look, made):
    seen = look(made / "sample/report.html", media="print")
    for hidden in (".skip", ".code", ".downloads"):
        assert seen.evaluate(f"getComputedStyle(document.querySelector('{hidden}')).display") == "none", (
            hidden
        )
    assert seen.evaluate("document.querySelector('.alarm').checkVisibility()")


@pytest.mark.parametrize(("media", "is_shown"), [("screen", False), ("print", True)])
def test_paper_shows_a_table_that_a_screen_folds(look, made, media, is_shown):
    seen = look(made / "sample/report.html", media=media)
    folded = "<details class=long><summary>40 rows</summary><p id=rows>1</p></details>"
    seen.evaluate(f"document.querySelector('main').insertAdjacentHTML('beforeend', '{folded}')")
    assert seen.evaluate("document.getElementById('rows').checkVisibility()") is is_shown


def test_paper_shows_no_heading_over_a_list_that_is_closed(look, with_acts):
    seen = look(with_acts, media="print")
    assert not seen.evaluate("document.getElementById('acts').checkVisibility()")
    seen.evaluate("document.getElementById('acts-list').open = true")
    assert seen.evaluate("document.getElementById('acts').checkVisibility()")


def built_pages():
    folder = reports_dir(project_root())
    return sorted(folder.glob("index.html")) + sorted(folder.glob("[!.]*/report.html"))


def test_the_search_narrows_the_acts_and_needs_no_pointer(look, with_acts):
    seen = look(with_acts, width=PHONE, height=844)
    assert seen.complaints == []
    shown = "[...document.querySelectorAll('.acts tbody tr')].filter(row => row.checkVisibility()).length"
    assert seen.evaluate("document.getElementById('search').hidden") is False
    ask = "(form => { form.elements.%s.value = %r; form.dispatchEvent(new Event('input')); })(search)"
    seen.evaluate(ask % ("text", "port FEES"))
    narrowed = seen.evaluate(shown)
    assert 0 < narrowed < seen.evaluate("document.querySelectorAll('.acts tbody tr').length")
    told = "document.getElementById('search-told').textContent"
    assert seen.evaluate(told).startswith(f"{narrowed} of ")
    seen.evaluate(ask % ("side", "China"))
    assert 0 < seen.evaluate(shown) < narrowed
    assert seen.evaluate("document.documentElement.scrollWidth") <= PHONE
    reached = (
        "[...document.querySelectorAll('#search :is(input, select, button)')].every(n => n.tabIndex >= 0)"
    )
    assert seen.evaluate(reached)


@pytest.mark.parametrize(
    ("asked", "act_id"),
    [
        ("affiliates", "us_20250930_affiliates_rule"),
        ("50% rule", "us_20250930_affiliates_rule"),
        ("Section 232", "us_20250603_proc10947"),
        ("Section 122", "us_20260220_proc11012"),
        ("de minimis", "us_20250402_eo14256"),
        ("Nvidia", "us_20250409_h20_licence"),
        ("toys", "us_20191218_s301_list4b_suspended"),
        ("soybeans", "both_20251030_busan"),
        ("90 FR 9121", "us_20250201_eo14195"),
    ],
)
def test_a_reader_finds_an_act_by_the_words_they_have(look, with_acts, asked, act_id):
    """An act and what it is about, as its own text has it; or its page in the Federal Register."""
    seen = look(with_acts)
    ask = f"search.elements.text.value = {asked!r}; search.dispatchEvent(new Event('input'));"
    seen.evaluate(ask)
    shown = seen.evaluate(
        "[...document.querySelectorAll('.acts tbody tr')].filter(row => row.checkVisibility())"
        ".map(row => row.id)"
    )
    assert act_id in shown
    assert len(shown) < 40


def test_without_scripts_the_acts_are_a_plain_table_behind_a_fold(look, with_acts):
    seen = look(with_acts, scripts=False)
    assert seen.complaints == []
    assert seen.evaluate("search.checkVisibility()") is False
    rows = "document.querySelectorAll('.acts tbody tr').length"
    assert seen.evaluate(rows) == len(acts(project_root()))
    seen.evaluate("document.getElementById('acts-list').open = true")
    assert seen.evaluate("document.querySelector('.acts tbody tr').checkVisibility()")


@pytest.mark.slow
def test_every_page_the_project_has_built(look):
    pages = built_pages()
    if not pages:
        pytest.skip("no report of the project is built here (make reports)")
    faults = {}
    for path in pages:
        wide, phone = look(path), look(path, width=PHONE, height=844)
        faults[Path(path).parent.name] = [
            *wide.requests,
            *wide.complaints,
            *wide.evaluate(UNNAMED),
            *(["not one h1"] if wide.evaluate("document.querySelectorAll('h1').length") != 1 else []),
            *(["scrolls sideways"] if phone.evaluate("document.documentElement.scrollWidth") > PHONE else []),
            *wide.evaluate(CONTRAST),
        ]
    assert {name: found for name, found in faults.items() if found} == {}


#: Where a reader expects code: not looked at.
_CODE = {"script", "style", "code", "pre", "template", "svg"}
_VOID = {"br", "img", "meta", "link", "input", "source", "hr"}
_MACHINE = re.compile(
    r"\b(?:us|cn|both|imports|exports)_\w+|\b[A-Z]+\d*_[A-Z0-9_]+\b|(?i:\b(?:gymanasium|acces|mch)\b)"
)


class Visible(HTMLParser):
    """The text of a page that a reader sees."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not _CODE & set(self._open):
            self.texts.append(data)


def test_no_built_page_shows_an_id() -> None:
    pages = [
        *reports_dir(project_root()).glob("[!.]*/report.html"),
        *reports_dir(project_root()).glob("*.html"),
    ]
    if not pages:
        pytest.skip("no report of the project is built here (make reports)")
    found = {}
    for path in pages:
        page = Visible()
        page.feed(path.read_text(encoding="utf-8"))
        shown = sorted({match[0] for text in page.texts for match in _MACHINE.finditer(text)})
        if shown:
            found[path.parent.name] = shown
    assert found == {}


#: A slip of punctuation, or a stretch of time as tables of data write it.
_SLIP = re.compile(r",,|[ ]\.(?!\w)|\d\.\.\d|\(\)")


def test_no_built_page_shows_a_raw_value_or_a_slip_of_punctuation() -> None:
    pages = built_pages()
    if not pages:
        pytest.skip("no report of the project is built here (make reports)")
    found = {}
    for path in map(Path, pages):
        text = path.read_text(encoding="utf-8")
        page = Visible()
        page.feed(text)
        slips = [shown for shown in page.texts if _SLIP.search(shown)]
        if slips or 'class="printed"' in text:
            found[path.parent.name] = slips or ["a cell ends in a value that nobody formats"]
    assert found == {}
