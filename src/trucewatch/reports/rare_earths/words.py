"""The words of the report on rare earths, computed from its tables: they turn when the numbers turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from trucewatch.page.numbers import day_name, percent, period_name
from trucewatch.page.style import Act
from trucewatch.reports.rare_earths.exposure import HEADINGS
from trucewatch.trade.magnet_counts import REPORTED, Resumption, SameMonths, Span, absent_months

NAMES = {"WLD": "the world", "USA": "the United States"}
PANELS = {"WLD": "To the world", "USA": "To the United States"}


def _tonnes(value: float) -> str:
    return f"{value:,.0f} tonnes"


def _against(value: float, base: float) -> str:
    change = value / base - 1
    return f"{percent(abs(change), 0)} {'below' if change < 0 else 'above'}"


def finding(
    us: Resumption, month: SameMonths | None, quarter: SameMonths | None, magnets: pd.Series, year: int
) -> str:
    """The finding: newest month and quarter against those before the licences, the low, who is exposed."""
    said = []
    if month:
        said.append(
            f"In {month.now.first:%B %Y} China exported {_tonnes(month.now.mean_t)} of rare earth magnets to "
            f"the United States, {_change(month)} {month.before.first:%B %Y}, before licences were required"
        )
    if quarter:
        said.append(
            f"over {period_name(quarter.now.first, quarter.now.last)} exports were {_change(quarter)} "
            f"{period_name(quarter.before.first, quarter.before.last)}"
        )
    said.append(
        f"they fell to {_tonnes(us.lowest_t)} in {us.lowest_month:%B %Y}, "
        f"{_against(us.lowest_t, us.before.mean_t)} the monthly mean of "
        f"{period_name(us.before.first, us.before.last)}"
    )
    text = "; ".join(said)
    return (
        f"{text[0].upper()}{text[1:]}. China supplied {percent(magnets['share'], 0)} of US imports of "
        f"{magnets['goods']} in {year}."
    )


def _change(pair: SameMonths) -> str:
    return f"{percent(abs(pair.change), 0)} {'below' if pair.change < 0 else 'above'}"


def magnets_title(us: Resumption, month: SameMonths | None) -> str:
    """Title of the figure of tonnes."""
    low = f"{us.lowest_t:,.0f} in {us.lowest_month:%B %Y}"
    if month is None:
        return f"Magnets to the United States fell to {low}, in tonnes"
    return (
        f"Magnets to the United States: {_tonnes(month.before.mean_t)} in {month.before.first:%B %Y}, {low}, "
        f"{month.now.mean_t:,.0f} in {month.now.first:%B %Y}"
    )


def magnets_note(before: Span, norm_years: Sequence[int]) -> str:
    """What the marks of the figure of tonnes mean."""
    years = ", ".join(map(str, norm_years))
    return (
        "Full bars: reported by the press from China's customs; hatched: derived from a printed rate or "
        f"total. Dashed: mean month of {period_name(before.first, before.last)}. Diamonds: the same month of "
        f"{years}, where known. A wide bar is a period of more months at its mean; no bar: no figure is "
        "known."
    )


def control_acts(table: pd.DataFrame, others: pd.DataFrame) -> list[Act]:
    """Acts to mark on the tonnes: each day of announcement once, the other acts beside them."""
    acts = []
    for announced, rows in table.groupby("announced"):
        first = rows.iloc[0]
        more = f" and {len(rows) - 1} further controls" if len(rows) > 1 else ""
        acts.append(Act(pd.Timestamp(str(announced)), f"{first['title']}{more}"))
    for row in others.to_dict("records"):
        acts.append(Act(pd.Timestamp(row["date_announced"]), str(row["title"])))
    return sorted(acts, key=lambda act: (act.date, act.name))


def controls_title(table: pd.DataFrame) -> str:
    """Title of the figure of controls."""
    early = int((~table["has_applied"]).sum())
    suspended = int(table["suspended"].notna().sum())
    standing = len(table) - suspended
    return (
        f"China suspended {suspended} of {len(table)} rare-earth controls, {early} of them before their main "
        f"effective date; {standing} {'remains' if standing == 1 else 'remain'} in force"
    )


def controls_note(table: pd.DataFrame) -> str:
    """What the ledger notes of each control."""
    notes = [f"{row['instrument']}: {row['note']}" for row in table.to_dict("records") if row["note"]]
    return " ".join(notes)


def controls_table(table: pd.DataFrame) -> pd.DataFrame:
    """The controls as a reader's table."""
    shown = table.assign(has_applied=table["has_applied"].map({True: "yes", False: "no"}))
    for column in ("announced", "effective", "suspended", "until"):
        shown[column] = [None if pd.isna(day) else day.date() for day in shown[column]]
    columns = [
        "instrument",
        "scope",
        "announced",
        "effective",
        "suspended",
        "until",
        "has_applied",
        "confidence",
    ]
    return shown[columns]


