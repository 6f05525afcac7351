"""The words of the soybean report, computed from its tables: they turn when the numbers turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from trucewatch.page.numbers import day_name, millions, percent, period_name
from trucewatch.page.style import Act
from trucewatch.reports.soybeans.measures import Pace, pace
from trucewatch.reports.soybeans.promise_readings import METRICS
from trucewatch.reports.soybeans.suppliers import Duties

_MT = 1e6
_MEANING = {
    "sold": "commitments in the weekly reports: shipped and outstanding",
    "shipped": "accumulated exports in the weekly reports",
    "arrived": "imports counted by China's customs",
}


def _amount(tonnes: float) -> str:
    return "none" if tonnes == 0 else f"{millions(tonnes)} million"


def finding(cells: pd.DataFrame, gaps: pd.DataFrame, reached: pd.Timestamp | None, year: str) -> str:
    """The finding: what the first deadline found, when the target was reached, where the year stands."""
    first = cells[cells["reading"] == cells["reading"].iloc[0]].set_index("metric")
    deadline, target = first["deadline"].iloc[0], first["target_t"].iloc[0]
    known = [
        f"{_amount(row['quantity_t'])} {metric}"
        for metric, row in first.iterrows()
        if row["status"] not in ("no data", "not begun")
    ]
    listed = f"{', '.join(known[:-1])} and {known[-1]}" if len(known) > 1 else "".join(known)
    so_far = "" if (first["status"] != "open").all() else " so far"
    counted = f"the tables count{so_far} {listed}" if known else "no table reaches that day"
    when = (
        ""
        if reached is None
        else f"; sales, with those for the next season, reached the {millions(target, 0)} "
        f"million in the week to "
        f"{day_name(reached)}"
    )
    last = gaps.iloc[-1]
    short = last["gap_t"] / last["norm_t"]
    word = "below" if short > 0 else "above"
    return (
        f"Of the {millions(target, 0)} million tonnes of US soybeans China was to buy by "
        f"{day_name(deadline)}, "
        f"{counted}{when}; by {day_name(last['week_ending'])} the {year} season had shipped "
        f"{_amount(last['shipped_t'])}, {percent(abs(short), 0)} {word} the usual {millions(last['norm_t'])}."
    )


def season_title(gaps: pd.DataFrame, year: str) -> str:
    """Title of the season's figure."""
    last = gaps.iloc[-1]
    word = "less" if last["gap_t"] > 0 else "more"
    return (
        f"By {day_name(last['week_ending'])} the {year} season had shipped "
        f"{millions(abs(last['gap_t']))} million "
        f"tonnes {word} US soybeans to China than usual"
    )


def season_subtitle(base_years: Sequence[str]) -> str:
    """Definition of the season's figure."""
    return (
        f"Million tonnes since 1 September. Grey: shipments of the seasons {base_years[0]} to "
        f"{base_years[-1]}, mean and range; black: the pace each promise needs"
    )


def promise_acts(agreed: Mapping[str, object], promise: pd.DataFrame) -> list[Act]:
    """The days to mark: the agreement and the deadlines that fall within a season of it."""
    acts = [Act(pd.Timestamp(str(agreed["date_announced"])), str(agreed["title"]))]
    for row in promise[promise["first"] == promise["first"].iloc[0]].to_dict("records"):
        acts.append(
            Act(row["deadline"], f"{millions(row['target_t'], 0)} million tonnes due ({row['reading']})")
        )
    return acts


def cell_words(cells: pd.DataFrame) -> dict[tuple[str, str], str]:
    """What stands beside each bar of the grid."""
    words = {}
    for row in cells.to_dict("records"):
        if row["status"] == "no data":
            known = (
                ""
                if pd.isna(row["covered_to"])
                else f" after {row['covered_to']:%B %Y} ({_amount(row['quantity_t'])} until then)"
            )
            text = f"no data{known}"
        elif row["status"] == "not begun":
            text = "not begun"
        elif row["status"] == "open":
            text = f"{millions(row['quantity_t'])} ({percent(row['share'], 0)}), open"
        else:
            text = f"{millions(row['quantity_t'])} ({percent(row['share'], 0)}), {row['status']}"
        words[(row["reading"], row["metric"])] = text
    return words


