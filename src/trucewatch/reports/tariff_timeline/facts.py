"""What the sentences of the tariff timeline rest on: facts computed from averages, bounds and acts."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise, takewhile
from typing import Any

import pandas as pd

from trucewatch.duty.averages import value_on
from trucewatch.ledger.cell_types import OPEN_END
from trucewatch.ledger.ledger import Ledger
from trucewatch.page.numbers import day_name, points
from trucewatch.page.plain import plain
from trucewatch.page.style import Act
from trucewatch.reports.tariff_timeline import premium
from trucewatch.trade.definitions import reached_share
from trucewatch.trade.duty_averages import Side, suspended
from trucewatch.trade.weights import WEIGHTS

SIDES = {"USA": "the United States", "CHN": "China"}
ORIGINS = {"CHN": "China", "HKG": "Hong Kong", "MAC": "Macao"}
EVENTS = ("us_20250402_eo14256", "both_20251014_port_fees")
"""Acts on the timeline that are no part of an average: parcels and ships."""
NAMED_PP = 0.5
"""A duty that moves an average by less than this is not named in a figure."""
LEAST_PP = 0.05
"""Fewer suspended points than this are called none."""
DRIVERS = {
    "met_pp": "conditions of a duty that a code does not show (dual-use parts, patents, size)",
    "unmet_pp": "conditional exemptions, and lists known only in part",
    "claimed_pp": "exclusions and waivers that an importer has to claim",
}


def charges(importer: str, origin: str) -> str:
    """Name the duties of a side; the US ones by the origin of the goods."""
    if importer == "CHN":
        return "China's duties on US goods"
    return "US duties on " + ("Chinese goods" if origin == "CHN" else f"goods from {ORIGINS[origin]}")


def last_day(sides: Mapping[str, Side]) -> date:
    """Return the last day of the law."""
    return sides["USA"].panel.end - timedelta(days=1)


def narrowed(origin: str, products: Sequence[str], lens: str, voyage_days: int) -> str:
    """Return what a run is narrowed to (`Report.narrow`); nothing for all Chinese goods as collected."""
    parts = []
    if origin != "CHN":
        parts.append(f"goods from {ORIGINS[origin]}")
    if products:
        parts.append(f"{'code' if len(products) == 1 else 'codes'} {', '.join(products)} only")
    if lens != "as_collected":
        parts.append("duties held unlawful left out")
    if voyage_days:
        parts.append(f"goods {voyage_days} days on the water")
    told = "; ".join(parts)
    return told[:1].upper() + told[1:]


def events_table(ledger: Ledger) -> pd.DataFrame:
    """Return the events of the timeline: day, end, what, citation."""
    acts = [ledger.act[act_id] for act_id in EVENTS]
    return pd.DataFrame(
        {
            "from": [act.date_effective for act in acts],
            "until": [act.date_ended for act in acts],
            "event": [act.title for act in acts],
            "citation": [act.citation or act.instrument for act in acts],
            "confidence": [act.confidence for act in acts],
        }
    )


def figure_acts(steps: pd.DataFrame, ledger: Ledger, since: date, events: bool = True) -> list[Act]:
    """Return the acts to number on the timeline: those behind the steps, and the events, one entry a day."""
    found: dict[date, list[str]] = {}
    for row in steps[steps["move_pp"].abs() >= NAMED_PP].to_dict("records"):
        name = row["title"] or f"{row['authority']} changes"
        found.setdefault(row["date"], []).append(name)
    for act_id in EVENTS if events else ():
        act = ledger.act[act_id]
        if act.date_effective is not None and act.date_effective >= since:
            found.setdefault(act.date_effective, []).append(f"{act.title} (event, no part of the average)")
    return [Act(pd.Timestamp(day), "; ".join(dict.fromkeys(found[day]))) for day in sorted(found)]


def peak(one: Side, name: str) -> tuple[float, date]:
    """Return the highest average and its first day."""
    total = one.total(name)
    at = int(total["rate_pct"].to_numpy().argmax())
    return float(total["rate_pct"].iloc[at]), total["valid_from"].iloc[at]


def levels_now(sides: Mapping[str, Side], lead: str) -> dict[str, Any]:
    """Return both averages of the last day, China's as traded under its waiver, and the peaks."""
    last = last_day(sides)
    below = sides["CHN"].waived.get(lead)
    top = {name: peak(one, lead) for name, one in sides.items()}
    return {
        "day": last,
        **{name: value_on(one.total(lead), last) for name, one in sides.items()},
        "waived": None if below is None else value_on(below, last),
        **{f"top_{name}": level for name, (level, _) in top.items()},
        "months": list(dict.fromkeys(f"{day:%B %Y}" for _, day in top.values())),
    }


