"""Reports: the hand a notebook writes with, the runner behind it, the page in front.

A notebook needs `open_report` alone. Each name is loaded on first use: the kernel of a notebook has no need
of the machinery that runs it, nor that of pandas and figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trucewatch.page.book import Report, open_report
    from trucewatch.page.runner import run_report

__all__ = ["Report", "open_report", "run_report"]


def __getattr__(name: str) -> Any:
    if name == "run_report":
        from trucewatch.page import runner

        return runner.run_report
    if name in ("Report", "open_report"):
        from trucewatch.page import book

        return getattr(book, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
