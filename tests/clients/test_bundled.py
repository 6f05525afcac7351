"""What is bundled came from these publishers: said in their form, it must come back as it is bundled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pandas as pd
import pytest

from tests.clients.helpers import fetch
from tests.clients.server import Asked, Publisher, Reply
from trucewatch.paths import project_root
from trucewatch.sources.clients import census, fas, fred, treasury
from trucewatch.sources.http import Http
from trucewatch.sources.ingest import load
from trucewatch.sources.vintages import Vintage
from trucewatch.tables.registry import get_table

BASE = "Index Dec 2003=100"
FILES = {
    "bls__import_prices_monthly": "bls/import_prices_monthly.csv",
    "fed__usd_cny_monthly": "fed/usd_cny_monthly.csv",
    "census__us_china_goods_monthly": "census/us_china_goods_monthly.csv.gz",
    "treasury__customs_duties_monthly": "treasury/customs_duties_monthly.csv.gz",
    "census__us_imports_partner_monthly": "census/us_imports_partner_monthly_40.csv.gz",
    "census__us_imports_transport_monthly": "census/us_imports_transport_monthly.csv.gz",
    "usda__soybean_sales_weekly": "usda/soybean_sales_weekly.csv.gz",
}


@cache
def bundled(table: str) -> pd.DataFrame:
    file = FILES[table]
    vintage = Vintage(table, "", file, "", 0, date.max, True, False)
    frame = load(vintage, project_root() / "data/sources" / file)
    return frame.sort_values(list(get_table(table).key), ignore_index=True)


def same(found: pd.DataFrame, table: str, since: date | None = None) -> None:
    expected = bundled(table)
    if since is not None:
        expected = expected[expected["month"] >= pd.Timestamp(since)].reset_index(drop=True)
    columns = [name for name in expected if name != "retrieved_from"]
    pd.testing.assert_frame_equal(found[columns], expected[columns])


def observations(values: pd.Series) -> Any:
    texts = ["." if pd.isna(value) else repr(value) for value in values]
    days = values.index.strftime("%Y-%m-%d")
    return {
        "count": len(values),
        "observations": [{"date": day, "value": text} for day, text in zip(days, texts, strict=True)],
    }


def test_fred(publisher: Publisher, http: Http) -> None:
    yuan = bundled("fed__usd_cny_monthly").set_index("month")["cny_per_usd"]
    goods = (bundled("census__us_china_goods_monthly").set_index("month")).drop(
        columns="retrieved_from"
    ) * 1000
    series = {
        "EXCHUS": yuan,
        "IMPCH": goods["imports_bn_usd"].round(4),
        "EXPCH": goods["exports_bn_usd"].round(4),
    }
    prices = bundled("bls__import_prices_monthly")
    series |= dict.fromkeys(fred.ORIGINS, prices.set_index("month")["price_index"])

    def answer(asked: Asked) -> Reply:
        name = asked["series_id"]
        if asked.path == "/series":
            about = {
                "units": fred.UNITS.get(name, BASE),
                "frequency_short": "M",
                "seasonal_adjustment_short": "NSA",
            }
            return Reply({"seriess": [about]})
        return Reply(observations(series[name]))

    publisher.answer = answer
    handed = fetch(fred.FredClient(api=replace(fred.API, base=publisher.url)), http)
    for table in ("fed__usd_cny_monthly", "census__us_china_goods_monthly"):
        same(handed[table].frame, table)
    found = handed["bls__import_prices_monthly"].frame
    china = found[found["partner_iso3"] == "CHN"].reset_index(drop=True)
    pd.testing.assert_frame_equal(china, prices)


def test_treasury(publisher: Publisher, http: Http) -> None:
    table = bundled("treasury__customs_duties_monthly")
    table = table[table["month"] >= "2015-03"]
    ends = (table["month"] + pd.offsets.MonthEnd(0)).dt.strftime("%Y-%m-%d")
    receipts = [
        {
            "record_date": day, "classification_desc": "Customs Duties", "line_code_nbr": "405",
            "current_month_gross_rcpt_amt": f"{net + 1:.0f}000000.00",
            "current_month_refund_amt": "1000000.00",
            "current_month_net_rcpt_amt": f"{net:.0f}000000.00",
        }
        for day, net in zip(ends, table["customs_duties_m_usd"], strict=True)
    ]  # fmt: skip
    imports = [
        [f"{value * 1e6:.0f}", "-", f"{month:%Y-%m}"]
        for month, value in zip(table["month"], table["imports_m_usd"], strict=True)
    ]
    meta = {"total-count": len(receipts), "total-pages": 1}
    publisher.answer = lambda asked: (
        Reply([["GEN_VAL_MO", "CTY_CODE", "time"], *imports])
        if asked.path == "/imports/hs"
        else Reply({"data": receipts, "meta": meta})
    )
    client = treasury.TreasuryClient(
        api=replace(treasury.API, base=publisher.url), imports_api=replace(census.API, base=publisher.url)
    )
    handed = fetch(client, http)["treasury__customs_duties_monthly"]
    same(handed.frame, handed.table, treasury.EARLIEST)


def test_census_totals(publisher: Publisher, http: Http) -> None:
    tables = ("census__us_imports_partner_monthly", "census__us_imports_transport_monthly")
    key = ["month", "partner_code", "partner_name", "general_imports_usd"]
    totals = bundled(tables[0]).merge(bundled(tables[1]), on=key, validate="1:1")
    values = ["general_imports_usd", "value_usd", "duty_usd", "air_value_usd", "vessel_value_usd"]
    rows = [
        [
            row["partner_code"],
            row["partner_name"],
            *(f"{row[name]:.0f}" for name in values),
            f"{row['month']:%Y-%m}",
        ]
        for row in totals.to_dict("records")
    ]
    publisher.replies(Reply([[*census._TOTALS, "time"], *rows]), Reply(status=204))
    client = census.CensusClient(partners=(), api=replace(census.API, base=publisher.url))
    parts = client.fetch(totals["month"].min().date(), http, lambda *_: None)
    for table in tables:
        same(next(parts).frame, table)


@pytest.mark.parametrize("since", [date(2025, 9, 1), date(2026, 7, 1)])
def test_fas(publisher: Publisher, session: Callable[..., Http], since: date) -> None:
    table = bundled("usda__soybean_sales_weekly")

    def answer(asked: Asked) -> Reply:
        year = int(asked.path.rsplit("/", 1)[1])
        label, following = f"{year - 1}/{year % 100:02d}", f"{year}/{(year + 1) % 100:02d}"
        # A row of a year that has not begun is what the running year says of the next one.
        begins = pd.Timestamp(year - 1, 9, 1)
        own = table[(table["marketing_year"] == label) & (table["week_ending"] >= begins)]
        ahead = table[table["marketing_year"] == following].set_index("week_ending")
        return Reply([record(row, ahead) for row in own.to_dict("records")])

    def record(row: Any, ahead: pd.DataFrame) -> dict[str, Any]:
        is_sold = row["week_ending"] in ahead.index and row["week_ending"].month < 9
        following = (
            ahead.loc[row["week_ending"]] if is_sold else {"outstanding_sales_kt": 0.0, "net_sales_kt": 0.0}
        )
        numbers = {
            **{field: row[name] for name, field in fas._NUMBERS.items()},
            **{field: following[name] for name, field in fas._NEXT.items()},
        }
        tonnes = {field: round(value * 1000) for field, value in numbers.items()}
        codes = {"commodityCode": 801, "countryCode": 5700, "unitId": 1}
        return {**codes, **tonnes, "weekEndingDate": row["week_ending"].isoformat()}

    publisher.answer = answer
    client = fas.FasClient(api=replace(fas.API, base=publisher.url))
    http = session(now=lambda: datetime(2026, 8, 30, tzinfo=UTC))
    found = fetch(client, http, since)["usda__soybean_sales_weekly"].frame
    # The bundled copy has one week of a year that had not begun without any sale; the client leaves such out.
    is_idle = (table["total_commitments_kt"] == 0) & (table["marketing_year"] == "2026/27")
    expected = table[(table["week_ending"] >= pd.Timestamp(since)) & ~is_idle].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected)
