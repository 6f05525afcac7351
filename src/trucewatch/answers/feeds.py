"""Feeds: what lapses next as iCalendar, acts and corrections as Atom. The same law gives the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from xml.etree import ElementTree

from trucewatch import HOME, __version__
from trucewatch.answers.calendar import Cliff, calendar
from trucewatch.answers.notes import NOT_A_RULING, number
from trucewatch.ledger.hand_kept import CORRECTIONS, Correction, read_kept
from trucewatch.ledger.ledger import Ledger
from trucewatch.ledger.schema import ALL_CODES, Act
from trucewatch.paths import write_whole

CALENDAR, FEED = "cliffs.ics", "feed.xml"
_ATOM = "http://www.w3.org/2005/Atom"
_TAG = "tag:github.com,2026:trucewatch/trucewatch"
_ENTRIES = 60


@dataclass(frozen=True)
class News:
    """One entry of the feed: an act or a correction, the day it became known, and its text."""

    key: str
    on: date
    title: str
    text: str
    url: str = HOME


def write_feeds(law: Ledger, root: Path, folder: Path) -> list[Path]:
    """Write both feeds of a project beside its front page; return their paths."""
    texts = {CALENDAR: ics(calendar(ledger=law).cliffs, law), FEED: atom(news(law, root), law)}
    for name, text in texts.items():
        write_whole(folder / name, text)
    return [folder / name for name in texts]


def news(law: Ledger, root: Path) -> list[News]:
    """Return the acts that are known and the corrections, newest first."""
    dated = [(act, act.stands_on) for act in law.acts]
    found = [_of_act(act, on) for act, on in dated if on is not None]
    found += [_of_correction(row) for row in read_kept(CORRECTIONS, root)]
    return sorted(found, key=lambda item: (-item.on.toordinal(), item.key))


def _of_act(act: Act, on: date) -> News:
    days = [f"In effect from {act.date_effective}."] if act.date_effective else []
    days += [f"Ended on {act.date_ended}."] if act.date_ended else []
    said = [act.detail, *days, f"{act.side}, {act.status}, {act.confidence}.", act.citation or act.source]
    return News(f"act/{act.act_id}", on, act.title, " ".join(filter(None, said)), act.url or HOME)


def _of_correction(row: Correction) -> News:
    where = "every product" if row.codes == ALL_CODES else f"codes {row.codes}"
    text = f"{row.detail} Touches {where} of {row.importer}. Since edition {row.since_edition}."
    return News(f"correction/{row.correction_id}", row.on, f"{row.kind.title()}: {row.title}", text)


def atom(entries: Iterable[News], law: Ledger, title: str = "trucewatch: acts and corrections") -> str:
    """Return the newest entries as an Atom feed (RFC 4287)."""
    shown = list(entries)[:_ENTRIES]
    feed = ElementTree.Element("feed", xmlns=_ATOM)
    _add(feed, "id", _TAG)
    _add(feed, "title", title)
    _add(feed, "subtitle", f"Law as of {law.law_asof}. {NOT_A_RULING}")
    _add(feed, "updated", _moment(max([law.law_asof, *(item.on for item in shown)])))
    _add(_add(feed, "author"), "name", "The trucewatch authors")
    ElementTree.SubElement(feed, "link", rel="alternate", href=HOME)
    _add(feed, "generator", "trucewatch", version=__version__)
    for item in shown:
        entry = _add(feed, "entry")
        _add(entry, "id", f"{_TAG}/{item.key}")
        _add(entry, "title", item.title)
        _add(entry, "updated", _moment(item.on))
        ElementTree.SubElement(entry, "link", rel="alternate", href=item.url)
        _add(entry, "summary", item.text)
    ElementTree.indent(feed)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(feed, encoding="unicode") + "\n"


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, name, attributes)
    child.text = "".join(letter for letter in text if letter.isprintable()) or None
    return child


def _moment(day: date) -> str:
    return f"{day}T00:00:00Z"


def ics(cliffs: Iterable[Cliff], law: Ledger, title: str = "trucewatch: what lapses next") -> str:
    """Return cliffs as events of a whole day (RFC 5545)."""
    import icalendar

    book = icalendar.Calendar()
    book.add("prodid", f"-//trucewatch//{__version__}//EN")
    book.add("version", "2.0")
    book.add("name", title)
    book.add("x-wr-calname", title)
    sources = {act.act_id: act.url for act in law.acts}
    for cliff in cliffs:
        event = icalendar.Event()
        key = f"{cliff.on}|{cliff.side}|{cliff.kind}|{cliff.title}|{cliff.act_id}|{cliff.what}"
        event.add("uid", f"{hashlib.sha256(key.encode()).hexdigest()[:24]}@trucewatch")
        event.add("dtstamp", datetime.combine(law.law_asof, time(), UTC))
        event.add("dtstart", cliff.on)
        event.add("summary", f"{cliff.side}: {cliff.title}, {cliff.kind}")
        event.add("description", _description(cliff, law))
        event.add("categories", [cliff.side, cliff.kind])
        event.add("transp", "TRANSPARENT")
        if sources.get(cliff.act_id):
            event.add("url", sources[cliff.act_id])
        book.add_component(event)
    text: str = book.to_ical().decode()
    return text


def _description(cliff: Cliff, law: Ledger) -> str:
    rates = (
        f"{number(cliff.from_pct)} % before, {number(cliff.to_pct)} % after"
        if cliff.to_pct is not None
        else ""
    )
    doubt = f"Doubt: {cliff.doubt}" if cliff.doubt else ""
    foot = f"Confidence: {cliff.confidence}. Law as of {law.law_asof}. {NOT_A_RULING}"
    return "\n".join(filter(None, (cliff.what, rates, cliff.citation, doubt, foot)))
