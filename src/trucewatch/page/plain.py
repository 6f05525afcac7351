"""Words of the data on a page: text, never markup.

Titles, notes and citations are typed by hand or fetched, and end up in prose that is read as Markdown, on a
page and in a notebook that has no content policy. `plain` keeps their every letter; `harmless` is the net
beneath it: whatever prose is shown, it can hold no picture, no tag, and no link but to a page of the project
or to an address that the package knows.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from html.parser import HTMLParser

# A colon before // too: notebooks make a link of every bare address.
_MARKS = re.compile(r"[\\`*_{}\[\]<>#|~!$&]|:(?=//)")
_OWN_PAGE = re.compile(r"#[\w-]+|(\.\./)*([\w-]+/)*[\w-]+\.(html|md|csv|ipynb)(#[\w-]+)?")
# An even number of backslashes escapes nothing but themselves.
_BARE = r"(?P<before>(?<!\\)(?:\\\\)*)"
_TAG = re.compile(_BARE + r"<(?=[A-Za-z/!?])")
_DOLLAR = re.compile(_BARE + r"\$")
_PICTURE = re.compile(_BARE + r"!(?=\[)")
_LINK = re.compile(_BARE + r"\]\(\s*(?P<to><[^>\n]*>|[^\s)]*)")
_REFERENCE = re.compile(_BARE + r"\](?=\s?\[(?!\^))")
_DEFINITION = re.compile(r"^(?P<before>[ >]*)\[(?!\^)(?=[^\]\n]*\]:)", re.MULTILINE)
_ADDRESS = re.compile(r"(?P<before>\b[A-Za-z][A-Za-z0-9+.-]*):(?P<rest>//[^\s()<>\[\]]*)")

#: Tags that would run something, or fetch it from elsewhere.
_FOREIGN_TAGS = frozenset({"script", "iframe", "object", "embed", "link", "base", "form", "meta"})
_FETCHING = frozenset(
    {"src", "srcset", "href", "xlink:href", "poster", "action", "formaction", "background", "data"}
)
_MAY_LEAD = frozenset({"a"})
# MathJax passes over what has this class; the blank lines let Markdown inside be Markdown.
_BEFORE, _AFTER = '<div class="mathjax_ignore">\n\n', "\n\n</div>"


def plain(text: object) -> str:
    """Return words of the data as Markdown that shows them letter by letter."""
    return _MARKS.sub(r"\\\g<0>", " ".join(str(text).split()))


def harmless(markdown: str, addresses: Collection[str] = ()) -> str:
    """Return Markdown in which pictures, tags, formulas and foreign links are shown as the text they are.

    `markdown`: prose of a report, with words of the data in it; `addresses`: web addresses it may link to.
    """

    def link(found: re.Match[str]) -> str:
        to = found["to"].strip("<>")
        if _OWN_PAGE.fullmatch(to) or to in addresses:
            return found[0]
        return f"{found['before']}\\{found[0].removeprefix(found['before'])}"

    def address(found: re.Match[str]) -> str:
        return found[0] if found[0] in addresses else f"{found['before']}\\:{found['rest']}"

    text = _DOLLAR.sub(r"\g<before>\$", markdown)
    text = _PICTURE.sub(r"\g<before>\!", text)
    text = _TAG.sub(r"\g<before>\<", text)
    text = _LINK.sub(link, text)
    text = _REFERENCE.sub(r"\g<before>\]", text)
    text = _DEFINITION.sub(r"\g<before>\[", text)
    return _ADDRESS.sub(address, text)


def as_shown(content: str) -> str:
    """Return HTML or Markdown as a notebook shall show it: what is between two dollars is no formula.

    Notebooks look for formulas in what they have rendered, where an escaped dollar is as good as any other.
    """
    return f"{_BEFORE}{content}{_AFTER}"


def as_written(shown: str) -> str:
    """Return the HTML or Markdown that `as_shown` was given."""
    return shown.removeprefix(_BEFORE).removesuffix(_AFTER)


def foreign_part(html: str) -> str:
    """Return the first tag or attribute of HTML that would run or fetch something; "" if there is none.

    Only tags are looked at: the same letters as text do nothing.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = ""
        self._is_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_style = tag == "style"
        faults = [f"<{tag}>"] if tag in _FOREIGN_TAGS else []
        for name, value in attrs:
            text = (value or "").strip()
            if name.startswith("on"):
                faults.append(f"{name}=")
            elif name in _FETCHING and not _is_harmless(tag, text):
                faults.append(f'{name}="{text[:60]}"')
            elif name == "style" and _style_fetches(text):
                faults.append("a style that fetches")
        self.found = self.found or next(iter(faults), "")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the base class names it
        self._is_style = False

    def handle_data(self, data: str) -> None:
        if self._is_style and _style_fetches(data):
            self.found = self.found or "a style that fetches"


def _is_harmless(tag: str, address: str) -> bool:
    """Whether an address loads nothing from elsewhere, or is a link that a reader must follow by hand."""
    squeezed = re.sub(r"[\x00-\x20]", "", address).lower()
    if tag in _MAY_LEAD:
        return squeezed.startswith(("https://", "http://", "#")) or ":" not in squeezed.partition("/")[0]
    return squeezed.startswith(("data:image/", "#"))


def _style_fetches(text: str) -> bool:
    return bool(re.search(r"@import|url\(\s*[\"']?(?!data:|#)|expression\(", text, re.IGNORECASE))
