"""The folder of a report: how the runner tells a notebook of it, and how its JSON is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from trucewatch.paths import write_whole

#: Set by the runner: the folder a report writes into, the tables its notebook names, the settings changed.
FOLDER_VARIABLE = "TRUCEWATCH_REPORT_DIR"
TABLES_VARIABLE = "TRUCEWATCH_REPORT_TABLES"
CHANGED_VARIABLE = "TRUCEWATCH_REPORT_CHANGED"


def write_json(path: Path, value: Any) -> None:
    """Write JSON that reads well in a diff and is the same from build to build."""
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
    write_whole(path, text + "\n")