def short_names(table: pd.DataFrame) -> pd.DataFrame:
    """Add `short`: the instrument and what it covers."""
    numbers = table["instrument"].str.extract(r"(No\. \d+)")[0].fillna(table["instrument"])
    return table.assign(short=numbers + ": " + table["scope"])


_VERDICTS = {
    "resumed": "supplies had resumed",
    "partly resumed": "supplies had partly resumed",
    "not resumed": "supplies had not resumed",
}


def resumption_reading(
    found: Sequence[Resumption], threshold: float, claimed: pd.Timestamp, control: pd.Series
) -> str:
    """The claim put to the test, one sentence a destination."""
    lines = [
        f"The claim of {day_name(claimed)} was that China had resumed supplies. The rule: "
        f"resumed if the mean of "
        f"the newest months before the claim reaches {percent(threshold, 0)} of the mean month before the "
        "licences; partly, if it lies above the trough. The threshold is a parameter; a verdict turns where "
        "the share below meets it.\n"
    ]
    for row in found:
        base = " (this base holds derived figures)" if row.before.basis != REPORTED else ""
        lines.append(
            f"- **To {row.destination}:** {_tonnes(row.later.mean_t)} a month in "
            f"{period_name(row.later.first, row.later.last)}, {percent(row.share, 0)} of the "
            f"{_tonnes(row.before.mean_t)} before{base}, after {_tonnes(row.lowest_t)} in "
            f"{row.lowest_month:%B %Y}: **{_VERDICTS[row.verdict]}**."
        )
    standing = (
        "stayed in force"
        if pd.isna(control["suspended"])
        else f"was suspended on {day_name(control['suspended'])}"
    )
    lines.append(
        f"- **The control itself** ({control['instrument']}) {standing}: exports recovered under licences."
    )
    return "\n".join(lines)


def resumption_rows(found: Sequence[Resumption]) -> pd.DataFrame:
    """The test as a table."""
    return pd.DataFrame(
        {
            "destination": row.destination,
            "before_t": row.before.mean_t,
            "before_basis": row.before.basis,
            "lowest_t": row.lowest_t,
            "lowest_month": row.lowest_month.date(),
            "later_t": row.later.mean_t,
            "later_basis": row.later.basis,
            "share": row.share,
            "verdict": row.verdict,
        }
        for row in found
    )


def missing_reading(
    norms: Mapping[str, pd.DataFrame],
    norm_years: Sequence[int],
    effective: pd.Timestamp,
    lowest: pd.Timestamp,
) -> str:
    """What is missing against the norm, for months with a twin only."""
    years = ", ".join(map(str, norm_years))
    lines = []
    for name, table in norms.items():
        derived = int((table["norm_basis"] != REPORTED).sum())
        short = table[table["missing_t"] > 0]
        listed = ", ".join(f"{row['month']:%b %Y} {row['index']:.0f}" for row in table.to_dict("records"))
        lines.append(
            f"- **To {NAMES[name]}:** exports were {_tonnes(table['missing_t'].sum())} lower in "
            f"{len(short)} of the {len(table)} months that can be compared with {years} ({derived} of those "
            f"derived). Index, same month of {years} = 100: {listed}."
        )
    first = min(table["month"].min() for table in norms.values())
    if effective < first:
        span = period_name(effective.replace(day=1), first - pd.DateOffset(months=1))
        deepest = f", the lowest month ({lowest:%B %Y}) among them," if lowest < first else ""
        lines.append(f"- {span}{deepest} cannot be compared: what is missing then is not in these sums.")
    return "\n".join(lines)


