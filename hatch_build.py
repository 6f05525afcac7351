"""Put the law, the names and the tables of the desk into the wheel, so that it answers without a checkout.

An editable install, as a clone has it, reads them where they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Bundle(BuildHookInterface):
    """Adds the files that pyproject.toml lists for this hook, under `trucewatch/bundle`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Map every file to its place; one that is not there stops the build."""
        if version == "editable":
            return
        files = self.config["files"]
        missing = [name for name in files if not (Path(self.root) / name).exists()]
        if missing:
            raise FileNotFoundError(f"not built yet: {', '.join(missing)}. Remedy: make wheel")
        build_data["force_include"].update(
            {name: f"trucewatch/bundle/{name}" for name in self.config["files"]}
        )
