"""What another report says of itself: its summary.json, for the reports that tell a story over reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from trucewatch.errors import ReportError
from trucewatch.paths import project_root, reports_dir

#: Builds of the reports that this process has read, by name: what is told over reports carries them.
BUILDS_READ: dict[str, str] = {}


def read_summary(name: str, root: Path | None = None) -> dict[str, Any]:
    """Return the summary of a finished report.

    Keys: `finding`, `headlines` (by key: `value`, `unit`, `definition`, `text`), `data_asof`, `law_asof`,
    `vintages`, `parameters`, `build_id` and what else `Report.close` writes.

    `name`: the report; its summary is reports/<name>/summary.json.

    Raises `ReportError` if the report is not built, or its summary cannot be read.
    """
    root = root or project_root()
    path = reports_dir(root) / name / "summary.json"
    try:
        summary: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = sorted(found.parent.name for found in reports_dir(root).glob("[a-z]*/summary.json"))
        raise ReportError(
            f"the report {name!r} is not built: no {path.relative_to(root)} "
            f"(built: {', '.join(known) or 'none'})",
            remedy="trucewatch build",
        ) from None
    except (OSError, json.JSONDecodeError) as error:
        raise ReportError(
            f"{path.relative_to(root)} cannot be read ({error})", remedy="trucewatch build"
        ) from error
    BUILDS_READ[name] = summary.get("build_id", "")
    return summary