def missing_table(norms: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Both destinations' months against the norm in one table."""
    parts = [
        table.assign(destination=NAMES[name], month=table["month"].dt.date) for name, table in norms.items()
    ]
    whole = pd.concat(parts, ignore_index=True)
    return whole[["destination", *(column for column in whole.columns if column != "destination")]]


def exposure_title(table: pd.DataFrame, year: int) -> str:
    """Title of the exposure figure: the largest value at risk."""
    first = table.iloc[0]
    return (
        f"{first['goods']}: {percent(first['share'], 0)} of US imports came from China in {year}, "
        f"{first['at_risk_usd'] / 1e6:,.0f} million dollars"
    )


def exposure_reading(groups: pd.DataFrame, year: int) -> str:
    """Exposure and concentration by group, one sentence each."""
    lines = [
        f"- **{row['goods'].capitalize()}** (HS {row['code']}): {percent(row['share'], 0)} from China, "
        f"{row['at_risk_usd'] / 1e6:,.1f} of {row['imports_usd'] / 1e6:,.1f} million dollars; Herfindahl "
        f"index {row['hhi']:.2f}, as if there were {row['effective_suppliers']:.1f} equal suppliers; next: "
        f"{row['next_supplier']} with {percent(row['next_share'], 0)}."
        for row in groups.to_dict("records")
    ]
    return f"US imports for consumption, {year}:\n\n" + "\n".join(lines)


def values_reading(table: pd.DataFrame, controlled: Sequence[str], placebo: Sequence[str]) -> str:
    """What annual values of controlled and placebo goods did, without calling it an effect."""

    def change(codes: Sequence[str]) -> float:
        rows = table[table["hs6"].str.startswith(tuple(codes))]
        return float(rows["value_usd"].sum() / rows["base_usd"].sum() - 1)

    span = f"{table['base_year'].iloc[0]} to {table['year'].iloc[0]}"
    names = " and ".join(HEADINGS.get(code, code) for code in placebo)
    return (
        f"From {span} US imports of the listed goods from China changed by "
        f"{percent(change(controlled), signed=True)} in value, {names}, taken as a placebo, by "
        f"{percent(change(placebo), signed=True)}. Two annual values a code show no cause: prices and duties "
        "moved too."
    )


def not_run(magnets: pd.DataFrame) -> str:
    """Why the effect of the licences is not estimated."""
    places = magnets["partner_iso3"].nunique()
    return (
        "**No estimate of an effect.** That would need tonnes by tariff line, destination and month, "
        "controlled lines against lines without a control. The data have one product and "
        f"{places} destinations, one of which contains the other."
    )


def totals(rows: pd.DataFrame) -> pd.DataFrame:
    """Printed totals as a reader's table."""
    shown = rows.sort_values(["product", "partner_iso3", "period_from", "period_to"])
    names = {"WLD": "world", "USA": "United States"}
    return shown.assign(destination=shown["partner_iso3"].map(names))[
        ["product", "destination", "period", "quantity_t", "source"]
    ]


def limits(panels: Mapping[str, pd.DataFrame], year: int) -> str:
    """What the report cannot say, with the gaps of its tables."""
    gaps = []
    for name, rows in panels.items():
        absent = absent_months(rows)
        derived = int((rows["basis"] != REPORTED).sum())
        spans = ", ".join(f"{month:%b %Y}" for month in absent) or "none"
        wide = rows[rows["months"] > 1]
        joined = "".join(
            f"; {period_name(row['first'], row['end'] - pd.DateOffset(months=1))} only together"
            for row in wide.to_dict("records")
        )
        gaps.append(
            f"- **To {NAMES[name]}:** {rows['first'].iloc[0]:%B %Y} to "
            f"{rows['end'].iloc[-1] - pd.DateOffset(months=1):%B %Y}; missing months: {spans}{joined}; "
            f"{derived} of {len(rows)} figures derived."
        )
    return "\n".join(gaps) + (
        "\n- **Licences** are not published. That tonnes moved with them is inferred from dates, and "
        "stockpiling, demand and duties moved too.\n"
        "- **Tonnes of magnets** mix kinds: those with the listed heavy elements and those without. Magnets "
        "inside motors and goods routed through other countries are not seen.\n"
        "- **Destinations** other than the United States are not in the table by month, so no concentration "
        "of China's own exports is given.\n"
        f"- **US imports** are those of {year} from the countries in the table, the European Union as one "
        "supplier; small suppliers outside it are left out, and the index is a little too high for that. "
        "Ceramic magnets share the heading of metal magnets and are shown by their own number."
    )


def against_definition(place: str, pair: SameMonths) -> str:
    """Definition of the newest months against the same months before the control."""
    return (
        f"China's exports of rare earth magnets to {NAMES[place]} in "
        f"{period_name(pair.now.first, pair.now.last)} ({pair.now.basis}) against "
        f"{period_name(pair.before.first, pair.before.last)} ({pair.before.basis}), before licences"
    )


def trough_definition(row: Resumption) -> str:
    """Definition of the trough."""
    return f"Magnets from China to {row.destination} in their lowest month, {row.lowest_month:%B %Y}"


def resumed_definition(row: Resumption) -> str:
    """Definition of the share that had come back by the claim."""
    return (
        f"Magnets to {row.destination}, mean month of {period_name(row.later.first, row.later.last)} as a "
        f"share of {period_name(row.before.first, row.before.last)}: {row.verdict}"
    )


def missing_definition(place: str, table: pd.DataFrame, norm_years: Sequence[int]) -> str:
    """Definition of the missing tonnes."""
    return (
        f"Magnets to {NAMES[place]} below the same month of {', '.join(map(str, norm_years))}, sum over the "
        f"{len(table)} months with a twin, {period_name(table['month'].iloc[0], table['month'].iloc[-1])}"
    )


def share_definition(row: Mapping[str, object], year: int) -> str:
    """Definition of China's share in US imports."""
    return f"China's share of US imports of {row['goods']} (HS {row['code']}) by customs value, {year}"


def last_day(controls: pd.DataFrame, panels: Mapping[str, pd.DataFrame]) -> pd.Timestamp:
    """Last day to draw: half a year past the last day any control or tonne names."""
    days = [
        controls["until"].max(),
        controls["effective"].max(),
        *(rows["end"].max() for rows in panels.values()),
    ]
    return max(day for day in days if not pd.isna(day)) + pd.DateOffset(months=6)
