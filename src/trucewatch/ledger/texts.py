"""Where the text of an act can be read: the Federal Register by its citation, before any other source."""

from __future__ import annotations

import re

_DOCUMENT = re.compile(r"\bFR Doc\. (\d{4}-\d{4,5})\b")
_PAGE = re.compile(r"\b(\d{2}) FR (\d+)\b")
_REGISTER = "https://www.federalregister.gov"


def address_of_text(citation: str, url: str) -> str:
    """Return the address of the text itself where the citation tells it, else the source given, if any.

    >>> address_of_text("90 FR 9121", "https://example.org/a-newsletter")
    'https://www.federalregister.gov/citation/90-FR-9121'
    """
    if found := _DOCUMENT.search(citation):
        return f"{_REGISTER}/d/{found[1]}"
    if found := _PAGE.search(citation):
        return f"{_REGISTER}/citation/{found[1]}-FR-{found[2]}"
    return url
