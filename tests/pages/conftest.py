"""Pages to look at: a small made report with its front page, and what the project has built."""

import os

import pytest

from tests.fixtures.report_project import PARAMETERS, make_project
from tests.pages.browser import Page, chromium, executable
from trucewatch.page import run_report
from trucewatch.page.front_page import publish
from trucewatch.paths import project_root


@pytest.fixture(scope="session")
def devtools():
    if executable() is None:
        told = "no Chromium is installed, so no page was looked at (Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    with chromium() as address:
        yield address


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Return the folder of a made front page and report."""
    root = make_project(tmp_path_factory.mktemp("pages") / "project", "sample")
    run_report("sample", PARAMETERS, root / "reports/sample", root)
    return publish(root).parent


@pytest.fixture(scope="session")
def with_acts(tmp_path_factory):
    """Return a front page with the acts of the project's ledger and no report."""
    root = tmp_path_factory.mktemp("acts")
    (root / "data").mkdir()
    for name in ("law", "words"):
        (root / "data" / name).symlink_to(project_root() / "data" / name)
    return publish(root)


@pytest.fixture
def look(devtools):
    """Return a function that opens a page; all are closed afterwards."""
    opened = []

    def open_page(file, **settings):
        opened.append(Page(devtools, file, **settings))
        return opened[-1]

    yield open_page
    for page in opened:
        page.close()
