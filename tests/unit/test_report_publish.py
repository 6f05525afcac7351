"""The front page lists what exists."""

import base64
import csv
import hashlib
import json
import re
import shutil
from urllib.parse import urlsplit

import pytest

from trucewatch.errors import LedgerError, ReportError
from trucewatch.ledger import seal
from trucewatch.ledger.hand_kept import ACT_WORDS, read_kept
from trucewatch.page.front_page import acts, publish
from trucewatch.paths import project_root


def add(root, name, *, failed=0, headlines=None, data_asof="2026-08", figures=(), tables=()):
    folder = root / "reports" / name
    folder.mkdir(parents=True)
    summary = {
        "report": name,
        "title": f"About {name}",
        "finding": f"Finding of {name} & more.",
        "headlines": headlines or {},
        "checks": {"passed": 3, "failed": failed, "other": 1},
        "causes": [{"publisher": "Bureau", "note": "another <base>"}] * failed,
        "data_asof": data_asof,
        "law_asof": "2026-11-09",
        "vintages": [{"table": "t", "data_asof": data_asof, "sources": [{"producer": "Bureau"}]}],
        "citation": f"trucewatch (2026): About {name}.",
        "build_id": "0123abcd",
        "tables": [{"name": table, "caption": f"Table {table}"} for table in tables],
        "figures": [
            {"name": figure, "title": "Title", "subtitle": "", "alt": "Alt <b>", "note": ""}
            for figure in figures
        ],
    }
    (folder / "summary.json").write_text(json.dumps(summary))
    (folder / "report.html").write_text("<html></html>")


KEY = {"gap_usd": {"value": -210.4, "unit": "US$ bn", "definition": "Gap", "text": "−210.4"}}


DAY = {"value": "2027-01-10", "unit": "", "definition": "Next cliff", "text": "2027-01-10"}


def test_with_no_report_the_page_says_so(tmp_path):
    assert "No report has been built yet" in publish(tmp_path).read_text()
    assert json.loads((tmp_path / "reports/metrics.json").read_text()) == {}


def test_one_report_is_enough(tmp_path):
    add(tmp_path, "trade_flows", headlines=KEY)
    page = publish(tmp_path).read_text()
    for part in (
        "Finding of trade_flows &amp; more.",
        "−210.4",
        "all 3 checks passed",
        "trade_flows/report.html",
    ):
        assert part in page
    assert "data to August 2026 (Bureau)" in page
    assert page.count("<h1") == 1


def test_reports_stand_in_reading_order_and_strangers_last(tmp_path):
    for name in ("trade_flows", "aardvark", "brief", "tariff_timeline"):
        add(tmp_path, name)
    page = publish(tmp_path).read_text()
    places = [page.index(f'id="{name}"') for name in ("brief", "tariff_timeline", "trade_flows", "aardvark")]
    assert places == sorted(places)


def test_failed_checks_are_told_at_the_top_and_at_the_report(tmp_path):
    add(tmp_path, "brief")
    add(tmp_path, "trade_flows", failed=2)
    page = publish(tmp_path).read_text()
    assert page.index("2 of 8 checks against published numbers failed") < page.index("<main")
    assert "3 of 5 checks passed" in page


def test_a_failed_check_is_one_clause_and_its_cause_is_folded(tmp_path):
    add(tmp_path, "trade_flows", failed=1)
    page = publish(tmp_path).read_text()
    clause, _, folded = page.partition("checks against published numbers failed")[2].partition("</summary>")
    assert " ".join(clause.split()) == "</strong>: About trade_flows against Bureau"
    assert "Bureau: another &lt;base&gt;" in folded.partition("</details>")[0]


def test_the_brief_says_how_to_cite_it(tmp_path):
    add(tmp_path, "brief")
    page = publish(tmp_path).read_text()
    assert '<span class="cite">trucewatch (2026): About brief. Build 0123abcd.</span>' in page


def test_a_question_names_the_commands_for_the_readers_own_case(tmp_path):
    add(tmp_path, "tariff_timeline")
    page = publish(tmp_path).read_text()
    assert "<code>trucewatch lookup 9503.00.00 --on 2026-11-09</code>" in page
    assert "<code>trucewatch diff 2025-11-09 2026-11-09</code>" in page
    assert "trucewatch scenario" not in page, "a question without a report has no commands either"


