"""Rebuild China's statutory lists and MFN table in `data/law` from the public tariff tables they come from.

Run once, and again only when a better table is found:

    python scripts/china_lists.py --piie PIIE.parquet --panel PANEL.parquet --hs HS2022_TO_2017.csv.gz \
        --lists LISTS_2025.csv --law data/law

Dates and citations come from `acts.csv` and `edition.csv`; rows of the MFN table under another edition are
kept by hand and survive. Inputs: the line table of Bown, Jung and Zhang (PIIE 2019), the HS6 panel of
M. Waugh's trade war tracker, the UN correlation of HS 2022 with HS 2017, and the lists of February and March
2025 as transcribed from the announcements. docs/methodology.md says how each list is read.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from trucewatch.ledger.schema import BaseRate, ScopeRow, kinds_of

OPEN = "9999-12-31"
PIIE = "Bown, Jung and Zhang workbook (PIIE 2019), public repository mwaugh0328/tradewar-tracker"
PANEL = "HS6 panel of M. Waugh, public repository mwaugh0328/tradewar-tracker"
BY_CORRELATION = "carried to HS 2022 by the UN correlation table"

MFN_EDITION = "China 2018, as changed to June 2019"
MFN_START = "mfn_2018_01_01_pct"
"""Columns of the line table carry their date: this one, and the steps `mfnchg_<date>_pp`."""

SCOPE_COLUMNS = list(kinds_of(ScopeRow))
BASE_COLUMNS = list(kinds_of(BaseRate))


def main() -> None:
    """Read the four inputs and write the scopes and the base rates."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("piie", "panel", "hs", "lists", "law"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    given = parser.parse_args()
    acts = keyed(given.law / "acts.csv", "act_id")
    edition = {key: row["value"] for key, row in keyed(given.law / "edition.csv", "key").items()}
    lines = pd.read_parquet(given.piie)
    correlation = Correlation(
        new_codes(pd.read_csv(given.hs, dtype=str), set(lines["hs6"])), edition["china_hs2022_from"]
    )
    tables = {
        name: list_rows(lines, codes, correlation, acts[act_id])
        for name, (act_id, codes) in retaliation_lists(lines).items()
    }
    tables |= september_lists(lines, pd.read_parquet(given.panel), correlation, acts["cn_20190823_ret2019"])
    tables |= lists_of_2025(lines, pd.read_csv(given.lists, dtype=str), acts)
    for name, rows in tables.items():
        write(given.law / "scopes" / f"cn_{name}.csv", SCOPE_COLUMNS, rows)
    target = given.law / "base_rates" / "chn.csv"
    by_hand = [row for row in keyed_rows(target) if row["edition"] != MFN_EDITION]
    taken = {(row["code"], row["valid_from"]) for row in by_hand}
    built = base_rows(lines, correlation, edition["china_mfn_last_schedule_ends"])
    write(
        target,
        BASE_COLUMNS,
        [*by_hand, *(row for row in built if (row["code"], row["valid_from"]) not in taken)],
    )


def keyed_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV as text; none if there is no file yet."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def keyed(path: Path, key: str) -> dict[str, dict[str, str]]:
    """Return the rows of a CSV by their key."""
    return {row[key]: row for row in keyed_rows(path)}


class Correlation(NamedTuple):
    """HS 2022 codes unknown to the line table, their HS 2017 code, and their first day in China."""

    older: Mapping[str, str]
    since: str