def cell_sentences(cells: pd.DataFrame) -> str:
    """One sentence a cell of the grid, as a list."""
    lines = []
    for row in cells.to_dict("records"):
        target = f"{millions(row['target_t'], 0)} million tonnes by {day_name(row['deadline'])}"
        head = f"- **{row['metric'].capitalize()}, {row['reading']}** ({target}): "
        amount = f"{_amount(row['quantity_t'])}{' tonnes' if row['quantity_t'] else ''}"
        if row["status"] == "not begun":
            text = "the span had not begun on the day of the newest report."
        elif row["status"] == "no data" and pd.isna(row["covered_to"]):
            text = "no data; no table reaches into the span."
        elif row["status"] == "no data":
            text = f"no data to judge it; {amount} by {day_name(row['covered_to'])}, where the table ends."
        else:
            inside = (
                f", {millions(row['inside_t'])} in the periods wholly inside the span"
                if abs(row["quantity_t"] - row["inside_t"]) >= 0.05 * _MT
                else ""
            )
            verdict = {"open": "the deadline lay ahead", "met": "met", "not met": "not met"}
            text = f"{amount} by {day_name(row['covered_to'])}{inside}: {verdict[row['status']]}."
        lines.append(head + text)
    return "\n".join(lines)


def grid_title(cells: pd.DataFrame) -> str:
    """Title of the grid: how many of the readings were met, missed, are open, can not be answered."""
    counts = cells["status"].value_counts()
    named = {"met": "met", "not met": "not met", "open": "open", "no data": "without data"}
    if "not begun" in counts:
        named["not begun"] = "not begun"
    parts = [f"{counts.get(key, 0) or 'none'} {words}" for key, words in named.items()]
    return f"Of {len(cells)} ways to read the promise, {', '.join(parts[:-1])} and {parts[-1]}"


def grid_note(arrivals: pd.DataFrame) -> str:
    """How the grid counts."""
    meanings = "; ".join(f"{metric}: {_MEANING[metric]}" for metric in METRICS)
    printed = arrivals[arrivals["source"] == "press"]["first"]
    press = (
        ""
        if printed.empty
        else f" Arrivals in {period_name(printed.iloc[0], printed.iloc[-1])} are as the press printed them."
    )
    return (
        f"{meanings[0].upper()}{meanings[1:]}. Black line: the target. Weeks and months that touch the span "
        f"count whole, in the buyer's favour.{press}"
    )


def grid_table(cells: pd.DataFrame) -> pd.DataFrame:
    """The grid in millions of tonnes; a cell without data shows no number."""
    shown = cells.copy()
    shown.loc[shown["status"] == "no data", ["quantity_t", "inside_t", "share"]] = float("nan")
    return in_mt(shown)


def pace_rows(
    promise: pd.DataFrame, cells: pd.DataFrame, past: Mapping[str, pd.Series], as_of: pd.Timestamp
) -> pd.DataFrame:
    """The pace table: what each reading needed from its first day, and needs from `as_of` on.

    Returns
    -------
    pandas.DataFrame
        `reading`, `metric`, `from_start_t`, `start_verdict`, `from_now_t`, `now_verdict`, `usual_t`,
        `record_t`; tonnes a week.
    """
    rows = []
    for row in promise.to_dict("records"):
        for metric in ("sold", "shipped"):
            cell = cells[(cells["reading"] == row["reading"]) & (cells["metric"] == metric)].iloc[0]
            start = pace(row["target_t"], 0.0, (row["deadline"] - row["first"]).days + 1, past[metric])
            left = (row["deadline"] - as_of).days
            # Without a count there is no remainder to spread.
            known = not pd.isna(cell["quantity_t"])
            now = pace(row["target_t"], cell["quantity_t"], left, past[metric]) if known else None
            rows.append(
                {
                    "reading": f"{millions(row['target_t'], 0)} million tonnes by "
                    f"{day_name(row['deadline'])}",
                    "metric": metric,
                    "from_start_t": start.needed_t if start else None,
                    "start_verdict": start.verdict if start else "",
                    "from_now_t": now.needed_t if now else None,
                    "now_verdict": _now(now, known, left),
                    "usual_t": past[metric].quantile(0.9),
                    "record_t": past[metric].max(),
                }
            )
    return pd.DataFrame(rows)


def _now(now: Pace | None, known: bool, left: int) -> str:
    if now is not None:
        return now.verdict
    return "deadline passed" if left <= 0 and known else "no data"


def pace_reading(rows: pd.DataFrame, as_of: pd.Timestamp) -> str:
    """What the pace table says, in sentences."""
    first, last = rows.iloc[0], rows.iloc[-2]
    text = (
        f"From the day of the agreement, {first['reading']} asked for sales of "
        f"{millions(first['from_start_t'], 2)} million tonnes a week; nine weeks in ten of the "
        f"past season of "
        f"sales brought less than {millions(first['usual_t'], 2)}, its best "
        f"{millions(first['record_t'], 2)}. "
    )
    if not pd.isna(last["from_now_t"]):
        text += (
            f"From {day_name(as_of)} on, {last['reading']} asks for "
            f"{millions(last['from_now_t'], 2)} million tonnes of "
            f"sales a week ({last['now_verdict']})."
        )
    return text


