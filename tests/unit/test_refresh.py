"""New vintages: what a publisher gives is kept beside the old, and a fault leaves the old one active."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from tests.data_project import with_sources
from tests.fixtures.written import texts
from trucewatch.cli import main
from trucewatch.errors import DataError, ParameterError, TrucewatchError
from trucewatch.paths import project_root
from trucewatch.sources import ingest
from trucewatch.sources.choosing import pin, rollback, vintage_lines
from trucewatch.sources.clients.base import Fetched, Key, Origin, Plan, Review, SourceError
from trucewatch.sources.files import locked, work_dir
from trucewatch.sources.merge import compare, merge
from trucewatch.sources.refresh import Settings, refresh
from trucewatch.sources.sidecar import read_sidecar
from trucewatch.sources.vintages import Vintage, active_vintages, read_vintages, verify
from trucewatch.tables import get_table, read_provenance, read_table
from trucewatch.tables.io import read_csv

RATES, TOTALS = "fed__usd_cny_monthly", "census__us_imports_partner_monthly"
TODAY = date(2026, 11, 24)
KEY = "k3y-0f-a-t3st"
ORIGIN = Origin(
    producer="Office of Tests",
    citation="Office of Tests: rates.",
    primary_url="https://example.org/rates",
    licence="public domain",
    licence_note="None.",
    units="yuan per dollar",
)


class Http:
    """Stands for the HTTP layer, which these tests do without."""

    def redact(self, text: str) -> str:
        return text


class Publisher:
    """A client that gives what it is told."""

    name, title, tables = "office", "rates", (RATES,)
    key = Key(variable="OFFICE_KEY", is_required=True, url="https://example.org/key")

    def __init__(self, *answers: Fetched | Review | Exception) -> None:
        self.answers = answers

    def describe(self, since, http) -> Plan:
        return Plan(urls=("https://example.org/rates?key=***",), requests=3, seconds=300, bytes=2_500_000)

    def fetch(self, since, http, progress):
        for position, answer in enumerate(self.answers):
            if isinstance(answer, Exception):
                raise answer
            progress(position + 1, len(self.answers), "rates")
            yield answer


def bundled(table: str) -> pd.DataFrame:
    vintage = next(v for v in active_vintages(project_root()) if v.dataset == table)
    return read_csv(project_root() / "data" / "sources" / vintage.file, get_table(table))


def rates(*rows: tuple[str, float]) -> pd.DataFrame:
    return pd.DataFrame({"month": pd.to_datetime([m for m, _ in rows]), "cny_per_usd": [v for _, v in rows]})


def part(frame: pd.DataFrame, since: date | None = None, table: str = RATES, **more) -> Fetched:
    return Fetched(
        table=table, frame=frame, url="https://example.org/rates", origin=ORIGIN, complete_from=since, **more
    )


SEVENTH = part(rates(("2026-06-01", 6.8), ("2026-07-01", 6.9)), date(2026, 6, 1))


def land(root: Path) -> None:
    """Ingest the exchange rates alone."""
    path = root / "data/sources/vintages.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], *(line for line in lines if line.startswith(RATES))]) + "\n")
    ingest.run(root, lambda line: None)


def run(root: Path, *answers, today: date = TODAY, accept: bool = False) -> list[str]:
    """Refresh with one publisher; return what was said."""
    said: list[str] = []
    settings = Settings(root, today, None, accept)
    refresh([Publisher(*answers)], Http(), settings, said.append, lambda client: lambda *_: None)  # type: ignore[list-item, arg-type]
    return said


def active(root: Path, table: str = RATES) -> str | None:
    return next((v.vintage for v in active_vintages(root) if v.dataset == table), None)


def landed(root: Path, table: str = RATES) -> pd.DataFrame:
    vintage = next(v for v in active_vintages(root) if v.dataset == table)
    return ingest.load(vintage, verify(vintage, root))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return with_sources(tmp_path)


def is_as_bundled(root: Path) -> bool:
    """Whether the active vintages are those of the bundle, each the file it was."""
    for vintage in active_vintages(root):
        verify(vintage, root)
    return {(v.dataset, v.vintage) for v in active_vintages(root)} == {
        (v.dataset, v.vintage) for v in active_vintages(project_root())
    }


# a new vintage


def test_fetched_months_replace_the_old_and_the_rest_stays(root: Path) -> None:
    said = run(root, SEVENTH)
    found = landed(root).set_index("month")["cny_per_usd"]
    before = bundled(RATES).set_index("month")["cny_per_usd"]
    assert found.loc[:"2026-05-01"].equals(before.loc[:"2026-05-01"])
    assert found.loc["2026-06-01":].tolist() == [6.8, 6.9]
    assert active(root) == "2026-11-24"
    assert any("added: 1 rows, new: 2026-07" in line for line in said)
    assert any("revised: 1 rows, in 2026-06" in line for line in said)
    assert any("cny_per_usd: 1 rows, in sum +0.0242" in line for line in said)  # 6.8 - 6.7758


def test_the_old_vintage_is_not_touched(root: Path) -> None:
    folder = root / "data" / "sources"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    run(root, SEVENTH)
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    changed = [path.name for path in before if after[path] != before[path]]
    assert changed == ["vintages.csv"]
    assert {path.name for path in after.keys() - before.keys()} == {
        "usd_cny_monthly__2026_11_24.parquet",
        "usd_cny_monthly__2026_11_24.parquet.meta.yaml",
    }


def test_the_sidecar_says_who_gave_what_when(root: Path) -> None:
    run(root, replace(SEVENTH, notes=("The last month is preliminary.",)))
    vintage = next(v for v in active_vintages(root) if v.dataset == RATES)
    sidecar = read_sidecar(root / "data" / "sources" / vintage.file)
    assert (sidecar.producer, sidecar.vintage, sidecar.date_accessed) == (
        "Office of Tests",
        "2026-11-24",
        TODAY,
    )
    assert sidecar.sha256 == vintage.sha256
    assert sidecar.coverage == "2015-01-01 to 2026-07-01"
    assert sidecar.known_defects[0] == "The last month is preliminary."
    assert "before 2026-06-01 are those of vintage" in sidecar.known_defects[1]


def test_the_pipeline_reads_the_new_vintage_and_names_it(root: Path) -> None:
    run(root, SEVENTH)
    land(root)
    assert read_table(RATES, root)["cny_per_usd"].iloc[-1] == 6.9
    assert read_provenance(RATES, root)[0]["vintage"] == "2026-11-24"


def test_the_same_answer_makes_no_vintage(root: Path) -> None:
    run(root, SEVENTH)
    listed = read_vintages(root)
    assert any("unchanged" in line for line in run(root, SEVENTH, today=date(2026, 11, 25)))
    assert read_vintages(root) == listed


def test_two_vintages_of_a_day_have_two_names(root: Path) -> None:
    run(root, SEVENTH)
    run(root, part(rates(("2026-08-01", 7.0)), date(2026, 8, 1)))
    assert active(root) == "2026-11-24.2"
    assert len(landed(root)) == len(bundled(RATES)) + 2


def test_parts_are_put_together(root: Path) -> None:
    run(root, *(part(rates((f"2026-{m:02}-01", 7.0 + m)), date(2026, 7, 1)) for m in (9, 7, 8)))
    assert landed(root)["cny_per_usd"].tolist()[-3:] == [14.0, 15.0, 16.0]


def test_a_review_is_a_list_to_read_and_touches_no_ledger(root: Path) -> None:
    frame = pd.DataFrame({"document": ["2026-12345"], "title": ["Additions to the Entity List"]})
    review = Review(
        name="candidates",
        frame=frame,
        url="https://example.org",
        origin=ORIGIN,
        summary=("1 rule names China",),
    )
    said = run(root, review)
    assert pd.read_csv(root / "data" / "review" / "candidates.csv").to_dict("list") == frame.to_dict("list")
    assert "  1 rule names China" in said
    assert not (root / "data" / "law").exists()
    assert is_as_bundled(root)


def test_known_defects_are_said_once_of_the_rows_they_are_about(root: Path) -> None:
    run(root, replace(SEVENTH, notes=("Preliminary.",)))
    run(root, part(rates(("2026-08-01", 7.0)), date(2026, 8, 1)))
    months = rates(("2026-06-01", 6.6), ("2026-07-01", 6.7), ("2026-08-01", 7.0))
    run(root, part(months, date(2026, 6, 1)))
    defects = read_sidecar(root / "data/sources/fed/usd_cny_monthly__2026_11_24_3.parquet").known_defects
    assert [defect.split(" (")[0] for defect in defects] == [
        "Rows before 2026-06-01 are those of vintage 2026-11-24.2",
        "Of the rows before 2026-06-01: Rows before 2026-08-01 are those of vintage 2026-11-24",
        "Of the rows before 2026-06-01: Of the rows before 2026-08-01: Preliminary.",
        "Rows before 2026-06-01 are those of vintage 2026-07",
    ]


# faults: the previous vintage stays active


def illegal(**changes) -> pd.DataFrame:
    return rates(("2026-07-01", 6.9)).assign(**changes)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            SourceError("office", "the answer is a web page, not JSON", remedy="try later"),
            "a web page, not JSON",
        ),
        (OSError(28, "No space left on device"), "No space left on device"),
        (KeyError("observations"), r"^office: KeyError: 'observations' \(test_refresh.py, line \d+\)"),
        (part(illegal().drop(columns="cny_per_usd"), date(2026, 7, 1)), "a column is missing"),
        (part(illegal(extra=1.0), date(2026, 7, 1)), "an unknown column"),
        (part(illegal(cny_per_usd="6.9 yuan"), date(2026, 7, 1)), "the column is not float"),
        (part(illegal(month="<html>"), date(2026, 7, 1)), "the column is not date"),
        (
            part(illegal(cny_per_usd=None).astype({"cny_per_usd": float}), date(2026, 7, 1)),
            "the cell is empty",
        ),
        (part(illegal(month=pd.Timestamp("2026-07-15")), date(2026, 7, 1)), "first day of a month"),
        (part(pd.concat([illegal(), illegal()]), date(2026, 7, 1)), "occurs twice"),
        (part(illegal(), date(2026, 8, 1)), "lies before 2026-08-01"),
        (
            part(rates(("2026-09-01", 7.0)), date(2026, 9, 1)),
            "those between would be missing.*--since 2026-06",
        ),
        (part(illegal(), date(2026, 7, 1), period=None), "cannot be merged"),
        (
            part(rates(("2027-07-01", 6.9)), date(2026, 7, 1)),
            r"column month: this month had not begun when it was accessed, on 2026-11-24; found '2027-07-01'",
        ),
        (part(illegal(), table="fed__no_such_table"), "no such table"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_answer_that_can_not_be_used_changes_nothing(root: Path, answer, said: str) -> None:
    listed = (root / "data/sources/vintages.csv").read_bytes()
    with pytest.raises(TrucewatchError, match=said):
        run(root, answer)
    assert (root / "data/sources/vintages.csv").read_bytes() == listed
    assert is_as_bundled(root)


def test_one_fault_does_not_stop_the_other_tables(root: Path) -> None:
    with pytest.raises(TrucewatchError, match="a column is missing"):
        run(root, part(bundled(TOTALS).drop(columns="duty_usd"), table=TOTALS), SEVENTH)
    assert active(root) == "2026-11-24"
    assert active(root, TOTALS) == active(project_root(), TOTALS)


def without_march(partner: str | None) -> pd.DataFrame:
    frame = bundled(TOTALS)
    is_march = frame["month"] == "2025-03-01"
    return frame[~(is_march & (partner is None or frame["partner_name"] == partner))]


def with_march_zero() -> pd.DataFrame:
    frame = bundled(TOTALS)
    columns = ["general_imports_usd", "value_usd", "duty_usd"]
    frame.loc[frame["month"] == "2025-03-01", columns] = 0.0
    return frame


@pytest.mark.parametrize(
    ("frame", "named"),
    [
        (without_march(None), "2025-03"),
        (without_march("CHINA"), "2025-03 CHINA"),
        (with_march_zero(), "2025-03"),
    ],
    ids=["no row", "no row of China", "all zero"],
)
def test_a_month_revised_to_nothing_is_kept_but_not_active(
    root: Path, frame: pd.DataFrame, named: str
) -> None:
    said: list[str] = []
    settings = Settings(root, TODAY)
    with pytest.raises(TrucewatchError, match=r"revised to nothing.*--accept-removals"):
        refresh(
            [Publisher(part(frame, table=TOTALS))],
            Http(),
            settings,
            said.append,
            lambda client: lambda *_: None,
        )  # type: ignore[list-item, arg-type]
    assert f"  REVISED TO NOTHING OR NEARLY SO: {named}" in said
    assert is_as_bundled(root)
    assert [v.is_active for v in read_vintages_of(root, TOTALS)] == [True, False]


def test_accepted_removals_take_the_vintage_that_was_kept(root: Path) -> None:
    gone = part(without_march("VIETNAM"), table=TOTALS)
    with pytest.raises(TrucewatchError):
        run(root, gone)
    assert [v.is_refused for v in read_vintages_of(root, TOTALS)] == [False, True]
    run(root, gone, accept=True, today=date(2026, 11, 25))
    assert active(root, TOTALS) == "2026-11-24"
    assert [v.is_refused for v in read_vintages_of(root, TOTALS)] == [False, False]


def test_a_vintage_the_clean_stage_would_stop_at_does_not_become_active(root: Path) -> None:
    """China's general imports of 2025 must stay 308.65 billion dollars, the figure the Bureau published."""
    frame = bundled(TOTALS)
    frame.loc[
        (frame["partner_name"] == "CHINA") & (frame["month"] == "2025-03-01"), "general_imports_usd"
    ] *= 1.2
    with pytest.raises(TrucewatchError, match=r"clean stage would stop: .*partner_imports_2025"):
        run(root, part(frame, table=TOTALS))
    assert is_as_bundled(root)