def next_move(cliffs: pd.DataFrame) -> dict[str, Any] | None:
    """Return the next dated change that moves an average by a point or more; None without one."""
    moves = cliffs[cliffs["average_pp"].abs() >= 1].to_dict("records")
    return {str(key): value for key, value in moves[0].items()} if moves else None


def who_charges_more(sides: Mapping[str, Side], lead: str) -> dict[str, Any]:
    """Return which side charges more under the leading weights, since when without a break, and the doubt.

    `turned` says whether the other side charges more under other weights, `overlap` whether the bounds meet.
    """
    last = last_day(sides)
    totals = {name: one.total(lead) for name, one in sides.items()}

    def is_china_ahead(day: date) -> bool:
        return value_on(totals["CHN"], day) > value_on(totals["USA"], day)

    ahead = is_china_ahead(last)
    days = sorted({day for total in totals.values() for day in total["valid_from"]}, reverse=True)
    since = list(takewhile(lambda day: is_china_ahead(day) == ahead, days))[-1]
    top, below = ("CHN", "USA") if ahead else ("USA", "CHN")
    low = value_on(sides[top].bounds(lead), last, "low_pct")
    high = value_on(sides[below].bounds(lead), last, "high_pct")
    turned = any(
        value_on(sides[top].total(name), last) < value_on(sides[below].total(name), last)
        for name in sides[top].average
        if name in sides[below].average
    )
    return {
        "since": since,
        "until": last,
        "top": SIDES[top],
        "below": SIDES[below],
        "weights": lead,
        "turned": turned,
        "overlap": low <= high,
    }


def levels_by_phase(
    sides: Mapping[str, Side], lead: str, phases: pd.DataFrame
) -> list[tuple[str, list[tuple[str, float]]]]:
    """Return the average of each side on the first day of each phase."""
    rows = phases.to_dict("records")
    return [
        (
            charges(name, one.panel.origin),
            [(row["label"], value_on(one.total(lead), row["valid_from"])) for row in rows],
        )
        for name, one in sides.items()
    ]


def suspended_now(sides: Mapping[str, Side], lead: str, ledger: Ledger) -> list[dict[str, Any]]:
    """Return what would come back on the last day, and what would on goods that no average can see."""
    last = last_day(sides)
    return [
        {
            "charges": charges(name, one.panel.origin),
            "pp": suspended(one, lead, last),
            "unseen": _unseen_suspensions(ledger, name, last),
        }
        for name, one in sides.items()
    ]


def _unseen_suspensions(ledger: Ledger, importer: str, day: date) -> list[str]:
    """Return the dated legal suspensions of a day on duties that wait for a fact no code shows."""
    return [
        f"{plain(measure.title)} ({points(float(row.rate_if_lifted_pct), 0)} % from {day_name(row.valid_to)})"
        for row in ledger.suspensions
        if (measure := ledger.measure[row.measure_id]).importer == importer
        and measure.conditional_default == "conditional"
        and row.kind == "legal"
        and row.valid_from <= day < row.valid_to < OPEN_END
    ]


def reached_shares(one: Side, ledger: Ledger, day: date) -> list[tuple[float, str]]:
    """Return which share of trade pays the reciprocal duty, by weights."""
    return [(reached_share(one, name, "IEEPA_RECIP", ledger, day), name) for name in one.weights]


def highest_phases(levels: pd.DataFrame, lead: str, origin: str) -> list[dict[str, Any]]:
    """Return in which phase each side was highest, and its average in the last phase."""
    column = f"{lead}_pct"
    found = []
    for importer, rows in levels.groupby("importer", sort=False):
        top = rows.sort_values(column).iloc[-1]
        found.append(
            {
                "charges": charges(str(importer), origin),
                "phase": top["phase"],
                "top_pct": top[column],
                "now_pct": rows[column].iloc[-1],
            }
        )
    return found


