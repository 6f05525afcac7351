"""Seeded damage to bytes: what disks, editors, spreadsheets and ill will do to a file."""

from __future__ import annotations

import random

JUNK = (
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\r",
    b"\n",
    b"\r\n",
    b",",
    b'"',
    b"'",
    b"\t",
    b" ",
    b"-",
    b"9" * 30,
    b"1e400",
    b"NaN",
    b"inf",
    "٢٥".encode(),
    "\u202e".encode(),
    "−1".encode(),
    b"=1+1",
    b"<script>",
    b"![x](//e)",
    b"!!python/object:os.system",
    b"[" * 50,
    b"{",
    b": ",
    b"- ",
    b"&a *a",
    b"2025-02-30",
    b"9999-12-31",
    b"*",
    b"all",
    b"../../etc/passwd",
    b"x" * 5000,
    b"\x1b[31m",
    b"%s",
    b"{{7*7}}",
    b"null",
    b"true",
)


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Return some bytes with one to three faults."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        at = chance.randrange(len(content) + 1)
        end = min(len(content), at + chance.choice((1, 1, 2, 8, 64)))
        kind = chance.randrange(6)
        if kind == 0:
            content = content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]
        elif kind == 1:
            content = content[:at] + content[end:]
        elif kind == 2:
            content = content[:at] + chance.choice(JUNK) + content[at:]
        elif kind == 3:
            content = content[:end] + content[at:]
        elif kind == 4:
            content = content[:at]
        else:
            content = content[:at] + chance.choice(JUNK) + content[end:]
    return content
