"""Reports: the hand a notebook writes with, the runner behind it, the page in front.

A notebook needs `open_report` alone. `run_report` is loaded on first use: the kernel of a notebook has no
need of the machinery that runs it.
"""

from __future__ import annotations

from typing import Any

from trucewatch.page.book import Report, open_report

__all__ = ["Report", "open_report", "run_report"]


def __getattr__(name: str) -> Any:
    if name == "run_report":
        from trucewatch.page.runner import run_report

        return run_report
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
