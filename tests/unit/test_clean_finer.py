"""Reports read the same clean tables, whether they come from bundled copies or from lines by month."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from tests.data_project import build, built, with_sources
from tests.fixtures import live_lines
from trucewatch.clean import finer
from trucewatch.reports.diversion import gains_by_supplier
from trucewatch.sources import ingest
from trucewatch.sources.choosing import rollback
from trucewatch.sources.clients.census import LINE_PARTNERS
from trucewatch.sources.refresh import Settings, refresh
from trucewatch.tables import get_table, read_provenance, read_table, validate
from trucewatch.trade import flows, realised

VALUES = ["general_imports_usd", "value_usd", "duty_usd"]
#: A change put into the lines by hand: what is added to China's computers of August 2026, dollars.
ADDED = 9_000_000_000.0
COMPUTERS = "8471300100"


def partners_and_codes() -> tuple[pd.DataFrame, list[str]]:
    """Return every partner that a derived table wants, as the publisher spells it, and some numbers."""
    root = built()
    wanted = {"WLD", "EUU"}
    for table in ("us_imports_naics3_monthly", "us_imports_monthly", "us_imports_hs10_partner_annual"):
        wanted |= set(read_table(table, root)["partner_iso3"])
    names = read_table("partners", root)
    names = names[names["partner_name"].str.isupper() & names["partner_iso3"].isin(wanted - {"USM"})]
    names = names.sort_values("census_code").drop_duplicates("partner_iso3")
    codes = {"CHN": "5700", "WLD": "-", "EUU": "0003"}
    numbered = [codes.get(iso3, f"{9000 + at}") for at, iso3 in enumerate(names["partner_iso3"])]
    known = read_table("hs10_concordance", root)["hs10"]
    chosen = known.iloc[:: len(known) // 22].tolist()
    return (
        names[["partner_name"]].assign(partner_code=numbered),
        sorted({*chosen, COMPUTERS, live_lines.UNKNOWN}),
    )


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    frame = live_lines.lines(*partners_and_codes())
    live_lines.add(frame, "2026-08-01", COMPUTERS, ADDED)
    return frame


@pytest.fixture(scope="module")
def lines(raw: pd.DataFrame) -> pd.DataFrame:
    return finer.prepare(raw, read_table("reference__partners", built()))


@pytest.fixture(scope="module")
def concordance() -> pd.DataFrame:
    return read_table("hs10_concordance", built())


def refined(table: str, lines: pd.DataFrame, concordance: pd.DataFrame, after=None):
    return finer.refine(read_table(table, built()), get_table(table), lines, concordance, after)


def of_china(raw: pd.DataFrame) -> pd.DataFrame:
    return raw[raw["partner_code"] == "5700"]


# totals


def test_every_partner_keeps_its_total_over_districts(raw, lines) -> None:
    assert (lines[lines["partner_iso3"] == "CHN"][VALUES].sum() == of_china(raw)[VALUES].sum()).all()
    without = lines[~lines["partner_iso3"].isin(["USM"])]
    assert without[VALUES].sum().to_numpy() == pytest.approx(raw[VALUES].sum().to_numpy(), rel=1e-12)


def test_canada_and_mexico_make_the_usmca(raw, lines) -> None:
    members = raw[raw["partner_name"].isin(["CANADA", "MEXICO"])][VALUES].sum()
    together = lines[lines["partner_iso3"] == "USM"]
    assert (together[VALUES].sum() == members).all()
    assert together["is_aggregate"].all()


@pytest.mark.parametrize(
    ("table", "columns", "since"),
    [
        ("us_imports_monthly", VALUES, "2025-01"),
        ("us_imports_naics3_monthly", VALUES[1:], "2025-01"),
        ("us_imports_hs10_partner_annual", VALUES[1:], 2025),
        ("us_imports_hs4_2026", ["general_imports_usd"], 2025),
    ],
)
def test_totals_survive(table: str, columns: list[str], since, raw, lines, concordance) -> None:
    frame, taken = refined(table, lines, concordance)
    validate(frame, table)
    own = of_china(raw)
    if isinstance(since, int):
        frame = frame[frame["year"].isin(taken)]
        own = own[own["month"].dt.year.isin(taken)]
        own = own[own["month"].dt.month <= 8] if table == "us_imports_hs4_2026" else own
    else:
        assert taken == list(live_lines.MONTHS)
        frame = frame[frame["month"].isin(taken)]
    frame = frame[frame["flow"] == "imports"] if "flow" in frame else frame
    found = frame.loc[frame["partner_iso3"] == "CHN", columns].sum()
    assert found.to_numpy() == pytest.approx(own[columns].sum().to_numpy(), rel=1e-9)


def test_the_annual_table_keeps_the_concept_of_each_partner(raw, lines, concordance) -> None:
    """UN Comtrade counts US general imports; the rows of Taiwan, from USITC, are imports for consumption."""
    frame, taken = refined("us_trade_hs6_annual", lines, concordance)
    validate(frame, "us_trade_hs6_annual")
    frame = frame[frame["year"].isin(taken) & (frame["flow"] == "imports")]
    found = frame.groupby("partner_iso3")[["value_usd", "cif_value_usd"]].sum()
    own = raw[raw["month"].dt.year.isin(taken)].groupby("partner_name").sum(numeric_only=True)
    for iso3, name, column in (
        ("CHN", "CHINA", "general_imports_usd"),
        ("MEX", "MEXICO", "general_imports_usd"),
        ("TWN", "TAIWAN", "value_usd"),
    ):
        expected = own.loc[name, [column, "cif_value_usd"]].to_numpy(dtype=float)
        assert found.loc[iso3].to_numpy() == pytest.approx(expected, rel=1e-9)


def test_without_freight_the_annual_table_stays(raw, concordance) -> None:
    """Its years must stand on one basis, and imports of 2017 are known only with freight."""
    gap = (raw["partner_name"] == "MEXICO") & (raw["month"] == "2025-05-01")
    lines = finer.prepare(
        raw.assign(cif_value_usd=raw["cif_value_usd"].mask(gap)), read_table("reference__partners", built())
    )
    frame, taken = refined("us_trade_hs6_annual", lines, concordance)
    assert taken == []
    assert frame.equals(read_table("us_trade_hs6_annual", built()))


def test_a_year_counts_only_if_it_is_whole(lines, concordance) -> None:
    """The lines hold 2025, and of 2026 nine months: enough for January to August, not for the year."""
    taken = {
        table: refined(table, lines, concordance)[1]
        for table in ("us_imports_hs10_partner_annual", "us_trade_hs6_annual", "us_imports_hs4_2026")
    }
    assert taken == {
        "us_imports_hs10_partner_annual": [2025],
        "us_trade_hs6_annual": [2025],
        "us_imports_hs4_2026": [2025, 2026],
    }


def test_what_the_lines_do_not_hold_stays(lines, concordance) -> None:
    for table in ("us_imports_naics3_monthly", "us_trade_hs6_annual"):
        before, (after, taken) = read_table(table, built()), refined(table, lines, concordance)
        period = "month" if "month" in before else "year"
        is_other = before["flow"] == "exports" if "flow" in before else False
        stays = before[~before[period].isin(taken) | is_other]
        now = after[~after[period].isin(taken) | ((after["flow"] == "exports") if "flow" in after else False)]
        assert now.reset_index(drop=True).equals(stays.reset_index(drop=True))


def test_a_month_without_one_partner_is_not_taken(raw, concordance) -> None:
    cut = raw[(raw["partner_name"] != "VIETNAM") | (raw["month"] != "2026-09-01")]
    lines = finer.prepare(cut, read_table("reference__partners", built()))
    assert refined("us_imports_monthly", lines, concordance)[1] == list(live_lines.MONTHS[:-1])
    assert refined("us_china_goods_monthly", lines, concordance)[1] == list(live_lines.MONTHS)


def test_older_lines_only_add_later_months(lines, concordance) -> None:
    last = read_table("us_imports_monthly", built())["month"].max()
    frame, taken = refined("us_imports_monthly", lines, concordance, last)
    assert taken == [pd.Timestamp("2026-09-01")]
    before = read_table("us_imports_monthly", built())
    assert frame[frame["month"] <= last].reset_index(drop=True).equals(before)


def test_six_digits_do_for_the_tables_of_six(raw, concordance) -> None:
    six = raw.assign(hs6=raw["hs10"].str[:6]).drop(columns="hs10")
    key = list(get_table("census__us_imports_hs6_partner_monthly").key)
    six = six.groupby([*key, "partner_name"], as_index=False)[[*VALUES, "cif_value_usd"]].sum()
    partners = read_table("reference__partners", built())
    ten = finer.prepare(raw, partners)
    for table in ("us_imports_monthly", "us_trade_hs6_annual", "us_imports_hs4_2026"):
        by = list(get_table(table).key)
        wide = refined(table, finer.prepare(six, partners), concordance)[0].sort_values(by, ignore_index=True)
        assert wide.equals(refined(table, ten, concordance)[0].sort_values(by, ignore_index=True))


def test_a_number_nobody_knows_goes_to_the_commonest_industry_of_its_neighbours(concordance) -> None:
    heading = concordance[concordance["hs10"].str[:4] == "8517"]["naics"].str[:3].value_counts()
    found = finer._industries(pd.Series([live_lines.UNKNOWN, COMPUTERS]), concordance)
    assert found.to_dict() == {live_lines.UNKNOWN: heading.index[0], COMPUTERS: "334"}


def test_the_census_client_asks_for_every_partner_that_is_wanted() -> None:
    """Else no month would be whole. The USMCA is added up."""
    names, _ = partners_and_codes()
    known = read_table("reference__partners", built()).dropna(subset=["census_code"])
    iso3 = known.set_index("partner_name")["partner_iso3"]
    of_code = known.drop_duplicates("census_code").set_index("census_code")["partner_iso3"]
    assert {of_code[code] for code in LINE_PARTNERS} == {iso3[name] for name in names["partner_name"]}
    assert len(LINE_PARTNERS) == len(set(LINE_PARTNERS))


# the whole way: from the client to the functions of the reports


class Census:
    name, title, tables, key = "census", "lines", (live_lines.TABLE,), None

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame

    def describe(self, since, http):
        raise AssertionError

    def fetch(self, since, http, progress):
        for _, month in self.frame.groupby("month"):
            yield live_lines.fetched(month, date(2025, 1, 1))


class Http:
    def redact(self, text: str) -> str:
        return text


@pytest.fixture(scope="module")
def project(raw: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    root = with_sources(tmp_path_factory.mktemp("lines"))
    settings = Settings(root, date(2026, 11, 24))
    refresh([Census(raw)], Http(), settings, lambda line: None, lambda client: lambda *_: None)  # type: ignore[list-item, arg-type]
    return root, build(root)


def test_the_stage_says_what_came_from_the_lines(project) -> None:
    _, said = project
    assert any(
        line.startswith("clean us_imports_monthly") and f"21 periods from {live_lines.TABLE}" in line
        for line in said
    )


def test_tables_name_the_vintage_of_the_lines(project) -> None:
    root, _ = project
    named = {entry["dataset"]: entry["vintage"] for entry in read_provenance("us_imports_monthly", root)}
    assert named[live_lines.TABLE] == "2026-11-24"
    assert live_lines.TABLE not in {entry["dataset"] for entry in read_provenance("usd_cny_monthly", root)}


def test_the_injected_change_reaches_the_flows(project, raw) -> None:
    root, _ = project
    goods, panel, totals = (
        read_table(name, root)
        for name in ("us_china_goods_monthly", "us_imports_naics3_monthly", "us_imports_monthly")
    )
    own = of_china(raw)
    monthly = own.groupby("month")[VALUES].sum()
    series = flows.import_series(goods, panel, totals, "CHN", "general")
    assert series.index[-1] == pd.Timestamp("2026-09-01")
    assert series["2026-08-01"] == pytest.approx(monthly["general_imports_usd"]["2026-08-01"], rel=1e-9)
    industries = flows.industry_matrix(panel, "CHN")
    month = own[own["month"] == "2026-08-01"]
    numbers = read_table("hs10_concordance", root).set_index("hs10")["naics"].str[:3]
    computers = month[month["hs10"].map(numbers) == "334"]["value_usd"].sum()
    assert computers > ADDED
    # the unknown number of heading 8517 is counted with its neighbours
    computers += month[month["hs10"] == live_lines.UNKNOWN]["value_usd"].sum()
    assert industries.loc["2026-08-01", "334"] == pytest.approx(computers, rel=1e-9)


def test_the_injected_change_reaches_the_rate_and_the_headings(project, raw) -> None:
    root, _ = project
    totals = read_table("us_imports_monthly", root)
    own = of_china(raw).groupby("month")[VALUES].sum()
    rate = realised.realised_rate(totals, "CHN")
    expected = 100 * own["duty_usd"] / own["value_usd"]
    assert rate["2026-08-01"] == pytest.approx(expected["2026-08-01"], rel=1e-9)
    moved = gains_by_supplier.changes(read_table("us_imports_hs4_2026", root))
    months = of_china(raw)
    months = months[(months["month"].dt.month <= 8) & (months["hs10"].str[:4] == COMPUTERS[:4])]
    sums = months.groupby(months["month"].dt.year)["general_imports_usd"].sum()
    row = moved.set_index(["hs4", "partner_iso3"]).loc[(COMPUTERS[:4], "CHN")]
    assert row["change_usd"] == pytest.approx(sums[2026] - sums[2025], rel=1e-9)


def test_without_the_lines_the_bundled_tables_come_back_to_the_byte(project, tmp_path: Path) -> None:
    root, _ = project
    assert rollback(live_lines.TABLE, root) is None
    ingest.run(root, lambda line: None)
    assert not (root / "data" / "raw" / f"{live_lines.TABLE}.parquet").exists()
    build(root)
    for path in sorted((built() / "data" / "clean").iterdir()):
        assert (root / "data" / "clean" / path.name).read_bytes() == path.read_bytes(), path.name