def test_metrics_are_numbers_by_report(tmp_path):
    add(tmp_path, "brief", headlines=KEY | {"next_cliff": DAY})
    publish(tmp_path)
    found = json.loads((tmp_path / "reports/metrics.json").read_text())
    assert found == {"brief": {"gap_usd": -210.4, "checks": {"passed": 3, "failed": 0, "other": 1}}}


def test_staged_and_failed_reports_are_not_listed(tmp_path):
    add(tmp_path, ".trade_flows.abc")
    assert "No report" in publish(tmp_path).read_text()


def test_a_torn_report_is_named(tmp_path):
    add(tmp_path, "brief")
    (tmp_path / "reports/brief/summary.json").write_text("{")
    with pytest.raises(ReportError, match="trucewatch build"):
        publish(tmp_path)


def test_a_headline_names_its_day_and_links_its_source(tmp_path):
    told = {"label": "Gap now", "as_of": "2026-07", "source": "trade_flows"}
    add(tmp_path, "brief", headlines={"gap_usd": KEY["gap_usd"] | told})
    page = publish(tmp_path).read_text()
    card = page[page.index('class="cards"') :]
    for part in ("Gap now", "−210.4", "July 2026", 'href="trade_flows/report.html"'):
        assert part in card


def test_the_story_has_its_order_and_no_empty_question(tmp_path):
    for name in ("claim_check", "scenarios", "tariff_timeline", "rare_earths", "phase_one", "brief"):
        add(tmp_path, name)
    page = publish(tmp_path).read_text()
    asked = [
        "What was promised",
        "What happened",
        "What is the law",
        "What would a break",
        "What did the news",
    ]
    places = [page.index(f">{question}") for question in asked]
    assert places == sorted(places)
    assert page.index('id="brief"') < places[0]
    assert "How did trade answer" not in page


def test_the_story_opens_with_what_the_truce_promised(tmp_path):
    """Joint Statement of Geneva, 12 May 2025; fact sheet of the White House, 1 November 2025."""
    add(tmp_path, "phase_one")
    assert 'class="terms"' not in publish(tmp_path).read_text()
    (tmp_path / "data").mkdir()
    (tmp_path / "data/law").symlink_to(project_root() / "data/law")
    page = publish(tmp_path).read_text()
    terms = page[page.index('class="terms"') : page.index('id="phase_one"')]
    for part in (
        "12 May 2025",
        "115 points",
        "90 days",
        "30 October 2025",
        "Kuala Lumpur",
        "12 million tonnes",
    ):
        assert part in terms
    assert terms.index("Geneva") < terms.index("Busan")


def test_the_first_figure_is_shown_small_with_its_size_and_words(tmp_path):
    add(tmp_path, "trade_flows", figures=("gap", "other"))
    folder = tmp_path / "reports/trade_flows/figures"
    folder.mkdir()
    (folder / "gap.svg").write_text("<svg/>")
    (folder / "gap.png").write_bytes(PNG_3_BY_2)
    page = publish(tmp_path).read_text()
    assert 'src="trade_flows/figures/gap.svg" width="3" height="2"' in page
    assert 'alt="Title. Alt &lt;b&gt;"' in page
    assert 'href="trade_flows/report.html#figure-gap"' in page


#: The signature, then the head chunk: length, name, width 3, height 2.
PNG_3_BY_2 = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00\x00\x00\x03" + b"\x00\x00\x00\x02"


def test_downloads_name_the_files_that_are_there(tmp_path):
    add(tmp_path, "trade_flows", tables=("annual", "lost"))
    folder = tmp_path / "reports/trade_flows/tables"
    folder.mkdir()
    (folder / "annual.csv").write_text("a\n1\n")
    page = publish(tmp_path).read_text()
    assert '<a href="trade_flows/tables/annual.csv" download>CSV</a>' in page
    assert "Table lost" not in page
    assert "trade_flows.xlsx" not in page


def test_only_the_script_of_the_page_may_run_and_none_without_acts(tmp_path):
    page = publish(tmp_path).read_text()
    assert "<script" not in page
    assert "script-src" not in page
    (tmp_path / "data").mkdir()
    (tmp_path / "data/law").symlink_to(project_root() / "data/law")
    page = publish(tmp_path).read_text()
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page


