"""The numbers a report puts forward as a table, the names they go by, and links to files beside a page."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any


def label_of(key: str) -> str:
    """Return the name a reader sees of a machine name; pages spell as Americans do, ids need not."""
    return key.replace("_", " ").replace("realised", "realized")


def headlines_html(headlines: Mapping[str, Mapping[str, Any]], caption: str, csv: str = "") -> str:
    """Return headline numbers as a table: value, unit, day, definition, and a link to the report behind.

    Columns that no number fills are left out.
    """
    has_day, has_source = (any(item.get(key) for item in headlines.values()) for key in ("as_of", "source"))
    head = (
        '<th scope="col">Number</th><th scope="col" class="num">Value</th><th scope="col">Unit</th>'
        + ('<th scope="col">As of</th>' if has_day else "")
        + '<th scope="col" class="wide">Definition</th>'
        + ('<th scope="col">From</th>' if has_source else "")
    )
    rows = []
    for key, item in headlines.items():
        source = item.get("source", "")
        link = f'<a href="../{escape(source)}/report.html">{escape(label_of(source))}</a>' if source else ""
        rows.append(
            f'<tr><th scope="row">{escape(item.get("label") or label_of(key))}</th>'
            f'<td class="num">{escape(item["text"])}</td><td>{escape(item["unit"])}</td>'
            + (f'<td class="day">{escape(item.get("as_of", ""))}</td>' if has_day else "")
            + f'<td class="wide">{escape(item["definition"])}</td>'
            + (f"<td>{link}</td>" if has_source else "")
            + "</tr>"
        )
    downloads = downloads_html({"CSV": csv} if csv else {})
    return (
        f'<div class="table-box" role="region" tabindex="0" aria-label="{escape(caption)}">'
        f'<table class="numbers"><caption><span>{escape(caption)}</span></caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        + (f'<p class="note"><span></span>{downloads}</p>' if downloads else "")
    )


def downloads_html(links: Mapping[str, str]) -> str:
    """Return links to files beside the page, by label; nothing where there are none."""
    items = " ".join(f'<a href="{escape(href)}" download>{label}</a>' for label, href in links.items())
    return f'<span class="downloads">{items}</span>' if items else ""
