"""The command `dist`: the built pages in one zip, for readers who never run code.

Exit codes: 0 packed; 1 nothing to pack, or a link leads nowhere; 2 unusable input.
"""

from __future__ import annotations

from pathlib import Path

import click


@click.command(
    epilog="Exit codes: 0 packed, 1 nothing to pack or a link leads nowhere, 2 --out cannot be written."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="A folder, or the path of the zip (ends in .zip). Default: dist/ of the project.",
)
def dist(out: Path | None) -> None:
    """Pack pages, tables and figures into one zip that opens anywhere."""
    from trucewatch.page.dist import pack

    packed = pack(out)
    click.echo(
        f"{packed.path}: {packed.files} files, {packed.size / 1e6:.1f} MB "
        f"({packed.unpacked / 1e6:.1f} MB unpacked)"
    )