def test_a_partner_nobody_knows_does_not_become_active(root: Path) -> None:
    frame = bundled(TOTALS)
    new = frame.tail(1).assign(partner_name="ATLANTIS", partner_code="9999")
    with pytest.raises(TrucewatchError, match=r"clean stage would stop: .*without a code.*ATLANTIS"):
        run(root, part(pd.concat([frame, new]), table=TOTALS))
    assert is_as_bundled(root)


# the disk, the signal, the neighbour


def in_a_process(root: Path, prepare: Callable[[], None], *answers) -> int | None:
    """Run a refresh in a process of its own; return its exit code (negative: the signal)."""

    def work() -> None:
        prepare()
        try:
            run(root, *answers)
        except TrucewatchError as error:
            (root / "said").write_text(str(error))
            os._exit(1)
        os._exit(0)

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join(60)
    return process.exitcode


@pytest.mark.parametrize(
    ("room", "file"), [(1_000, "usd_cny_monthly__2026_11_24.parquet"), (5_000, "data/sources/vintages.csv")]
)
def test_a_full_disk_changes_nothing(root: Path, room: int, file: str) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    assert in_a_process(root, limit, SEVENTH) == 1
    assert f"{file} could not be written" in (root / "said").read_text()
    assert is_as_bundled(root)
    run(root, SEVENTH)
    assert active(root) == "2026-11-24"


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("rename", [0, 1, 2], ids=["data", "sidecar", "list"])
def test_a_kill_at_any_rename_leaves_the_old_or_the_new(root: Path, rename: int, when: str) -> None:
    def arm() -> None:
        real, seen = Path.replace, []

        def fatal(self: Path, target: Path) -> Path:
            seen.append(target)
            if len(seen) == rename + 1 and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            done = real(self, target)
            if len(seen) == rename + 1:
                os.kill(os.getpid(), signal.SIGKILL)
            return done

        Path.replace = fatal  # type: ignore[method-assign]

    assert in_a_process(root, arm, SEVENTH) == -signal.SIGKILL
    is_committed = (rename, when) == (2, "after")
    assert active(root) == ("2026-11-24" if is_committed else active(project_root()))
    for vintage in active_vintages(root):
        verify(vintage, root)
    said = run(root, SEVENTH)
    assert active(root) == "2026-11-24"
    left = [line for line in said if "in no row of vintages.csv" in line]
    assert bool(left) == ((rename, when) not in {(0, "before"), (2, "after")})


