"""Made tables of the Census shape, and the expressions over them against plain pandas on the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trucewatch.duty.panel import DUTIES, TOTALS
from trucewatch.errors import DataError, ParameterError
from trucewatch.scale import engines, synthetic

CHINA = "5700"
COUNTRIES = ["1220", "2010", CHINA, "5880"]
PARTNERS = pd.DataFrame(
    {
        "census_code": [*COUNTRIES, None],
        "partner_iso3": ["CAN", "MEX", "CHN", "JPN", "WLD"],
    }
)
FOREVER = date(2027, 1, 1)


@dataclass
class MadePanel:
    duties: pa.Table
    totals: pa.Table


def made_codes(count: int) -> list[str]:
    return [f"{1010000000 + 7919 * number % 8_000_000_000:010d}" for number in range(count)]


def made_panel(codes: list[str]) -> MadePanel:
    """A panel in which the line of every code pays 5 %, and 20 % more from 11 January 2019."""
    lines = sorted({code[:8] for code in codes})
    rows = [
        row
        for line in lines
        for row in (
            (line, "MFN", date(2017, 1, 1), FOREVER, Decimal(5)),
            (line, "S301_TT", date(2019, 1, 11), FOREVER, Decimal(20)),
        )
    ]
    empty = DUTIES.empty_table()
    duties = pa.table(
        {
            "origin": pa.repeat("CHN", len(rows)),
            "code": [row[0] for row in rows],
            "authority": [row[1] for row in rows],
            "valid_from": [row[2] for row in rows],
            "valid_to": [row[3] for row in rows],
            "rate_pct": pa.array([row[4] for row in rows], DUTIES.field("rate_pct").type),
        }
    )
    assert set(duties.column_names) <= set(empty.column_names)
    return MadePanel(duties, pa.table({"code": pa.array(lines, TOTALS.field("code").type)}))


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("scale")
    codes = made_codes(500)
    files = synthetic.write_imports(folder / "raw", 40_000, codes, COUNTRIES, CHINA, months=36)
    law = engines.write_law([made_panel(codes)], PARTNERS, folder / "law", date(2017, 1, 1), 36)
    paths = engines.build(engines.duckdb(folder, "500MB"), folder / "raw", law, folder / "out")
    raw = pd.concat([pd.read_parquet(path) for path in files])
    return {"raw": raw, "files": files, **{step: pd.read_parquet(path) for step, path in paths.items()}}


def test_made_rows_are_as_many_as_asked_and_marked(built) -> None:
    detail = built["raw"][built["raw"]["SUMMARY_LVL"] == "DET"]
    key = ["time", "I_COMMODITY", "CTY_CODE", "DISTRICT"]
    assert len(detail.drop_duplicates(key)) == 40_000
    assert detail.duplicated(key).any(), "some keys come in two parts, for cleaning to add up"
    assert (built["raw"]["SUMMARY_LVL"] != "DET").any(), "country groups are there to be dropped"
    for path in built["files"]:
        assert b"synthetic" in pq.read_schema(path).metadata


def test_clean_adds_up_parts_and_drops_groups(built) -> None:
    detail = built["raw"][built["raw"]["SUMMARY_LVL"] == "DET"]
    iso3 = dict(zip(PARTNERS["census_code"], PARTNERS["partner_iso3"], strict=True))
    expected = (
        detail.assign(partner_iso3=detail["CTY_CODE"].map(iso3), month=pd.to_datetime(detail["time"]))
        .groupby(["month", "I_COMMODITY", "partner_iso3", "DISTRICT"])[["CON_VAL_MO", "CAL_DUT_MO"]]
        .sum()
    )
    ours = built["clean"].assign(month=pd.to_datetime(built["clean"]["month"]))
    ours = ours.set_index(["month", "hs10", "partner_iso3", "district"]).sort_index()
    assert len(ours) == len(expected) == 40_000
    assert (ours["value_usd"].to_numpy() == expected["CON_VAL_MO"].to_numpy()).all()
    assert (ours["duty_usd"].to_numpy() == expected["CAL_DUT_MO"].to_numpy()).all()


def test_chapters_keep_the_total(built) -> None:
    assert built["by_chapter"]["value_usd"].sum() == built["clean"]["value_usd"].sum()
    assert built["by_chapter"]["cells"].sum() == len(built["clean"])


def test_a_month_has_the_mean_of_its_days(built) -> None:
    rates = built["rates"].set_index(["month", "authority"])["rate_pct"].groupby(level=[0, 1])
    by_month = rates.agg(["min", "max"])
    first, whole = date(2019, 1, 1), date(2019, 2, 1)
    # 21 of the 31 days of January 2019 lie on or after the 11th.
    assert by_month.loc[(first, "S301_TT")].tolist() == pytest.approx([20 * 21 / 31] * 2)
    assert by_month.loc[(whole, "S301_TT")].tolist() == pytest.approx([20, 20])
    assert (date(2018, 12, 1), "S301_TT") not in by_month.index


def test_duty_of_each_row_is_its_value_times_the_rate(built) -> None:
    china = built["clean"][built["clean"]["partner_iso3"] == "CHN"]
    duty = built["statutory"]
    assert set(duty["partner_iso3"]) == {"CHN"}
    mfn = duty[duty["authority"] == "MFN"]
    assert len(mfn) == len(china)
    assert mfn["statutory_usd"].sum() == pytest.approx(0.05 * china["value_usd"].sum(), rel=1e-9)
    after = pd.to_datetime(china["month"]) >= "2019-02-01"
    added = duty[(duty["authority"] == "S301_TT") & (pd.to_datetime(duty["month"]) >= "2019-02-01")]
    assert added["statutory_usd"].sum() == pytest.approx(0.20 * china.loc[after, "value_usd"].sum(), rel=1e-9)


def test_a_code_named_itself_goes_before_its_line(tmp_path: Path) -> None:
    codes = ["0101210010", "0101210020", "0101290000"]
    panel = made_panel(codes[:2])
    panel.totals = pa.table({"code": ["01012100", "0101210020"]})
    synthetic.write_imports(tmp_path / "raw", 300, codes, COUNTRIES, CHINA, months=3)
    law = engines.write_law([panel], PARTNERS, tmp_path / "law", date(2017, 1, 1), 3)
    paths = engines.build(engines.duckdb(tmp_path), tmp_path / "raw", law, tmp_path / "out")
    found = dict(pd.read_parquet(paths["codes"])[["hs10", "code"]].itertuples(index=False))
    assert found == {"0101210010": "01012100", "0101210020": "0101210020"}


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    one, two = (
        synthetic.write_imports(tmp_path / name, 2_000, made_codes(50), COUNTRIES, CHINA, months=2)
        for name in ("one", "two")
    )
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_made_tables_never_go_below_the_data_of_a_project(tmp_path: Path) -> None:
    (tmp_path / "dvc.yaml").touch()
    with pytest.raises(ParameterError, match="write synthetic tables elsewhere"):
        synthetic.write_imports(tmp_path / "data" / "raw" / "x", 100, made_codes(10), COUNTRIES, CHINA)


def test_more_rows_than_cells_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="more than 47 cells"):
        synthetic.write_imports(tmp_path / "x", 1_000, ["0101210010"], COUNTRIES, CHINA, months=1)


def test_a_folder_without_tables_is_named(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    with pytest.raises(DataError, match="no Parquet files"):
        engines.build(engines.duckdb(tmp_path), tmp_path / "raw", tmp_path, tmp_path / "out")


def test_a_country_that_no_partner_has_is_named_and_not_dropped(tmp_path: Path) -> None:
    codes = made_codes(50)
    synthetic.write_imports(tmp_path / "raw", 2_000, codes, [*COUNTRIES, "7777", "6666"], CHINA, months=3)
    law = engines.write_law([made_panel(codes)], PARTNERS, tmp_path / "law", date(2017, 1, 1), 3)
    with pytest.raises(DataError, match=r"raw, column CTY_CODE: 2 .*'6666, 7777'.* Remedy: add them"):
        engines.build(engines.duckdb(tmp_path), tmp_path / "raw", law, tmp_path / "out")
    assert not list((tmp_path / "out").glob("*.parquet"))
