"""Say what is left before an edition can be released: the last step of `make release-check`.

Reads versions, changelog, citation and the files of dist/; writes dist/SHA256SUMS and nothing else.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
FILES = ("trucewatch-*[0-9].zip", "trucewatch-*-data.zip", "trucewatch-{version}-*.whl")


def left(root: Path) -> Iterator[str]:
    """Yield what is left to do, in the order of docs/howto/release.md."""
    version = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    package = (root / "src/trucewatch/__init__.py").read_text(encoding="utf-8")
    if f'version = "{version}"' not in package:
        yield f"src/trucewatch/__init__.py: the version is not {version}"
    cited = YAML(typ="safe").load((root / "CITATION.cff").read_text(encoding="utf-8"))
    if cited["version"] != version:
        yield f"CITATION.cff: the version is not {version}"
    changes = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    headed = re.search(rf"^## {re.escape(version)} - (\d{{4}}-\d{{2}}-\d{{2}})$", changes, re.MULTILINE)
    if headed is None:
        yield f"CHANGELOG.md: no heading '## {version} - <day>'"
    elif str(cited.get("date-released")) != headed[1]:
        yield f"CITATION.cff: date-released is not {headed[1]}, as CHANGELOG.md has it"
    unreleased = re.search(r"^## Unreleased\n(.*?)(?=^## |\Z)", changes, re.MULTILINE | re.DOTALL)
    if unreleased and unreleased[1].strip():
        yield f"CHANGELOG.md: what stands under 'Unreleased' belongs under a version newer than {version}"
    for pattern in FILES:
        if not list((root / "dist").glob(pattern.format(version=version))):
            yield f"dist: no {pattern.format(version=version)}; make dist"
    status = git(root, "status", "--porcelain")
    if status is None:
        yield "git: this copy has no history to tag"
    elif status:
        yield "git: commit first, these files differ: " + ", ".join(
            line[3:] for line in status.splitlines()[:5]
        )
    if git(root, "tag", "--list", f"v{version}"):
        yield f"git: the tag v{version} is there already"


def git(root: Path, *arguments: str) -> str | None:
    """Return what git prints, or None where there is no repository."""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.rstrip() if done.returncode == 0 else None


def sums(folder: Path) -> None:
    """Write the hashes of the files to publish beside them."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.glob("trucewatch-*"))
    ]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def main() -> int:
    """Print what is left; return 1 if anything is."""
    found = list(left(ROOT))
    if (ROOT / "dist").is_dir():
        sums(ROOT / "dist")
    print(
        "\n".join(["left before a release:", *(f"  {one}" for one in found)] if found else ["ready to tag"])
    )
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