def test_the_second_of_two_ends_with_a_message(root: Path) -> None:
    with locked(root):
        assert in_a_process(root, lambda: None, SEVENTH) == 1
    assert "another process is changing the vintages" in (root / "said").read_text()
    assert is_as_bundled(root)
    run(root, SEVENTH)


def test_a_lock_does_not_outlive_its_process(root: Path) -> None:
    def die_holding() -> None:
        with locked(root):
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_a_process(root, die_holding) == -signal.SIGKILL
    run(root, SEVENTH)
    assert active(root) == "2026-11-24"


def test_no_key_is_written_or_said(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFFICE_KEY", KEY)
    leaky = replace(SEVENTH, url=f"https://example.org/rates?key={KEY}", notes=(f"asked with {KEY}",))
    review = Review(
        name="list", frame=pd.DataFrame({"url": [leaky.url]}), url=leaky.url, origin=ORIGIN, summary=(KEY,)
    )
    said = run(root, leaky, review)
    with pytest.raises(TrucewatchError) as raised:
        run(root, SourceError("office", "refused", url=leaky.url, remedy=f"check {KEY}"))
    said.append(str(raised.value))
    with pytest.raises(TrucewatchError) as raised:
        run(root, replace(leaky, frame=illegal(extra=1)))
    said.append(str(raised.value))
    assert not any(KEY in line for line in said)
    written = {
        path: text
        for folder in (root / "data/sources/fed", root / "data/review", work_dir(root))
        for path, text in texts(folder).items()
    }
    assert work_dir(root) / "lock" in written
    assert [path.name for path in written if path.suffix == ".parquet"]
    assert not [path.name for path, text in written.items() if KEY in text]
    assert "***" in read_sidecar(root / "data/sources/fed/usd_cny_monthly__2026_11_24.parquet").retrieved_from


# choosing


def test_a_pin_holds_while_new_vintages_come(root: Path) -> None:
    old = active(root)
    run(root, SEVENTH)
    assert pin(RATES, str(old), root).is_pinned
    two = part(rates(("2026-07-01", 6.9), ("2026-08-01", 7.0)), date(2026, 7, 1))
    said = run(root, two, today=date(2026, 12, 24))
    assert active(root) == old
    assert any("stays active, because it is pinned" in line for line in said)
    assert pin(RATES, "newest", root).vintage == "2026-12-24" == active(root)
    assert not any(v.is_pinned for v in read_vintages(root))


def test_an_old_vintage_gives_the_old_bytes(root: Path) -> None:
    old = active(root)
    land(root)
    path = root / "data" / "raw" / f"{RATES}.parquet"
    before = path.read_bytes()
    run(root, SEVENTH)
    land(root)
    assert path.read_bytes() != before
    pin(RATES, str(old), root)
    land(root)
    assert path.read_bytes() == before


def test_a_rollback_goes_one_back_and_stays(root: Path) -> None:
    old = active(root)
    run(root, SEVENTH)
    run(root, part(rates(("2026-08-01", 7.0)), date(2026, 8, 1)))
    assert rollback(RATES, root).vintage == "2026-11-24"  # type: ignore[union-attr]
    assert rollback(RATES, root).vintage == old == active(root)  # type: ignore[union-attr]
    with pytest.raises(ParameterError, match="no vintage to go back to before"):
        rollback(RATES, root)


def refused_without_march(root: Path) -> str:
    """Let a refresh make a vintage of the totals that it refuses; return its name."""
    with pytest.raises(TrucewatchError, match="revised to nothing"):
        run(root, part(without_march(None), table=TOTALS))
    return read_vintages_of(root, TOTALS)[-1].vintage


def read_vintages_of(root: Path, table: str) -> list[Vintage]:
    """Return the vintages of a table from the one the bundle has active on; older ones are bundled too."""
    own = [vintage for vintage in read_vintages(root) if vintage.dataset == table]
    start = active(project_root(), table)
    return own[[vintage.vintage for vintage in own].index(str(start)) :]


def test_newest_passes_over_what_was_refused_and_its_name_takes_it(root: Path) -> None:
    good, bad = active(root, TOTALS), refused_without_march(root)
    assert pin(TOTALS, "newest", root).vintage == good == active(root, TOTALS)
    assert next(line for line in vintage_lines(root) if f" {bad} " in line).endswith("  refused")
    assert pin(TOTALS, bad, root).is_pinned
    assert active(root, TOTALS) == bad
    assert next(line for line in vintage_lines(root) if f" {bad} " in line).endswith("  pinned, refused")


def test_a_rollback_passes_over_what_was_refused(root: Path) -> None:
    good = active(root, TOTALS)
    refused_without_march(root)
    last = bundled(TOTALS).tail(1)
    corrected = pd.concat([bundled(TOTALS).iloc[:-1], last.assign(duty_usd=last["duty_usd"] + 1.0)])
    run(root, part(corrected, table=TOTALS), today=date(2026, 11, 25))
    assert [v.is_refused for v in read_vintages_of(root, TOTALS)] == [False, True, False]
    assert rollback(TOTALS, root).vintage == good  # type: ignore[union-attr]


def test_there_is_no_newest_if_all_were_refused(root: Path) -> None:
    path = root / "data/sources/vintages.csv"
    rows = path.read_text().splitlines()
    path.write_text(
        "\n".join(r.removesuffix("false") + "true" if r.startswith(RATES) else r for r in rows) + "\n"
    )
    with pytest.raises(ParameterError, match=rf"every vintage of {RATES} was refused.*name one: 2026-07"):
        pin(RATES, "newest", root)
    with pytest.raises(ParameterError, match="no vintage to go back to"):
        rollback(RATES, root)


def test_a_damaged_vintage_can_not_be_pinned(root: Path) -> None:
    old = active(root)
    run(root, SEVENTH)
    pin(RATES, str(old), root)
    path = root / "data/sources/fed/usd_cny_monthly__2026_11_24.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataError, match="not the pinned one"):
        pin(RATES, "newest", root)
    assert active(root) == old


@pytest.mark.parametrize(
    ("table", "vintage", "named"), [("rates", "newest", RATES), (RATES, "1999-01", "newest")]
)
def test_what_is_not_there_can_not_be_pinned(root: Path, table: str, vintage: str, named: str) -> None:
    with pytest.raises(ParameterError, match=named):
        pin(table, vintage, root)


def test_the_list_shows_state(root: Path) -> None:
    run(root, SEVENTH)
    own = [line.split() for line in vintage_lines(root) if line.startswith(RATES)]
    assert [(line[1], line[-1]) for line in own][1] == ("2026-11-24", "active")
    assert own[0][-1] not in {"active", "pinned"}


# merging and comparing


TABLE = get_table(TOTALS)


def test_without_a_first_day_all_old_rows_give_way() -> None:
    assert merge(bundled(RATES), rates(("2026-07-01", 6.9)), get_table(RATES)).shape == (1, 2)


def test_a_change_is_counted_by_column() -> None:
    old = bundled(TOTALS)
    new = old[old["month"] < "2026-08-01"].copy()
    new.loc[new.index[0], "value_usd"] += 5.0
    new.loc[new.index[1], "value_usd"] -= 7.0
    extra = old.tail(1).assign(month=pd.Timestamp("2026-09-01"))
    change = compare(old, pd.concat([new, extra]), TABLE, "month")
    assert change.columns == {"value_usd": (2, -2.0, -7.0)}
    assert (change.rows_added, change.rows_removed, change.rows_revised) == (
        1,
        41,
        2,
    )  # the world and 40 partners in August
    assert change.added == ("2026-09",)
    assert change.emptied == ("2026-08",)


def test_nothing_changed_is_no_change() -> None:
    assert not compare(bundled(TOTALS), bundled(TOTALS).sample(frac=1, random_state=1), TABLE, "month")


def test_a_small_revision_of_a_small_partner_empties_nothing() -> None:
    old = bundled(TOTALS)
    is_small = (old["partner_name"] == "CAMBODIA") & (old["month"] == "2025-03-01")
    new = old.assign(duty_usd=old["duty_usd"].mask(is_small, old["duty_usd"] * 0.4))
    share = old.loc[is_small, "duty_usd"].sum() / old.loc[old["month"] == "2025-03-01", "duty_usd"].sum()
    assert share < 0.01
    assert compare(old, new, TABLE, "month").emptied == ()


# the command line


@pytest.fixture
def cli(root: Path, monkeypatch: pytest.MonkeyPatch):
    for marker in ("dvc.yaml", "params.yaml"):
        (root / marker).write_text("")
    monkeypatch.setenv("TRUCEWATCH_HOME", str(root))
    return lambda *words: CliRunner().invoke(main, list(words))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("refresh", "nowhere"), "no source is called 'nowhere'"),
        (("refresh", "--since", "May"), "is no month"),
        (("refresh", "fred", "--by-district", "--dry-run"), "are for census"),
        (("refresh", "--all", "fred"), "leave SOURCE and --since out"),
        (("refresh", "--all", "--since", "2026-01"), "leave SOURCE and --since out"),
    ],
)
def test_wrong_words_end_with_code_2(cli, words, said: str) -> None:
    done = cli(*words)
    assert done.exit_code == 2
    assert said in done.output


