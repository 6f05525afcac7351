"""Read statutory lists of codes out of the U.S. notes to chapter 99 of the tariff schedule.

The notes are the law's own lists: a note number, then subdivisions such as ``16(c)(vi)``, then columns of
codes. Functions here take the text and give codes; they read no file and know no rate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from trucewatch.errors import LedgerError

_CODE = re.compile(r"(?<![\d.])(\d{4})\.(\d{2})(?:\.(\d{2})(\d{2})?)?(?![\d.]*\d)")
_HEADING = re.compile(r"(?<!\S)\d{4}(?!\S)")
_ROMAN = [
    tens + ones
    for tens in ("", "x", "xx")
    for ones in ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
][1:]
_REFERENCE = re.compile(r"(and|or|of|through|to|in|are|is|above|below)\b|[,;.)]")
_PAGE_FURNITURE = re.compile(
    r"Harmonized Tariff Schedule of the United States|Annotated for Statistical Reporting|"
    r"^\s*XXII\s*$|^\s*99\s*-\s*[IVX]+\s*-\s*\d+\s*$"
)


def note_text(text: str, note: str) -> str:
    """Return the part of the notes that one reference names.

    Parameters
    ----------
    text
        Plain text of the U.S. notes to subchapter III of chapter 99, or of the note alone.
    note
        Reference such as ``"16"``, ``"16(c)"`` or ``"2(v)(iii)(a)"``. The last note of that number is taken,
        as the short notes of the earlier subchapters carry the same numbers.

    Raises
    ------
    LedgerError
        If the text does not hold the note or one of its subdivisions.
    """
    number, *labels = re.findall(r"^\d+|(?<=\()[^)]+", note)
    lines = [line for line in text.splitlines() if not _PAGE_FURNITURE.search(line)]
    part = _note_lines(lines, int(number), note)
    for depth, label in enumerate(labels):
        part = _subdivision(part, label, depth, note)
    return "\n".join(part)


def note_codes(text: str, note: str = "16(c)") -> list[str]:
    """Return the tariff codes a note lists, as digits, sorted and without repeats.

    Parameters
    ----------
    text
        Plain text of the U.S. notes, see `note_text`.
    note
        Reference of the note, down to the subdivision whose list is wanted.

    Returns
    -------
    list of str
        Codes of 4, 6, 8 or 10 digits. Chapters 98 and 99 are left out: a note names headings of those
        chapters to say how they meet, not what they cover. A bare four-digit heading counts only on a line of
        codes alone.

    Raises
    ------
    LedgerError
        If the note is not in the text.
    """
    found: set[str] = set()
    for line in note_text(text, note).splitlines():
        found.update("".join(filter(None, groups)) for groups in _CODE.findall(line))
        rest = _CODE.sub(" ", line)
        if rest.strip() and re.fullmatch(r"[\d\s]*", rest):
            found.update(_HEADING.findall(rest))
    return sorted(code for code in found if code[:2] not in ("98", "99"))


def _note_lines(lines: list[str], number: int, note: str) -> list[str]:
    starts = [i for i, line in enumerate(lines) if re.match(rf"{number}\.(\s|$)", line)]
    # Numbered items inside a note look like notes ("1. Other printed books"): those of interest open with
    # "(a)" on the same line or stand alone on theirs.
    starts = [i for i in starts if re.match(rf"{number}\.\s*(\(a\).*|\[.*)?$", lines[i])]
    if not starts:
        raise _missing(note, f"{number}.")
    start = starts[-1]
    for end in range(start + 1, len(lines)):
        following = re.match(r"(\d+)\.\s*(\(a\)|\[|$)", lines[end])
        if following and number < int(following[1]) <= number + 10:
            return lines[start:end]
    return lines[start:]


def _subdivision(lines: list[str], label: str, depth: int, note: str) -> list[str]:
    pattern = re.compile(rf"(?:^|(?<=\s))\(?{label}\)(?=\s|$)")
    start = next((i for i, line in enumerate(lines) if _opens(line, pattern)), None)
    if start is None:
        raise _missing(note, f"({label})")
    for successor in _successors(label, depth):
        pattern = re.compile(rf"(?:^|(?<=\s))\({successor}\)(?=\s|$)")
        for end in range(start + 1, len(lines)):
            if _opens(lines[end], pattern):
                return lines[start:end]
    return lines[start:]


def _opens(line: str, pattern: re.Pattern[str]) -> bool:
    """Tell whether a line opens a subdivision: its label leads the line, or follows the label above it."""
    lead = re.match(r"\s*(?:\d+\.\s*)?((?:\(?[0-9a-z]+\)\s*)+)(.*)", line)
    # "(vvv) and (www) of this note" is a reference that a line break has brought to the front
    return bool(lead and not _REFERENCE.match(lead[2]) and pattern.search(lead[1].rstrip() + " "))


def _successors(label: str, depth: int) -> Iterator[str]:
    """Yield the labels that may follow: letters at the first and third level, Roman numerals between."""
    if depth % 2 and label in _ROMAN[:-1]:
        yield _ROMAN[_ROMAN.index(label) + 1]
    elif label == "z":
        yield "aa"
    elif label.isalpha():
        yield label[:-1].replace(label[-1], chr(ord(label[-1]) + 1)) + chr(ord(label[-1]) + 1)


def _missing(note: str, label: str) -> LedgerError:
    return LedgerError(
        f"the text holds no {label} on the way to note {note}",
        remedy="give the text of the U.S. notes to subchapter III of chapter 99, or a reference it contains",
        value=note,
    )