def long_levels(sides: Mapping[str, Side], lead: str, since: date) -> list[dict[str, Any]]:
    """Return each average on the first day, on the day before the second trade war, and today."""
    last = last_day(sides)
    return [
        {
            "charges": charges(name, one.panel.origin),
            "first": one.panel.first,
            "start_pct": value_on(one.total(lead), one.panel.first),
            "before_pct": value_on(one.total(lead), since),
            "now_pct": value_on(one.total(lead), last),
        }
        for name, one in sides.items()
    ]


def grid_moves(grid: pd.DataFrame, importer: str, origin: str) -> dict[str, Any]:
    """Tell law from definition in the grid: spread within a day, change between days."""
    days = list(grid.columns[4:])
    own = grid.set_index("definition_id")
    sets = grid[grid["definition_id"].isin(WEIGHTS)]
    lead = own.loc[grid["definition_id"].iloc[0]]
    return {
        "charges": charges(importer, origin),
        "spreads": [(sets[day].max() - sets[day].min(), day) for day in days],
        "changes": [(lead[after] - lead[before], before, after) for before, after in pairwise(days)],
        "day": days[0],
        "base_pp": lead[days[0]] - own.loc["no_base", days[0]],
        "exempt_pp": own.loc["no_exemptions", days[0]] - lead[days[0]],
    }


def bounds_now(widths: pd.DataFrame, origin: str) -> list[dict[str, Any]]:
    """Return the bounds of each side on the last day shown, and what drives their width."""
    found = []
    for importer, rows in widths.groupby("importer", sort=False):
        row = rows.iloc[-1]
        main = max(DRIVERS, key=lambda name: abs(float(row[name])))
        found.append(
            {
                **{name: row[name] for name in ("date", "low_pct", "high_pct", "width_pp")},
                "charges": charges(str(importer), origin),
                "driver": DRIVERS[main],
                "driver_pp": row[main],
            }
        )
    return found


def cliff_counts(cliffs: pd.DataFrame) -> dict[str, Any]:
    """Return the first day of the cliff calendar, its entries, and the largest move of an average."""
    first = cliffs["on"].min() if len(cliffs) else None
    moving = cliffs.dropna(subset=["average_pp"])
    most = None
    if not moving.empty:
        row = moving.iloc[int(moving["average_pp"].abs().to_numpy().argmax())]
        most = {name: row[name] for name in ("average_pp", "on", "confidence")}
        most["goods"] = str(row["what"]).partition(": ")[0]
    return {"first": first, "count": int((cliffs["on"] == first).sum()), "most": most}


def gap_counts(gaps: pd.DataFrame) -> dict[str, Any]:
    """Return the published averages by verdict and cause."""
    verdicts = gaps["verdict"].value_counts()
    close, differs = int(verdicts.get("close", 0)), int(verdicts.get("differs", 0))
    return {
        "close": close,
        "comparable": close + differs,
        "causes": list(gaps.loc[gaps["cause"] != "", "cause"].value_counts().items()),
        "not_computed": int(verdicts.get("cannot be computed", 0)),
    }


def weight_limits(weights: pd.DataFrame) -> dict[str, Any]:
    """Return the shares of the US weights that limit the averages."""
    usa = weights[weights["importer"] == "USA"]
    simple = usa.loc[usa["weights"] == "simple", "not_modelled_share"]
    return {"usa": usa.iloc[0], "incomplete": float(simple.iloc[0]) if len(simple) else 0.0}


def premium_facts(premiums: pd.DataFrame, last: date) -> dict[str, Any]:
    """Return China's premium over its rivals on the first day, at its highest and on the last day."""
    rows = premiums[premiums["valid_from"] <= last].to_dict("records")
    return {"first": rows[0], "now": rows[-1], "top": max(rows, key=lambda row: row["premium_pp"])}


