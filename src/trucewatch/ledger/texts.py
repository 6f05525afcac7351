"""Where the text of an act can be read: the Federal Register by its citation, before any other source."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_DOCUMENT = re.compile(r"\bFR Doc\. (\d{4}-\d{4,5})\b")
_PAGE = re.compile(r"\b(\d{2}) FR (\d+)\b")
_REGISTER = "https://www.federalregister.gov"
#: What addresses of the two governments and their courts end with; US customs posts on the third.
_OFFICIAL = (".gov", ".gov.cn", "govdelivery.com")


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


def reported_by(url: str) -> str:
    """Return the host of an address that is no government's or court's own; nothing for theirs, or for none.

    >>> reported_by("https://www.example.org/news"), reported_by("https://www.federalregister.gov/d/2025-02408")
    ('example.org', '')
    """
    host = urlsplit(url).hostname or ""
    return "" if host.endswith(_OFFICIAL) else host.removeprefix("www.")
