"""Notebooks run as by hand: in a fresh kernel, cell by cell, with what stands in them and nothing else."""

import math
import os
import shutil
from html import unescape
from pathlib import Path
from queue import Empty

import nbformat
import pytest
from nbclient import NotebookClient

from trucewatch.paths import project_root

SOURCE = project_root() / "notebooks"
REPORTS = sorted(path.stem for path in SOURCE.glob("*.ipynb"))


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A checkout that shares what is built with this one, and has notebooks and scratch/ of its own."""
    root = tmp_path_factory.mktemp("by hand")
    for name in ("dvc.yaml", "params.yaml"):
        shutil.copy(project_root() / name, root)
    # some reports read what others found
    for name in ("data", "reports", "scenarios", "src"):
        (root / name).symlink_to(project_root() / name)
    shutil.copytree(SOURCE, root / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return root


class Wakeful(NotebookClient):
    """A client that looks for a reply each second.

    What it sends for controls goes over the socket of the replies, and now and then a reply that comes just
    then wakes nobody: it would be read at the timeout of the cell.
    """

    async def async_start_new_kernel_client(self):
        client = await super().async_start_new_kernel_client()
        channel = client.shell_channel
        ask = channel.get_msg

        async def each_second(timeout=None):
            left = math.inf if timeout is None else timeout
            while True:
                try:
                    return await ask(timeout=min(1, left))
                except Empty:
                    left -= 1
                    if left <= 0:
                        raise

        channel.get_msg = each_second
        return client


class Run:
    """A notebook run from top to bottom where it lies, and then one cell more; an error in a cell is raised.

    Attributes
    ----------
    book
        The notebook with its outputs.
    first, then
        All that the answers under controls show after the notebook's own last cell, and in the end.
    """

    def __init__(self, path: Path, more: str = ""):
        self.book = nbformat.read(path, as_version=4)
        self.first = ""
        self._own = len(self.book.cells)
        self.book.cells += [nbformat.v4.new_code_cell(more)] if more else []
        self._client = Wakeful(
            self.book,
            timeout=300,
            kernel_name="python3",
            resources={"metadata": {"path": str(path.parent)}},
            on_cell_executed=self._look,
        )
        self._client.execute()
        self.then = self._answers()

    def _look(self, cell_index, **_):
        if cell_index == self._own - 1:
            self.first = self._answers()

    def _answers(self) -> str:
        texts = []
        for state in self._client.widget_state.values():
            for output in state.get("outputs", ()):
                # a control shows an error in its answer, and the cell goes on
                assert output["output_type"] != "error", output
                data = output.get("data", {})
                texts.append(output.get("text") or data.get("text/html") or data.get("text/plain", ""))
        return unescape("\n".join(texts))


@pytest.fixture(autouse=True)
def as_a_user_has_it(monkeypatch):
    for name in [name for name in os.environ if name.startswith("TRUCEWATCH")]:
        monkeypatch.delenv(name)


#: By notebook: what its answers show at first, the controls that are moved, and what they show then.
MOVES = {
    "product_over_time": (
        ("9503.00.00: ", "Reciprocal"),
        'code.value = "8517.13.00 phones"; side.value = "USA"; value.value = 5000',
        ("8517.13.00: ", "on a value of 5,000"),
    ),
    "two_dates": (
        ("IEEPA_FENT", "Memorandum of 11 April 2025"),
        'side.value = "CHN"',
        ("Average Chinese duty on goods from the United States", "CN_FENT2"),
    ),
    "your_scenario": (
        ('suspend: "S301_TT"', "Cost per household", "The Busan deal"),
        "gone.value = (); added.value = 25; others.value = ('s6_january_2025',)",
        ("rate_pct: 25", "Back to 20 January 2025"),
    ),
    "who_gained": (
        ("▬ Vietnam", "Computer"),
        'partner.value = "MEX"; industry.value = "315"',
        ("▬ Mexico",),
    ),
    "product_from_elsewhere": (
        ("'backpack'", "4202.92.3131 into the United States", "Cambodia"),
        'words.value = "usb cable"; code.value = "8544.42.9090"; only.value = ("CHN", "MEX")',
        ("'usb cable'", "8544.42.9090 into the United States"),
    ),
    "chart_to_publish": (
        ("on 1 January 2025",),
        'which.value = "Duty on toys"; title.value = "Toys"; button.click()',
        ("Toys", "duty_95030000.svg"),
    ),
}


SLOW = ("two_dates", "your_scenario")
#: A report of its own tables, and one that reads what others found: the same calls open and close every one.
BY_HAND = ("soybeans", "brief")


@pytest.mark.pipeline
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(path.stem, marks=pytest.mark.slow if path.stem in SLOW else ())
        for path in sorted((SOURCE / "explore").glob("*.ipynb"))
    ],
)
def test_a_notebook_to_explore_with_runs_and_its_controls_answer(name, checkout):
    path = checkout / "notebooks" / "explore" / f"{name}.ipynb"
    first, move, then = MOVES.get(name, ((), "", ()))
    found = Run(path, move)
    for text in first:
        assert text in found.first, text
    for text in then:
        assert text in found.then, text
        assert text not in found.first, text


@pytest.mark.slow
@pytest.mark.pipeline
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in BY_HAND else pytest.mark.exhaustive) for name in REPORTS],
)
def test_a_report_notebook_runs_by_hand(name, checkout):
    built = project_root() / "reports" / name / "summary.json"
    before = built.stat().st_mtime_ns if built.exists() else None
    found = Run(checkout / "notebooks" / f"{name}.ipynb")
    folder = checkout / "scratch" / name
    assert {"summary.json", "checks.json"} <= {path.name for path in folder.iterdir()}
    assert str(folder) in str(found.book.cells[-1].outputs)
    assert before == (built.stat().st_mtime_ns if built.exists() else None)
