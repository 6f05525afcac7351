"""Each command and snippet of README, CONTRIBUTING and docs/ is run here, and prints what the page shows.

Commands that only read run at once, in a folder that looks like the project. All other commands, and the
whole of a page that edits files, run in order in a copy (marked `slow`). What cannot be run stands in
`not_run.py`. `python -m tests.docs` rewrites the outputs of reading commands after a change of the ledger.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.docs.blocks import LANGUAGES, LOOSE, Block, blocks_of, matches, pages
from tests.docs.not_run import BEFORE_A_RELEASE, NOT_RUN, NOT_RUN_PYTHON
from trucewatch.cli import main
from trucewatch.paths import project_root

#: Commands of trucewatch that write nothing but the file they are told to.
READING = frozenset({"lookup", "average", "diff", "calendar", "scenario", "doctor", "vintages"})
#: What a copy of the project leaves out.
LEFT_OUT = shutil.ignore_patterns(
    ".venv", ".git", "tmp", "scratch", "dist", "*_cache", ".hypothesis", "dvc_plots"
)
BLOCKS = {path.relative_to(project_root()).as_posix(): blocks_of(path) for path in pages()}
WALKS = {page for page, blocks in BLOCKS.items() if any(block.is_edit for block in blocks)}


def is_reading(command: str) -> bool:
    words = shlex.split(command, comments=True)
    is_choice = words[1:2] == ["vintages"] and len(words) > 2  # pin and rollback write
    return (
        words[0] == "trucewatch" and words[1] in READING and not is_choice and not set("|>&;") & set(command)
    )


def id_of(value) -> str:
    return value.place if isinstance(value, Block) else re.sub(r"[^\w.=-]+", " ", str(value))[:40].strip()


COMMANDS = [
    (block, command, shown)
    for blocks in BLOCKS.values()
    for block in blocks
    if block.language == "console"
    for command, shown in block.commands()
]
SNIPPETS = [block for blocks in BLOCKS.values() for block in blocks if block.language == "python"]
AT_ONCE = [item for item in COMMANDS if item[0].page not in WALKS and is_reading(item[1])]
OTHERS = [item for item in COMMANDS if item[1] not in NOT_RUN and not is_reading(item[1])]
IN_A_COPY = sorted(WALKS | {block.page for block, _, _ in OTHERS})


def stand_in(folder: Path) -> None:
    """Fill a folder with links to what the project holds, and with a copy of its data."""
    for part in project_root().iterdir():
        if part.name == "data":
            shutil.copytree(part, folder / "data")
        elif part.name not in {"scratch", ".git", ".venv"}:
            (folder / part.name).symlink_to(part)
    (folder / "scratch").mkdir()


@pytest.fixture(scope="module")
def looks_like_the_project(tmp_path_factory):
    """Return a folder in which reading commands find all they need, and can do no harm."""
    folder = tmp_path_factory.mktemp("docs") / "project"
    folder.mkdir()
    stand_in(folder)
    return folder


def printed_by(command: str, folder: Path) -> tuple[int, str]:
    """Return exit code and output of a reading command."""
    result = CliRunner().invoke(main, shlex.split(command, comments=True)[1:])
    return result.exit_code, result.output.replace(f"{folder}/", "").replace(f"{project_root()}/", "")


def check(block: Block, command: str, shown: str, code: int, printed: str) -> None:
    wanted = 2 if shown.startswith("error: ") else 0
    assert code == wanted, f"{block.place}: {command} ended with {code}\n{printed}"
    if shown.strip():
        assert matches(shown, printed), f"{block.place}: {command} does not print that, but\n{printed}"


@pytest.mark.parametrize(("block", "command", "shown"), AT_ONCE, ids=id_of)
def test_a_reading_command_prints_what_is_shown(block, command, shown, looks_like_the_project, monkeypatch):
    monkeypatch.chdir(looks_like_the_project)
    check(block, command, shown, *printed_by(command, looks_like_the_project))


@pytest.mark.parametrize("page", sorted({block.page for block in SNIPPETS} - set(IN_A_COPY)))
def test_the_snippets_of_a_page_run(page, looks_like_the_project, monkeypatch):
    monkeypatch.chdir(looks_like_the_project)
    monkeypatch.setenv("MPLBACKEND", "agg")
    names: dict[str, object] = {"__name__": "__main__"}
    for block in BLOCKS[page]:
        if block.language == "python" and (page, block.text.splitlines()[0]) not in NOT_RUN_PYTHON:
            exec(compile(block.text, block.place, "exec"), names)


@pytest.fixture(scope="session")
def committed(made_once):
    """Return a copy of the project as a checkout, to copy from: committing takes longer than copying."""

    def make(folder):
        shutil.copytree(project_root(), folder, ignore=LEFT_OUT)
        commit(folder)

    return made_once("committed", make)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "left_out"),
    [
        *((page, BEFORE_A_RELEASE.get(page, set())) for page in IN_A_COPY),
        *(pytest.param(page, set(), marks=pytest.mark.exhaustive) for page in BEFORE_A_RELEASE),
    ],
    ids=lambda value: value if isinstance(value, str) else "in part" if value else "whole",
)
def test_a_page_can_be_followed_in_a_copy(page, left_out, tmp_path, committed):
    folder = tmp_path / "trucewatch"
    shutil.copytree(committed, folder)
    for block in BLOCKS[page]:
        if block.is_edit:
            edit(block, folder)
        elif block.language == "python" and (page, block.text.splitlines()[0]) not in NOT_RUN_PYTHON:
            done = run_in(folder, sys.executable, "-c", block.text)
            assert done.returncode == 0, f"{block.place}\n{done.stdout}"
        elif block.language == "console":
            for command, shown in block.commands():
                if command in NOT_RUN or command in left_out:
                    continue
                if page in WALKS or not is_reading(command):
                    done = run_in(folder, "bash", "-c", command)
                    check(block, command, shown, done.returncode, shortened(done.stdout, folder))


def shortened(printed: str, folder: Path) -> str:
    """Return the output with paths as seen from the project; addresses stay."""
    return re.sub(rf"(?<!file://){re.escape(str(folder))}/", "", printed)


def commit(folder: Path) -> None:
    """Make the copy a checkout, which experiments need."""
    git = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org")
    for step in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "-m", "as cloned"]):
        done = run_in(folder, *git, *step)
        assert done.returncode == 0, done.stdout


def edit(block: Block, folder: Path) -> None:
    """Do to the copy what the block shows."""
    how, _, name = block.given.partition("=")
    path = folder / name
    assert how in ("append", "file"), f"{block.place}: write append=<path> or file=<path>"
    if how == "file" and block.language != "diff":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
        return
    before = path.read_text(encoding="utf-8")
    if how == "append":
        path.write_text(before + block.text, encoding="utf-8")
        return
    lines = block.text.splitlines(keepends=True)
    assert all(line[0] in " -+" for line in lines), (
        f"{block.place}: a line of a diff starts with space, - or +"
    )
    old, new = ("".join(line[1:] for line in lines if line[0] in kept) for kept in (" -", " +"))
    assert before.count(old) == 1, f"{block.place}: {name} does not hold this once:\n{old}"
    path.write_text(before.replace(old, new), encoding="utf-8")


def run_in(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("TRUCEWATCH")},
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": str(folder / "src"),
        "MPLBACKEND": "agg",
        "COLUMNS": "200",
    }
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=900,
    )


def test_every_block_is_of_a_kind_that_is_run():
    for blocks in BLOCKS.values():
        for block in blocks:
            assert block.language in LANGUAGES, f"{block.place}: a fence of {block.language!r}"
            if block.language in {"", "text"}:
                assert not LOOSE.search(block.text), f"{block.place}: a command outside a block `console`"


def test_what_is_not_run_stands_on_a_page_and_says_why():
    typed = {command for _, command, _ in COMMANDS}
    starts = {(block.page, block.text.splitlines()[0]) for block in SNIPPETS}
    assert set(NOT_RUN) <= typed
    assert set(NOT_RUN_PYTHON) <= starts
    assert all((*NOT_RUN.values(), *NOT_RUN_PYTHON.values()))
    for page, left_out in BEFORE_A_RELEASE.items():
        assert left_out <= {command for block, command, _ in COMMANDS if block.page == page}, page


def test_links_between_pages_lead_somewhere():
    for path in pages():
        for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
            if not re.match(r"https?:|mailto:|#", target):
                name, _, anchor = target.partition("#")
                found = (path.parent / name).resolve()
                assert found.exists(), f"{path.name}: {target}"
                if anchor and found.suffix == ".md":
                    assert anchor in anchors_of(found), f"{path.name}: {target}"


def anchors_of(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\nb", "a\nb\n", True),
        ("a\nb", "a\nb\nc", False),
        ("a\n…", "a\nb\nc", True),
        ("a\n…\nc", "a\nb\nb\nc", True),
        ("a\n…\nc", "a\nc", True),
        ("a … c", "a b c", True),
        ("a … c", "a b d", False),
        ("…", "", True),
        ("1.5", "1x5", False),
    ],
)
def test_dots_stand_for_what_is_left_out(shown, printed, same):
    assert matches(shown, printed) is same


def test_a_command_can_run_over_lines():
    block = Block("p", 1, "console", "", "$ a \\\n>  b\nout\n> no command\n$ c\n")
    assert block.commands() == [("a \\\n b", "out\n> no command"), ("c", "")]
