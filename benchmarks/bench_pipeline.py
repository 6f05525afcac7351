"""The pipeline, from a fresh clone."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from benchmarks.measure import Result, command

_STAGE = re.compile(r"^  (.+): done in ([\d.]+) s$", re.MULTILINE)


def main() -> list[Result]:
    """Measure a cold build stage by stage, a no-op and a one-parameter `dvc repro`, in a temporary clone."""
    from tests.pipeline.conftest import fresh_clone

    with tempfile.TemporaryDirectory() as folder:
        root = fresh_clone(Path(folder) / "clone").root

        def cold() -> None:
            for built in (
                "data/raw",
                "data/clean",
                "data/panel",
                "data/rivals",
                "data/inputs",
                "reports",
                ".dvc/cache",
                ".dvc/tmp",
            ):
                shutil.rmtree(root / built, ignore_errors=True)

        def other_parameter() -> None:
            path = root / "params.yaml"
            text = path.read_text()
            seed = int(text.split("seed: ")[1].split()[0])
            path.write_text(text.replace(f"seed: {seed}", f"seed: {seed + 1}"))

        repro = ["dvc", "repro"]
        one = [*repro, "report@trade_flows"]
        whole = command("`trucewatch build`, cold", ["trucewatch", "build"], root, runs=1, before=cold,
                        aim="< 60 s, 1.5 GB", note="stages side by side, one a core")  # fmt: skip
        return [
            whole,
            *_profile(whole.printed),
            command("`trucewatch build`, nothing to do", ["trucewatch", "build"], root, runs=5, aim="< 1 s"),
            command("`dvc repro`, nothing to do", repro, root, runs=5, aim="< 1 s"),
            command("`dvc repro report@trade_flows`, one parameter", one, root, runs=2,
                    before=other_parameter, aim="< 6 s"),
            command("`dvc repro`, the same parameter", repro, root, runs=1, before=other_parameter,
                    note="also brief, claim check and front page, which say what the report says"),
        ]  # fmt: skip


def _profile(printed: str) -> list[Result]:
    """Return the seconds of every stage from what a build said, longest first; one stage a core at a time."""
    stages = {name: float(seconds) for name, seconds in _STAGE.findall(printed)}
    whole = sum(stages.values())
    return [
        Result(f"of it {name}", [seconds], note=f"{seconds / whole:.0%} of the seconds of all stages")
        for name, seconds in sorted(stages.items(), key=lambda item: -item[1])
    ]
