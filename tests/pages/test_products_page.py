"""The product page in Chromium and in Firefox: a word, a line, its duty, its sentence."""

import pytest

from tests.pages import firefox as fire
from trucewatch.answers.lookup import lookup

pytestmark = pytest.mark.browser

READY = (
    "new Promise(done => { const wait = () => document.documentElement.dataset.ready ? done(true)"
    " : setTimeout(wait, 50); wait(); })"
)
ASK = (
    "(() => { const form = document.getElementById('ask'); form.elements.text.value = %r;"
    " form.dispatchEvent(new Event('input')); const hits = [...document.querySelectorAll('#hits button')]"
    ".map(node => node.textContent); form.dispatchEvent(new Event('submit', { cancelable: true }));"
    " return { hits, head: document.querySelector('#answer h2')?.textContent,"
    " cite: document.querySelector('#answer .cite')?.textContent,"
    " rows: document.querySelectorAll('#answer details tbody tr').length,"
    " drawn: document.querySelectorAll('#answer svg path').length }; })()"
)


def checked(evaluate):
    """Ask for a toy and for soybeans; what the page says is what a lookup says."""
    assert evaluate(READY) is True
    toys = evaluate(ASK % "toys")
    assert toys["hits"]
    assert toys["head"].startswith("9503.00.00")
    assert f"{float(lookup('9503.00.00').total_pct):g}\N{NO-BREAK SPACE}%" in toys["head"]
    assert "9503.00.00" in toys["cite"]
    assert toys["rows"] > 5
    assert toys["drawn"] == 1
    beans = evaluate(ASK % "soybeans")
    assert any("China's duty" in hit and hit.startswith("1201.90") for hit in beans["hits"])
    assert evaluate(ASK % "no such thing at all")["hits"] == []


@pytest.mark.slow
def test_the_product_page_in_chromium(look, products):
    seen = look(products)
    checked(seen.evaluate)
    assert seen.requests == []
    assert seen.complaints == []


def test_the_product_page_in_firefox(products):
    if fire.executable() is None:
        pytest.skip("no Firefox is installed (Debian: apt-get install firefox-esr)")
    with fire.firefox() as seen:
        seen.open(products)
        checked(seen.evaluate)
