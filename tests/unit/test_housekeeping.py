"""What surrounds the code: licences, citation, and the hooks that run before a commit."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import nbformat
import pytest
from ruamel.yaml import YAML

from trucewatch.paths import project_root, sources_dir
from trucewatch.sources.sidecar import SUFFIX

#: Keys a citation file must have and may have: Citation File Format 1.2.0, citation-file-format.github.io.
CFF_MUST = {"cff-version", "message", "title", "authors"}
CFF_MAY = CFF_MUST | {
    "abstract", "commit", "contact", "date-released", "doi", "identifiers", "keywords", "license",
    "license-url", "preferred-citation", "references", "repository", "repository-artifact", "repository-code",
    "type", "url", "version",
}  # fmt: skip


def read_yaml(name):
    return YAML(typ="safe").load((project_root() / name).read_text(encoding="utf-8"))


def project_table():
    return tomllib.loads((project_root() / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_citation_file_is_valid_and_of_this_version():
    found = read_yaml("CITATION.cff")
    assert set(found) >= CFF_MUST
    assert set(found) <= CFF_MAY
    assert found["cff-version"] == "1.2.0"
    assert found["type"] in ("software", "dataset")
    assert found["version"] == project_table()["version"]
    assert found["license"] == project_table()["license"]
    assert all(set(author) & {"name", "family-names"} for author in found["authors"])
    assert len(set(found["keywords"])) == len(found["keywords"])
    released = found.get("date-released")
    assert released is None or isinstance(released, date)


def test_the_licence_of_the_code_is_plain():
    text = (project_root() / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("MIT License\n")
    assert text.rstrip().endswith("SOFTWARE.")


def test_every_licence_of_a_bundled_file_is_explained():
    page = (project_root() / "LICENSE-DATA.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| ([^|]+?) \|", page.split("in the sidecars")[1], re.MULTILINE))
    sidecars = sorted(sources_dir().rglob(f"*{SUFFIX}"))
    assert sidecars
    for path in sidecars:
        licence = YAML(typ="safe").load(path.read_text(encoding="utf-8"))["licence"]
        assert licence in explained, f"{path.name}: {licence!r} is not in LICENSE-DATA.md"


def hooks():
    found = read_yaml(".pre-commit-config.yaml")["repos"]
    return [(repo["repo"], hook) for repo in found for hook in repo["hooks"]]


def test_no_hook_fetches_anything():
    assert hooks()
    assert all(repo == "local" and hook["language"] == "system" for repo, hook in hooks())


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """Return a checkout of the project as its files are now, without what is built."""
    folder = tmp_path_factory.mktemp("hooks") / "clone"
    folder.mkdir()
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=project_root(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("a copy without git has no commits to check")
    for name in filter(None, listed.stdout.split("\0")):
        if (project_root() / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(project_root() / name, folder / name)
    run(folder, "git", "init", "--quiet")
    run(folder, "git", "add", "--all")
    return folder


def run(folder, *command):
    """Run a command where no network can be reached."""
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "TRUCEWATCH"))},
        **nowhere,
        "PIP_NO_INDEX": "1",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": str(folder / "src"),
        "PRE_COMMIT_HOME": str(folder.parent / "hooks"),
    }
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_the_hooks_pass_on_a_clone_without_network(clone):
    done = run(clone, "pre-commit", "run", "--all-files", "--color=never")
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("Passed") == len(hooks())


@pytest.mark.slow
def test_the_hooks_stop_what_must_not_be_committed(clone):
    path = clone / "notebooks" / "soybeans.ipynb"
    book = nbformat.read(path, as_version=4)
    code = next(cell for cell in book.cells if cell.cell_type == "code")
    code.outputs = [nbformat.v4.new_output("stream", text="12")]
    book.cells.append(nbformat.v4.new_markdown_cell("Imports fell by 12 %."))
    nbformat.write(book, path)
    (clone / "src" / "trucewatch" / "bad.py").write_text("import os\nx=1\n")
    acts = clone / "data" / "law" / "acts.csv"
    acts.write_text(acts.read_text(encoding="utf-8").replace("in_force", "in_farce", 1), encoding="utf-8")
    params = clone / "params.yaml"
    params.write_text(params.read_text(encoding="utf-8").replace("n_sim: 2000", "n_sim: 5"), encoding="utf-8")
    run(clone, "git", "add", "--all")
    done = run(clone, "pre-commit", "run", "--color=never")
    assert done.returncode == 1
    failed = set(re.findall(r"hook id: (\S+)", done.stdout))
    assert failed == {hook["id"] for _, hook in hooks()}, done.stdout


#: What makes code or objects of text. The places that remain stand in docs/reliability.md with their guard.
CODE_FROM_TEXT = frozenset(
    {"eval", "exec", "query", "system", "popen", "pickle", "cPickle", "dill", "shelve", "marshal"}
)


def test_no_text_becomes_code_in_the_package():
    for path in sorted((project_root() / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = set()
            if isinstance(node, ast.Call):
                names = {getattr(node.func, "id", None), getattr(node.func, "attr", None)}
                assert "shell" not in {word.arg for word in node.keywords}, f"{path}:{node.lineno}"
            elif isinstance(node, ast.Import | ast.ImportFrom):
                names = {name.name.partition(".")[0] for name in node.names} | {getattr(node, "module", None)}
            assert not names & CODE_FROM_TEXT, f"{path}:{node.lineno}"
