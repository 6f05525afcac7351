"""The commands for other doors: mcp."""

from __future__ import annotations

import click


@click.command()
def mcp() -> None:
    """Answer an assistant over standard input and output (Model Context Protocol)."""
    from trucewatch.api.assistants import serve

    serve()