def rivals_table(
    averages: pd.DataFrame,
    gaps: pd.DataFrame,
    value_usd: pd.Series,
    names: Mapping[str, str],
    days: Sequence[date],
) -> pd.DataFrame:
    """Return the average duty by supplier on some days, and law beside assessed duty in the newest month.

    Suppliers that the table of assessed duty does not name are left out.

    - `averages`: `partner_iso3`, `valid_from`, `valid_to`, `rate_pct`; `low_pct`, `high_pct`, shown of the
      last day alone
    - `gaps`: as `premium.law_and_assessed` returns it
    - `value_usd`: US imports of the year of the weights, by partner; `WLD` for all
    - `names`: name by ISO3
    - `days`: days of the columns
    """
    newest = gaps[gaps["month"] == gaps["month"].max()].set_index("partner")
    rows = []
    for partner, own in averages.groupby("partner_iso3", sort=False):
        name = names[str(partner)]
        if name not in newest.index:
            continue
        rates = {f"average_pct_{day}": value_on(own, day) for day in days}
        rates |= {name: value_on(own, days[-1], name) for name in ("low_pct", "high_pct")}
        share = value_usd[partner] / value_usd["WLD"]
        month = newest.loc[name].drop("month").to_dict()
        rows.append({"partner": name, "imports_share": share, **rates, **month})
    return pd.DataFrame(rows).sort_values(f"average_pct_{days[-1]}", ascending=False, ignore_index=True)


def premium_table(premiums: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return `premium.by_day` as a reader sees it: newest first, the dearest rival by its name."""
    return premiums.iloc[::-1].assign(highest=premiums["highest"].map(names)).reset_index(drop=True)


def covered(partners: Iterable[str], value_usd: pd.Series) -> float:
    """Return the share of US imports that China and some other suppliers sold."""
    return float(value_usd[["CHN", *partners]].sum() / value_usd["WLD"])


def gap_facts(gaps: pd.DataFrame) -> dict[str, Any]:
    """Return for how many suppliers the newest month lies below the law, and the widest and narrowest gap."""
    newest = gaps[gaps["month"] == gaps["month"].max()].dropna().sort_values("assessed_gap_pp")
    widest = newest.loc[newest["assessed_gap_pp"].abs().idxmax()].to_dict()
    narrowest = newest.loc[newest["assessed_gap_pp"].abs().idxmin()].to_dict()
    return {
        "month": newest["month"].iloc[0],
        "count": int((newest["assessed_gap_pp"] < 0).sum()),
        "all": len(newest),
        "widest": widest,
        "narrowest": narrowest,
    }


def cause_facts(causes: pd.DataFrame, gaps: pd.DataFrame) -> dict[str, Any]:
    """Return by year, the newest first, how many gaps have which cause, and the suppliers that show it best.

    `causes`: as `premium.gap_causes` returns it, of `gaps`, whose months run from January on.
    """
    found = []
    for year, rows in causes.groupby("year", sort=False):
        rows = rows[rows["cause"] != premium.SMALL]
        known = rows["mix_of_goods_pp"].notna()
        by_cause = {
            "goods": rows[rows["cause"] == premium.OTHER_GOODS],
            "older": rows[rows["cause"] == premium.OLDER_LAW],
            "open": rows[rows["cause"] == premium.OPEN_FACTS],
            "unknown": rows[rows["cause"] == premium.UNKNOWN_GOODS],
            "untold": rows[rows["cause"].isin([premium.UNTOLD, premium.UNKNOWN_GOODS])],
        }
        widest = {
            name: of.sort_values("assessed_gap_pp", key=abs, ascending=False).head(3).to_dict("records")
            for name, of in by_cause.items()
        }
        counts = {f"{name}_count": len(of) for name, of in by_cause.items()}
        found.append({"year": year, "all": len(rows), "known": int(known.sum()), **counts, **widest})
    return {"years": found, "month": calendar.month_name[int(gaps["months"].max())]}


def within(beside: pd.DataFrame, near_pp: float = 2.0) -> dict[str, Any]:
    """Return how many published averages lie near ours, and those that do not, widest first."""
    far = beside[beside["gap_pp"].abs() > near_pp].sort_values("gap_pp", key=abs, ascending=False)
    return {
        "near": len(beside) - len(far),
        "all": len(beside),
        "near_pp": near_pp,
        "far": far.to_dict("records"),
    }