def origins_title(origins: pd.DataFrame) -> str:
    """Title of the figure of origins."""
    sums = origins.tail(12).sum()
    return (
        f"In the twelve months to {origins.index[-1]:%B %Y} China took {millions(sums['BRA'])} "
        f"million tonnes from "
        f"Brazil and {millions(sums['USA'])} million from the United States"
    )


def substitution_reading(rows: pd.DataFrame) -> str:
    """One sentence a window of the substitution table, as a list."""
    lines = []
    for row in rows.to_dict("records"):
        span = period_name(row["first"], row["last"])
        change = f"United States {_signed(row['usa_t'])}, Brazil {_signed(row['bra_t'])} million tonnes"
        if pd.isna(row["brazil_replaced"]):
            text = "nothing to replace: the United States sold more than a year before."
        else:
            text = f"Brazil's change is {percent(row['brazil_replaced'], 0)} of what the United States lost."
        lines.append(f"- **{span}** ({row['window']}): {change}; {text}")
    return "\n".join(lines)


def _signed(tonnes: float) -> str:
    return millions(tonnes, signed=True)


def losses(gaps: pd.DataFrame, net: pd.DataFrame, value: tuple[int, float]) -> str:
    """What was lost, by the methods the tables support."""
    last, (year, price) = gaps.iloc[-1], value
    flows = {row["destination"]: row for row in net.to_dict("records")}
    span = period_name(net["first"].iloc[0], net["last"].iloc[0])
    china, others = flows["China"], flows["other destinations"]
    offset = -others["change_t"] / china["change_t"]
    return (
        f"- **Gross volume:** {millions(last['gap_t'])} million tonnes less than usual by "
        f"{day_name(last['week_ending'])}. At the unit value of US soybeans sold to China in "
        f"{year} ({price:,.0f} "
        f"dollars a tonne) that is {last['gap_t'] * price / 1e9:,.1f} billion dollars of sales not made to "
        "China. It is no net loss: the beans were sold elsewhere, stored or crushed.\n"
        f"- **Net of other buyers:** in {span}, the months for which destinations are in the tables, China "
        f"took {millions(-china['change_t'])} million tonnes less than in the base seasons and all others "
        f"{millions(others['change_t'])} million more: {percent(offset, 0)} of the gap was sold elsewhere, "
        f"{millions(-flows['all destinations']['change_t'])} million was not.\n"
        "- **Price:** off. The tables hold no soybean prices, so what all US growers lost through a lower "
        "price is not estimated. It may not be added to the first in any case: part of it is the same money."
    )


def duty_reading(values: pd.DataFrame, duty: Duties, on: pd.Timestamp) -> str:
    """The duty on US beans beside the handicap at which both origins would have cost the same."""
    last = values.iloc[-1]
    word = "dearer" if last["break_even"] < 0 else "cheaper"
    bear = (
        "so there was no room for any extra duty"
        if last["break_even"] < 0
        else f"so they could bear {percent(last['break_even'])} more"
    )
    return (
        f"On {day_name(on)} US soybeans pay {duty.waived_pct:g} % with a waiver of the older duties and "
        f"{duty.charged_pct:g} % without (confidence of the law rows: {duty.confidence}). Who holds a waiver "
        "is not published, and state buyers may be exempt, so the duty alone does not explain who bought. "
        f"Against the ordinary duty of {duty.ordinary_pct:g} % that is a handicap of at least "
        f"{duty.handicap:g} points. At the border US beans were {percent(abs(last['break_even']))} {word} "
        f"before duty than Brazilian ones in {last['year']:.0f} ({last['months']:.0f} months with both), "
        f"{bear}. These are customs unit values of different cargoes at different times, not prices."
    )


def coverage(exports: float, reports: float, year: str) -> str:
    """How close the two counts of shipments are."""
    return (
        f"Census shipments make the norm, the weekly reports the current line. For {year}, the last season "
        f"both hold, they give {millions(exports)} and {millions(reports)} million tonnes: the "
        f"reports differ by "
        f"{percent(reports / exports - 1, signed=True)}."
    )


