"""From a publisher's replies, over HTTP, to the active vintage; and no further when they are bad."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
import pytest

from tests.clients.conftest import KEY
from tests.clients.server import Asked, Publisher, Reply
from tests.clients.test_bundled import BASE, bundled, observations
from tests.data_project import with_sources
from tests.fixtures.written import texts
from trucewatch.errors import TrucewatchError
from trucewatch.sources.clients import fred
from trucewatch.sources.files import work_dir
from trucewatch.sources.http import Http
from trucewatch.sources.ingest import load
from trucewatch.sources.refresh import Settings, refresh
from trucewatch.sources.vintages import active_vintages, verify

RATES = "fed__usd_cny_monthly"


def answers(publisher: Publisher, july: float) -> None:
    """Let the publisher say what is bundled, and one month more of the exchange rate."""
    yuan = bundled(RATES).set_index("month")["cny_per_usd"]
    yuan.loc[pd.Timestamp("2026-07-01")] = july
    goods = bundled("census__us_china_goods_monthly").set_index("month")
    series = {
        "EXCHUS": yuan,
        "IMPCH": (goods["imports_bn_usd"] * 1000).round(1),
        "EXPCH": (goods["exports_bn_usd"] * 1000).round(1),
    }
    prices = bundled("bls__import_prices_monthly").set_index("month")["price_index"]
    series |= dict.fromkeys(fred.ORIGINS, prices)

    def answer(asked: Asked) -> Reply:
        name = asked["series_id"]
        about: Any = {
            "units": fred.UNITS.get(name, BASE),
            "frequency_short": "M",
            "seasonal_adjustment_short": "NSA",
        }
        body = {"seriess": [about]} if asked.path == "/series" else observations(series[name])
        return Reply(body, headers={"ETag": '"1"'})  # so that the reply is kept

    publisher.answer = answer


def active(root: Path) -> pd.DataFrame:
    vintage = next(v for v in active_vintages(root) if v.dataset == RATES)
    return load(vintage, verify(vintage, root))


def test_replies_become_a_vintage_and_a_web_page_does_not(
    publisher: Publisher, session: Callable[..., Http], tmp_path: Path
) -> None:
    root = with_sources(tmp_path / "project")
    client = fred.FredClient(api=replace(fred.API, base=publisher.url))
    settings, said = Settings(root, date(2026, 11, 24)), []

    answers(publisher, 6.75)
    refresh([client], session(), settings, said.append, lambda client: lambda *_: None)
    assert active(root).iloc[-1].to_list() == [pd.Timestamp("2026-07-01"), 6.75]

    publisher.answer = lambda asked: Reply("<html><h1>Down for maintenance</h1></html>")
    with pytest.raises(TrucewatchError) as error:
        refresh([client], session(), settings, said.append, lambda client: lambda *_: None)
    assert active(root)["cny_per_usd"].iloc[-1] == 6.75

    told = "\n".join([*said, str(error.value)])
    assert KEY not in told
    for folder in (root / "data" / "sources" / "fed", work_dir(root), tmp_path / "cache"):
        written = texts(folder)
        assert not [path for path, text in written.items() if KEY in text or quote(KEY) in text]
    assert "EXCHUS" in "".join(texts(tmp_path / "cache").values())
