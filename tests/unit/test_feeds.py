"""The feeds: each read back by a reader of its own format, and equal to the calendar and the chronology."""

import json
import re
from datetime import date

import feedparser
import icalendar
import pytest
from click.testing import CliRunner

import trucewatch as tw
from trucewatch.answers.feeds import CALENDAR, FEED, News, atom, ics, news, write_feeds
from trucewatch.answers.inputs import current_ledger
from trucewatch.answers.watch import watch
from trucewatch.cli import main
from trucewatch.errors import DataError
from trucewatch.ledger.hand_kept import CORRECTIONS, read_kept
from trucewatch.paths import project_root

RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("feeds")
    write_feeds(current_ledger(), project_root(), place)
    return place


def test_the_calendar_holds_every_cliff_on_its_day(folder):
    book = icalendar.Calendar.from_ical((folder / CALENDAR).read_bytes())
    events = book.walk("VEVENT")
    assert not book.errors
    assert not any(event.errors for event in events)
    days = sorted(event["DTSTART"].dt for event in events)
    assert days == sorted(cliff.on for cliff in tw.calendar().cliffs)
    assert len({str(event["UID"]) for event in events}) == len(events)
    assert all(
        "Law as of" in event["DESCRIPTION"] and "Not a customs ruling." in event["DESCRIPTION"]
        for event in events
    )


def test_the_calendar_keeps_the_letter_of_the_format(folder):
    """RFC 5545: lines of at most 75 octets that end in CRLF; what a calendar and an event must have, once."""
    content = (folder / CALENDAR).read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")
    assert max(map(len, content.split(b"\r\n"))) <= 75
    book = icalendar.Calendar.from_ical(content)
    assert set(book.required) <= set(book)
    for event in book.walk("VEVENT"):
        assert set(event.required) <= set(event)
        assert not any(isinstance(event.get(name), list) for name in event.singletons)


def test_the_feed_is_whole_and_newest_first(folder):
    found = feedparser.parse((folder / FEED).read_bytes())
    assert not found.bozo
    assert found.version == "atom10"
    for item in (found.feed, *found.entries):  # RFC 4287: each has an id, a title and a moment
        assert item.id.startswith("tag:")
        assert item.title
        assert RFC3339.fullmatch(item.updated)
    assert found.feed.author == "The trucewatch authors"
    assert len({entry.id for entry in found.entries}) == len(found.entries)
    moments = [entry.updated for entry in found.entries]
    assert moments == sorted(moments, reverse=True)
    assert found.feed.updated >= moments[0]
    assert all(
        entry.link.startswith("https://") or entry.link.startswith("http://") for entry in found.entries
    )


def test_acts_and_corrections_are_in_the_news():
    keys = {item.key for item in news(current_ledger(), project_root())}
    assert {f"correction/{row.correction_id}" for row in read_kept(CORRECTIONS)} <= keys
    dated = tw.acts().dropna(subset="day")["act_id"]
    assert {f"act/{name}" for name in dated} <= keys


def test_a_title_is_text_whatever_it_holds():
    bad = News("x", date(2026, 1, 1), "<script>&\x00\u202e ]]>", "a\x0bb")
    found = feedparser.parse(atom([bad], current_ledger()), sanitize_html=False)
    assert not found.bozo
    assert found.entries[0].title_detail.value == "<script>& ]]>"
    assert "BEGIN:VEVENT" not in ics([], current_ledger())


def looked(tmp_path, *rows, **told):
    path = tmp_path / "mine.csv"
    path.write_text("HTS Code,COO\n" + "".join(f"{code},{origin}\n" for code, origin in rows))
    return path, watch(path, today=date(2026, 11, 30), **told)


TOY, WOOD = ("9503.00.00", "CN"), ("9403.60.80", "VN")


def test_a_first_look_tells_what_comes_and_notes_the_rest(tmp_path):
    _, told = looked(tmp_path, TOY, WOOD)
    assert told.looked is None
    assert told.changed == told.corrections == ()
    assert [(item.code, item.on) for item in told.ahead] == [("94036080", "2027-01-01")]
    noted = json.loads((tmp_path / "mine.csv.watch.json").read_text())
    assert noted["rows"].keys() == {"95030000|CHN", "94036080|VNM"}
    assert noted["ledger_hash"] == tw.ledger_hash()


def test_a_later_look_tells_what_changed_why_and_what_was_corrected(tmp_path):
    path, _ = looked(tmp_path, TOY)
    place = tmp_path / "mine.csv.watch.json"
    noted = json.loads(place.read_text())
    noted |= {"law_asof": "2026-02-19", "corrections": []}  # before the ruling of 20 February 2026
    now = noted["rows"]["95030000|CHN"]
    noted["rows"]["95030000|CHN"] = "20"
    place.write_text(json.dumps(noted))
    told = watch(path, today=date(2026, 11, 30), days=0)
    (change,) = told.changed
    assert (change.before, change.after) == ("20", now)
    assert change.why
    assert {row.correction_id for row in told.corrections} == {
        row.correction_id for row in read_kept(CORRECTIONS) if row.touches("USA", "95030000")
    }
    assert watch(path, today=date(2026, 11, 30), days=0).is_empty


def test_correction_touches_its_codes_only():
    metal = next(row for row in read_kept(CORRECTIONS) if row.codes == "73 76")
    assert metal.touches("USA", "73269086")
    assert metal.touches("USA", "7326")
    assert not metal.touches("USA", "95030000")
    assert not metal.touches("CHN", "73269086")


@pytest.mark.parametrize("text", ["", "{}", '{"made_by": "me"}', "[1]", "\x00"])
def test_a_file_that_is_no_note_of_ours_is_left_alone(tmp_path, text):
    place = tmp_path / "mine.csv.watch.json"
    place.write_text(text)
    with pytest.raises(DataError, match="no note of an earlier look"):
        looked(tmp_path, TOY)
    assert place.read_text() == text


def test_the_command_has_exit_codes_for_scripts_and_writes_both_feeds(tmp_path):
    path, _ = looked(tmp_path, TOY, WOOD)
    out = {"--ics": tmp_path / "my.ics", "--atom": tmp_path / "my.xml"}
    options = [str(part) for pair in out.items() for part in pair]

    def run(*arguments):
        return CliRunner().invoke(main, ["watch", str(path), *arguments])

    told = run("--days", "400", *options)
    assert told.exit_code == 0, told.output
    (event,) = icalendar.Calendar.from_ical(out["--ics"].read_bytes()).walk("VEVENT")
    assert event["DTSTART"].dt == date(2027, 1, 1)
    assert "9403.60.80" in event["DESCRIPTION"]
    (entry,) = feedparser.parse(out["--atom"].read_bytes()).entries
    assert "9403.60.80" in entry.title
    assert run("--days", "0").exit_code == 1
    assert json.loads(run("--days", "0", "--json").output)["changed"] == []
    assert CliRunner().invoke(main, ["watch", str(tmp_path / "none.csv")]).exit_code == 2
    assert run("--ics", str(path)).exit_code == 2
    assert path.read_text().startswith("HTS Code")