def write(path: Path, columns: list[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write rows sorted by code and date."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ordered = sorted(rows, key=lambda row: (row["code"], row["valid_from"]))
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(ordered)


def new_codes(correlation: pd.DataFrame, known: set[str]) -> dict[str, str]:
    """Return the HS 2022 codes that the line table does not know, with their HS 2017 code."""
    rows = correlation[~correlation["hs6_2022"].isin(known) & correlation["hs6_2017"].isin(known)]
    return dict(zip(rows["hs6_2022"], rows["hs6_2017"], strict=True))


def retaliation_lists(lines: pd.DataFrame) -> dict[str, tuple[str, set[str]]]:
    """Return every list of 2018 as act and eight-digit codes; membership is uniform within a line.

    List 3 is split by its annexes, that is by its path: 10 to 25, 10 to 20, 5 to 10, 5 throughout; the
    suspended lines for cars and parts stand apart in every list.
    """
    one = lines.drop_duplicates("hs8").set_index("hs8")
    metals = one["ret232_2018_04_02_pp"]
    first, second = one["ret301_34bn_2018_07_06_pp"] > 0, one["ret301_16bn_2018_08_23_pp"] > 0
    third, rise = one["ret301_60bn_2018_09_24_pp"], one["ret301_60bn_incr_2019_06_01_pp"]
    cars = one["autosusp_2019_01_01_pp"] < 0
    chosen = {
        "232r_15": ("cn_20180401_ret232", metals == 15),
        "232r_25": ("cn_20180401_ret232", metals == 25),
        "301r_list1": ("cn_20180615_list1", first & ~cars),
        "301r_list1_cars": ("cn_20180615_list1", first & cars),
        "301r_list2": ("cn_20180808_list2", second & ~cars),
        "301r_list2_cars": ("cn_20180808_list2", second & cars),
        "301r_list3_a": ("cn_20180918_list3", (third == 10) & (rise == 15)),
        "301r_list3_b": ("cn_20180918_list3", (third == 10) & (rise == 10)),
        "301r_list3_c": ("cn_20180918_list3", (third == 5) & (rise == 5)),
        "301r_list3_d": ("cn_20180918_list3", (third == 5) & (rise == 0) & ~cars),
        "301r_list3_cars": ("cn_20180918_list3", (third == 5) & cars),
    }
    return {name: (act_id, set(one.index[mask])) for name, (act_id, mask) in chosen.items()}


def list_rows(
    lines: pd.DataFrame, codes: set[str], correlation: Correlation, act: Mapping[str, str]
) -> list[dict[str, str]]:
    """Return the rows of a list of eight-digit codes, shortened to six digits where all lines are on it.

    Where only some lines are on it, each known line has its row, and the six-digit code stands for lines of a
    later schedule: included if more than half of its lines are, and then marked `partial_list`.
    """
    rows = []
    whole: dict[str, bool] = {}
    for hs6, below in lines_by_hs6(lines).items():
        on = below & codes
        if not on:
            continue
        whole[hs6] = on == below
        if whole[hs6]:
            rows.append(scope_row(hs6, act, PIIE, "verified"))
            continue
        rows += [scope_row(code, act, PIIE, "verified") for code in on]
        if 2 * len(on) > len(below):
            rows.append(scope_row(hs6, act, PIIE, "unverified", condition="partial_list"))
            rows += [scope_row(code, act, PIIE, "verified", included=False) for code in below - on]
    included = {row["code"]: row for row in rows if len(row["code"]) == 6}
    for later, earlier in correlation.older.items():
        if earlier in included:
            rows.append(carried(included[earlier], later, correlation.since))
    return rows


def lines_by_hs6(lines: pd.DataFrame) -> dict[str, set[str]]:
    """Return the eight-digit codes under each six-digit code."""
    below: dict[str, set[str]] = defaultdict(set)
    for hs6, hs8 in zip(lines["hs6"], lines["hs8"], strict=True):
        below[hs6].add(hs8)
    return below


def scope_row(
    code: str,
    act: Mapping[str, str],
    source: str,
    confidence: str,
    *,
    included: bool = True,
    condition: str = "",
) -> dict[str, str]:
    """Return a scope row from the act's first day on, known since it was announced."""
    return {
        "code": code,
        "valid_from": act["date_effective"],
        "known_from": act["date_announced"],
        "valid_to": OPEN,
        "known_to": OPEN,
        "is_included": "true" if included else "false",
        "condition": condition,
        "citation": act["citation"],
        "source": source,
        "confidence": confidence,
    }


def carried(row: Mapping[str, str], code: str, since: str) -> dict[str, str]:
    """Return a six-digit row under its HS 2022 code."""
    return {
        **row,
        "code": code,
        "valid_from": since,
        "source": f"{row['source']}; {BY_CORRELATION}",
        "confidence": "inferred" if row["confidence"] == "verified" else row["confidence"],
    }


def september_lists(
    lines: pd.DataFrame, panel: pd.DataFrame, correlation: Correlation, act: Mapping[str, str]
) -> dict[str, list[dict[str, str]]]:
    """Return the two classes of annex 1 of September 2019, read from the rise of the panel on its first day.

    The panel holds the highest rate among the lines of a code. A rise of 10 or 5 points is taken as the rate
    of the annex; a smaller rise means that a line below the highest was raised: by 5 (up to 5), or by 10.
    """
    wide = panel.set_index(["hs6", "effective_date"])["china_tariff_on_us_pct"].unstack()  # noqa: PD010
    first_day = act["date_effective"]
    before = max(day for day in wide.columns if day < first_day)
    rise = (wide[first_day] - wide[before]).round(3)
    below = lines_by_hs6(lines)
    result = {}
    for name, low, high in (("301r_2019_5", 0, 5), ("301r_2019_10", 5, 10)):
        rows = []
        for hs6, points in rise[(rise > low) & (rise <= high)].items():
            single = len(below[str(hs6)]) == 1 and points == high
            confidence, condition = ("inferred", "") if single else ("unverified", "partial_list")
            rows.append(
                scope_row(str(hs6), act, f"{PANEL}, rise of that day", confidence, condition=condition)
            )
        known = {row["code"]: row for row in rows}
        rows += [
            carried(known[old], new, correlation.since)
            for new, old in correlation.older.items()
            if old in known
        ]
        result[name] = rows
    return result


def lists_of_2025(
    lines: pd.DataFrame, given: pd.DataFrame, acts: Mapping[str, Mapping[str, str]]
) -> dict[str, list[dict[str, str]]]:
    """Return the lists of February and March 2025, one for each rate.

    Eight-digit codes are as transcribed. The lists use the schedule of 2025, the line table that of 2018:
    where the list holds a line that 2018 did not know, the six-digit code is added as `partial_list`, so that
    a code of another edition still finds it. Ranges that the transcription only counts become whole headings,
    marked the same way.
    """
    by_day = {acts[act_id]["date_effective"]: (stem, acts[act_id]) for act_id, stem in ACTS_OF_2025.items()}
    below, known = lines_by_hs6(lines), set(lines["hs8"])
    tables = {}
    for (day, rate), part in given.groupby(["effective_date", "additional_rate_pp"]):
        stem, act = by_day[str(day)]
        exact = part[part["level"] == "HS8"]
        rows = [
            scope_row(code, act, source, "verified")
            for code, source in zip(exact["code"], exact["source"], strict=True)
        ]
        for hs6, codes in lines_by_hs6(exact.assign(hs6=exact["code"].str[:6], hs8=exact["code"])).items():
            if codes - known:
                rows.append(
                    scope_row(hs6, act, exact["source"].iloc[0], "inferred", condition="partial_list")
                )
            elif below[hs6] == codes:
                rows.append(scope_row(hs6, act, exact["source"].iloc[0], "verified"))
        for row in part[part["level"].isin(["HS6", "HS4"])].itertuples():
            single = sum(code.startswith(row.code) for code in known) == 1
            confidence, condition = ("inferred", "") if single else ("unverified", "partial_list")
            rows.append(scope_row(row.code, act, row.source, confidence, condition=condition))
            rows += [
                scope_row(code, act, row.source, "inferred", included=False)
                for code in known
                if code.startswith(row.code) and code.startswith(SMALLER_ENGINES)
            ]
        for row in part[part["level"] == "range"].itertuples():
            rows += [
                scope_row(heading, act, row.source, "inferred", condition="partial_list")
                for heading in RANGES[row.category.split(":")[0]]
            ]
        tables[f"{stem}_{rate}"] = rows
    return tables


ACTS_OF_2025 = {"cn_20250204_fentanyl1": "fent1", "cn_20250304_fentanyl2": "fent2"}
SMALLER_ENGINES = ("8703234", "8703235")
"""Lines of 8703.23 up to 2.5 l. The text names large displacement, and its 72 lines leave room for eleven or
so cars and pickups beside crude oil and the farm machines; with these eight there would be twenty."""

RANGES = {
    "aquatic products": ("03", "1604", "1605"),
    "fruit and nuts": ("08", "2008"),
    "vegetables": ("07", "2001", "2002", "2003", "2004", "2005", "21032000"),
}
"""The headings a counted range stands for; their lines of 2018: 338 of 346, 126 of 128 and 157 of 176."""


def base_rows(lines: pd.DataFrame, correlation: Correlation, frozen: str) -> list[dict[str, str]]:
    """Return the MFN rate of every line over time: by eight digits, by six, and by ten where these differ.

    Six-digit rows serve codes of later schedules: the rate where all lines agree, else the mean of the lines.
    """
    steps = sorted(column for column in lines.columns if column.startswith("mfnchg_"))
    dates = ["-".join(column.split("_")[1:4]) for column in (MFN_START, *steps)]
    sound = lines.dropna(subset=[MFN_START])
    levels = sound[[MFN_START, *steps]].cumsum(axis=1).round(3)
    by_line = pd.concat([sound[["hs6", "hs8", "hs10"]], levels.set_axis(dates, axis=1)], axis=1)
    rows = []
    paths_of: dict[str, list[list[float]]] = defaultdict(list)
    for hs8, part in by_line.groupby("hs8"):
        paths = part[dates].to_numpy().tolist()
        differ = any(path != paths[0] for path in paths)
        if differ:
            for hs10, path in zip(part["hs10"], paths, strict=True):
                rows += path_rows(hs10, dates, path, frozen) if hs10.isdigit() else []
        mean = mean_path(paths)
        paths_of[str(hs8)[:6]].append(mean)
        rows += path_rows(str(hs8), dates, mean, frozen, averaged=differ)
    newer: dict[str, list[str]] = defaultdict(list)
    for later, earlier in correlation.older.items():
        newer[earlier].append(later)
    for hs6, paths in paths_of.items():
        averaged, path = any(other != paths[0] for other in paths), mean_path(paths)
        rows += path_rows(hs6, dates, path, frozen, averaged=averaged)
        for later in newer[hs6]:
            rows += path_rows(later, [correlation.since], path[-1:], frozen, averaged=averaged)
    return rows


def mean_path(paths: list[list[float]]) -> list[float]:
    """Return the simple mean of some paths, step by step."""
    return [round(sum(step) / len(step), 3) for step in zip(*paths, strict=True)]


def path_rows(
    code: str, dates: list[str], path: list[float], frozen: str, *, averaged: bool = False
) -> list[dict[str, str]]:
    """Return one row for each stretch of equal rates, cut where the schedules are no longer at hand."""
    changes = [i for i, rate in enumerate(path) if i == 0 or rate != path[i - 1]]
    stops = [*(dates[i] for i in changes[1:]), OPEN]
    rows = []
    for i, stop in zip(changes, stops, strict=True):
        cuts = [dates[i], frozen, stop] if dates[i] < frozen < stop else [dates[i], stop]
        rows += [
            base_row(code, start, end, path[i], averaged=averaged, is_read=start < frozen)
            for start, end in pairwise(cuts)
        ]
    return rows


def base_row(
    code: str, start: str, end: str, rate: float, *, averaged: bool, is_read: bool
) -> dict[str, str]:
    """Return an MFN row; a rate finer than a tenth of a point is the equivalent of a specific duty."""
    text = f"{rate:.3f}".rstrip("0").rstrip(".")
    specific = not averaged and round(rate * 1000) % 100 != 0
    row = {
        "code": code,
        "valid_from": start,
        "valid_to": end,
        "edition": MFN_EDITION,
        "source": "PIIE 2019",
        "confidence": "verified" if is_read and not averaged else "inferred",
        "kind": "specific" if specific else "free" if rate == 0 else "ad_valorem",
    }
    if averaged or specific:
        row["ave_pct"] = text
        row["ave_method"] = "mean of the lines" if averaged else "equivalent as given by the source"
    else:
        row["rate_pct"] = text
    return row


if __name__ == "__main__":
    main()