def with_client(monkeypatch: pytest.MonkeyPatch, *answers) -> None:
    from trucewatch.sources import clients

    monkeypatch.setattr(clients, "NAMES", ("office",))
    monkeypatch.setattr(clients, "get_client", lambda name: Publisher(*answers))


def test_the_command_fetches_lists_and_rolls_back(cli, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_client(monkeypatch, SEVENTH)
    done = cli("refresh")
    assert done.exit_code == 0, done.output
    assert "office: 3 requests, about 5 min and 2.5 MB (estimates)" in done.output
    assert "is active; `dvc repro` rebuilds what depends on it" in done.output
    assert active(root) == date.today().isoformat()
    assert f"{RATES} " in cli("vintages").output
    assert cli("vintages", "rollback", RATES).exit_code == 0
    assert active(root) == active(project_root())
    assert cli("vintages", "pin", RATES, "newest").exit_code == 0
    assert active(root) == date.today().isoformat()


def test_a_failed_source_ends_with_code_1(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    with_client(monkeypatch, SourceError("office", "no answer", remedy="try later"))
    done = cli("refresh")
    assert done.exit_code == 1
    assert done.output.endswith("\nerror: office: no answer. Remedy: try later\n")


def test_a_fault_of_a_client_is_a_message_with_its_name(cli, root, monkeypatch: pytest.MonkeyPatch) -> None:
    with_client(monkeypatch, AttributeError("'list' object has no attribute 'get'"))
    done = cli("refresh")
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    assert "\nerror: office: AttributeError: 'list' object has no attribute 'get' (" in done.output
    assert is_as_bundled(root)


def test_a_month_that_is_not_here_yet_is_refused(cli) -> None:
    done = cli("refresh", "--since", f"{date.today().year + 1}-01", "--dry-run")
    assert done.exit_code == 2
    assert "is not here yet" in done.output


def test_the_lines_of_census_can_be_asked_for_by_six_digits_and_district(cli) -> None:
    done = cli(
        "refresh", "census", "fred", "--dry-run", "--since", "2026-07", "--level", "6", "--by-district"
    )
    assert done.exit_code == 0, done.output
    assert "%2CDISTRICT&COMM_LVL=HS6&CTY_CODE=-&time=2026-07\n" in done.output
    assert "  table census__us_imports_hs6_partner_monthly\n" in done.output
    plain = cli("refresh", "census", "--dry-run", "--since", "2026-07").output
    assert "UNIT_QY1&COMM_LVL=HS10&CTY_CODE=-&time=2026-07\n" in plain


def test_a_dry_run_asks_nothing(cli, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_client(monkeypatch, AssertionError("asked"))
    done = cli("refresh", "--dry-run")
    assert done.exit_code == 0, done.output
    assert "3 requests, about 5 min and 2.5 MB" in done.output
    assert is_as_bundled(root)


# everything at once


def test_all_says_requests_and_minutes_before_and_what_it_leaves_out(
    cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("COMTRADE_API_KEY", "FAS_API_KEY", "FRED_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("CENSUS_API_KEY", KEY)
    done = cli("refresh", "--all", "--dry-run")
    assert done.exit_code == 0, done.output
    said = done.output.splitlines()
    at = next(place for place, line in enumerate(said) if line.startswith("in all: "))
    counts = [line.split(": ")[1].split(" ")[0] for line in said[: at + 1] if " requests, about " in line]
    *parts, total = (int(count.replace(",", "")) for count in counts)
    assert total == sum(parts)
    assert "fred: left out, FRED_API_KEY is not set (https://fredaccount.stlouisfed.org/apikeys)" in said
    # soybean exports end in November 2025, before the totals: the oldest table counts
    assert any(line.startswith("census: ") and line.endswith("from 2025-12 on") for line in said)
    assert "by hand: gacc__magnet_exports_monthly, to 2026-03 (docs/howto/month.md)" in said
    assert not any(line.startswith("by hand: census__us_imports_naics3_monthly") for line in said)
    assert KEY not in done.output


def test_a_month_with_a_gap_is_asked_for_again(root: Path) -> None:
    """Of trade with China exports of July and August 2026 are not in the bundled vintage."""
    from trucewatch.sources.newest import start_of

    office = Publisher()
    office.tables = ("census__us_china_goods_monthly", "nobody__fetched_this")  # type: ignore[assignment]
    assert start_of(office, root) == date(2026, 7, 1)  # type: ignore[arg-type]


def test_each_client_begins_where_it_is_told(root: Path) -> None:
    asked: dict[str, date | None] = {}

    class Listener(Publisher):
        def __init__(self, name: str) -> None:
            self.name = name  # type: ignore[misc]

        def fetch(self, since, http, progress):
            asked[self.name] = since
            return iter(())

    settings = Settings(root, TODAY, date(2026, 1, 1), starts={"late": date(2026, 5, 1)})
    both = [Listener("early"), Listener("late")]
    refresh(both, Http(), settings, lambda line: None, lambda client: lambda *_: None)  # type: ignore[arg-type]
    assert asked == {"early": date(2026, 1, 1), "late": date(2026, 5, 1)}