def test_every_act_of_the_ledger_is_listed_the_newest_first():
    listed = acts(project_root())
    with (project_root() / "data/law/acts.csv").open(encoding="utf-8", newline="") as handle:
        kept = {row["act_id"]: row for row in csv.DictReader(handle)}
    assert {row["act_id"] for row in listed} == set(kept)
    days = [row["day"] for row in listed]
    assert days == sorted(days, reverse=True)
    assert all(row["doubt"] for row in listed if kept[row["act_id"]]["confidence"] == "unverified")


def test_every_word_for_an_act_is_of_an_act_of_the_ledger():
    with (project_root() / "data/law/acts.csv").open(encoding="utf-8", newline="") as handle:
        kept = {row["act_id"] for row in csv.DictReader(handle)}
    assert not {row.act_id for row in read_kept(ACT_WORDS, project_root())} - kept


def test_every_act_leads_to_the_federal_register_where_its_citation_tells_the_page():
    listed = {row["act_id"]: row for row in acts(project_root())}
    # 90 FR 9121: the order of 1 February 2025; FR Doc. 2022-21658: the rule of October 2022
    assert listed["us_20250201_eo14195"]["url"] == "https://www.federalregister.gov/citation/90-FR-9121"
    assert listed["us_20221013_bis_adv_computing"]["url"] == "https://www.federalregister.gov/d/2022-21658"
    cited = [row for row in listed.values() if re.search(r"\d\d FR \d|FR Doc. 2", row["citation"])]
    assert all("federalregister.gov" in row["url"] for row in cited)


def test_an_act_without_a_public_address_says_so(tmp_path):
    with_act(tmp_path, url="", citation="Announcement 1")
    assert "Announcement 1; no text linked" in publish(tmp_path).read_text()


def test_a_page_of_the_press_is_not_linked_as_the_text(tmp_path):
    with_act(tmp_path, url="https://www.example.org/news", citation="Announcement 1")
    told = 'Announcement 1; no official text linked, reported by <a href="https://www.example.org/news">example.org</a>'
    assert told in publish(tmp_path).read_text()


@pytest.mark.parametrize(
    "url",
    [
        "https://www.supremecourt.gov/opinions/25pdf/24-1287_4gcj.pdf",
        "https://gss.mof.gov.cn/gzdt/zhengcefabu/202511/t20251105_3975756.htm",
        "https://content.govdelivery.com/accounts/USDHSCBP/bulletins/4126a9c",
    ],
)
def test_the_address_of_a_court_or_government_is_the_text(tmp_path, url):
    with_act(tmp_path, url=url, citation="Announcement 1")
    assert f'<a href="{url}">Announcement 1</a>' in publish(tmp_path).read_text()


#: Sites that pass on other people's texts without editing them, or did so for a number of ours once.
REPOSTERS = {
    "am1.news", "archive.ph", "factually.co", "goldsea.com", "news-pravda.com", "oscemaster.com",
    "particle.news", "redcensor.com", "threadreaderapp.com", "voice.lapaas.com",
}  # fmt: skip


@pytest.mark.parametrize("file", ["data/law/acts.csv", "data/benchmarks/published.csv"])
def test_no_act_and_no_published_number_links_to_a_site_that_reposts(file):
    with (project_root() / file).open(encoding="utf-8", newline="") as handle:
        hosts = {urlsplit(row["url"]).netloc.removeprefix("www.") for row in csv.DictReader(handle)}
    assert not hosts & REPOSTERS


HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>' + "A" * 5_000


def with_act(root, **cells):
    """Give the project a ledger whose first act has other cells."""
    shutil.copytree(project_root() / "data/law", root / "data/law")
    path = root / "data/law/acts.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    rows[0].update(cells)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    seal.seal(root / "data/law")


def test_hostile_words_of_an_act_do_nothing_on_the_page(tmp_path):
    with_act(tmp_path, title=HOSTILE, note=HOSTILE, citation=HOSTILE)
    page = publish(tmp_path).read_text()
    assert "&lt;script&gt;alert" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert page.count("<script>") == 1, "only the page's own search"


def test_an_address_that_is_no_web_page_is_refused(tmp_path):
    with_act(tmp_path, url="javascript:alert(1)")
    with pytest.raises(LedgerError, match=r"acts\.csv, row 2, column url"):
        publish(tmp_path)