def limits(
    sales: pd.DataFrame, arrivals: pd.DataFrame, inspections: pd.DataFrame, exports: pd.DataFrame
) -> str:
    """What the report can not say, with the ends and gaps of its tables."""
    customs = arrivals[arrivals["source"] == "customs"]["last"].iloc[-1]
    press = arrivals["last"].iloc[-1]
    weeks = sales["week_ending"].drop_duplicates().sort_values()
    gaps = weeks[weeks.diff() > pd.Timedelta(days=7)]
    before = weeks.shift()[gaps.index]
    spans = "; ".join(f"{day_name(a)} to {day_name(b)}" for a, b in zip(before, gaps, strict=True))
    seasons = sorted(sales["marketing_year"].unique())
    return (
        f"- **Arrivals** by origin end with {customs:%B %Y}. "
        + (
            f"To {press:%B %Y} the press printed the zeros of China's customs; after that there is no "
            "table.\n"
            if press > customs
            else "After that there is no table.\n"
        )
        + f"- **Sales** begin with {seasons[0]}, so their norm is one season; that of shipments is several. "
        f"No weekly reports are in the table between: {spans}. They are left missing.\n"
        "- **Unknown destinations.** US reports also book sales without naming the buyer; part of them "
        "turns out to be for China. The tables hold China alone, so sales may be understated, by how much "
        "can not be said.\n"
        f"- **Inspections** end with {day_name(inspections['week_ending'].max())} and **destinations** of US "
        f"exports with {exports['month'].max():%B %Y}.\n"
        "- **Prices** are not in the tables: the loss through prices and the published estimate of it can "
        "not be reproduced.\n"
        "- The promise names no crop, no form of proof and, in the readings given later, another deadline. "
        "The grid answers each reading and picks none."
    )


def in_mt(table: pd.DataFrame) -> pd.DataFrame:
    """Turn every column of tonnes (`…_t`) into millions (`…_mt`), and days into plain dates."""
    shown = table.copy()
    for column in table.columns:
        if str(column).endswith("_t"):
            shown[column] = pd.to_numeric(shown[column]) / _MT
        elif pd.api.types.is_datetime64_any_dtype(shown[column]):
            days = [None if pd.isna(stamp) else stamp.date() for stamp in shown[column]]
            shown[column] = pd.Series(days, index=shown.index, dtype=object)
    return shown.rename(columns=lambda name: f"{name[:-2]}_mt" if str(name).endswith("_t") else name)


def cell_keys(cells: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Reading, metric and headline key of each cell, the same from build to build."""
    readings = dict(zip(cells["reading"].unique(), _READING_KEYS, strict=True))
    pairs = zip(cells["reading"], cells["metric"], strict=True)
    return [(reading, metric, f"{metric}_{readings[reading]}") for reading, metric in pairs]


_READING_KEYS = ("fact_sheet", "officials", "calendar_year")


def cell_headline(cell: pd.Series) -> tuple[float | str, str]:
    """Value and unit of a cell's headline: share of the target in percent, or `no data`, or `not begun`."""
    if cell["status"] in ("no data", "not begun"):
        return str(cell["status"]), ""
    return 100 * float(cell["share"]), "percent"


def cell_definition(cell: pd.Series) -> str:
    """Definition of a cell's headline."""
    seasons = "" if cell["metric"] == "arrived" else ", of all seasons together"
    return (
        f"Share of {millions(cell['target_t'], 0)} million tonnes of US soybeans due "
        f"{day_name(cell['deadline'])}; "
        f"{_MEANING[cell['metric']]}{seasons}; {cell['status']}"
    )


def level_definition(what: str, on: pd.Timestamp, year: str) -> str:
    """Definition of a level of the season."""
    return (
        f"US soybeans {what} to China, marketing year {year}, weekly export sales to {day_name(on)}; "
        f"{_MEANING[what]}"
    )


def norm_definition(gaps: pd.DataFrame, year: str, base_years: Sequence[str]) -> str:
    """Definition of shipments against the norm."""
    return (
        f"Shipments of US soybeans to China in {year} to "
        f"{day_name(gaps['week_ending'].iloc[-1])} against the "
        f"mean of {base_years[0]} to {base_years[-1]} at the same month's end"
    )


def gap_definition(gaps: pd.DataFrame, base_years: Sequence[str]) -> str:
    """Definition of the gross gap."""
    return (
        f"Mean shipments of {base_years[0]} to {base_years[-1]} less those of the season, to "
        f"{day_name(gaps['week_ending'].iloc[-1])}; gross of what others bought"
    )


def pace_note(before: str, shipped: pd.Series, inspections: pd.DataFrame) -> str:
    """What the pace is measured by."""
    return (
        f"Sales: weeks of {before}, the one other season in the tables (weeks without a report left out). "
        f"Shipments: {len(shipped)} weeks of inspections in the base seasons, to "
        f"{day_name(inspections['week_ending'].max())}. Usual top: nine weeks in ten brought "
        f"less. Feasible: no "
        "more than that, though a week is not a pace held for months; hard: up to the record; not seen: "
        "above it."
    )


def net_caption(net: pd.DataFrame) -> str:
    """Caption of the table of destinations."""
    return (
        f"US soybean exports by destination, {period_name(net['first'].iloc[0], net['last'].iloc[0])} "
        "against the same months of the base seasons"
    )
