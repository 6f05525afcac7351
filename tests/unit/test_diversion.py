"""Diversion on made tables: bins, replacement, panels, and an estimator against another one."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from trucewatch.errors import DataError, ParameterError
from trucewatch.reports.diversion import facts, gains_by_supplier, models, panel_tables
from trucewatch.reports.diversion import measures as diversion
from trucewatch.tables import concordance

EDGES = [10.0, 20.0]
pytestmark = pytest.mark.filterwarnings("ignore::statsmodels.tools.sm_exceptions.SingularMatrixWarning")


def test_an_edge_belongs_to_the_bin_below_it() -> None:
    rise = pd.Series([0.0, 10.0, 10.1, 20.0, 20.0 + 1e-9, 21.0])
    assert diversion.bin_labels(EDGES) == ["up to 10", "10 to 20", "over 20"]
    assert diversion.bin_of(rise, EDGES).tolist() == ["up to 10"] * 2 + ["10 to 20"] * 3 + ["over 20"]


@pytest.mark.parametrize("edges", [[], [20.0, 10.0], [10.0, 10.0]])
def test_edges_must_rise(edges: list[float]) -> None:
    with pytest.raises(ParameterError, match="rising"):
        diversion.bin_labels(edges)


@pytest.fixture
def families() -> concordance.Families:
    pairs = pd.DataFrame(
        {"hs6_2022": ["100001", "100002", "200000"], "hs6_2017": ["100000", "100000", "200000"]}
    )
    return concordance.families(pairs)


@pytest.fixture
def six() -> pd.DataFrame:
    """China sold 100 of a code that was split and 50 of another; Vietnam took 30 of the first over."""
    rows = [
        (2017, "CHN", "100000", None, 110.0, "HS2017"),
        (2024, "CHN", "100001", 60.0, 66.0, "HS2022"),
        (2024, "CHN", "100002", 40.0, 44.0, "HS2022"),
        (2024, "CHN", "200000", 50.0, 55.0, "HS2022"),
        (2025, "CHN", "100001", 20.0, 22.0, "HS2022"),
        (2025, "CHN", "200000", 40.0, 44.0, "HS2022"),
        (2025, "VNM", "100001", 30.0, None, "HS2022"),
        (2025, "CHN", "980000", 9.0, 9.0, "HS2022"),
    ]
    table = pd.DataFrame(
        rows, columns=["year", "partner_iso3", "hs6", "value_usd", "cif_value_usd", "hs_revision"]
    )
    return table.assign(flow="imports")


@pytest.fixture
def rise() -> pd.DataFrame:
    return pd.DataFrame(
        {"rise_pp": [30.0, 20.0, 5.0], "log_rise": [0.3, 0.2, 0.05], "basket_share": [0.6, 0.4, 1.0]},
        index=["100001", "100002", "200000"],
    )


def test_families_join_the_editions_and_keep_the_total(
    six: pd.DataFrame, rise: pd.DataFrame, families: concordance.Families
) -> None:
    table = diversion.by_family(six, rise, families)
    assert table["value_usd"].sum() == pytest.approx(110 + 66 + 44 + 55 + 22 + 44 + 30)
    first = table[(table["family"] == "100001") & (table["partner_iso3"] == "CHN")].set_index("year")
    assert first["value_usd"].to_dict() == {2017: 110.0, 2024: 110.0, 2025: 22.0}
    assert first["rise_pp"].tolist() == pytest.approx([26.0] * 3)
    assert len(table) == 2 * 2 * 3  # every family, partner and year


def test_two_years_with_customs_values_use_them(
    six: pd.DataFrame, rise: pd.DataFrame, families: concordance.Families
) -> None:
    bins = diversion.by_bin(diversion.by_family(six[six["year"] > 2017], rise, families), EDGES, 2024)
    assert diversion.replacement(bins).set_index("bin").loc["over 20"].to_dict() == pytest.approx(
        {"loss_usd": 80.0, "gain_usd": 30.0, "ratio": 30 / 80}
    )


def test_an_import_without_value_is_refused(
    six: pd.DataFrame, rise: pd.DataFrame, families: concordance.Families
) -> None:
    six.loc[0, ["value_usd", "cif_value_usd"]] = None
    with pytest.raises(DataError, match="no value"):
        diversion.by_family(six, rise, families)


def test_replacement_is_gain_over_loss(
    six: pd.DataFrame, rise: pd.DataFrame, families: concordance.Families
) -> None:
    bins = diversion.by_bin(diversion.by_family(six, rise, families), EDGES, 2024)
    found = diversion.replacement(bins).set_index("bin")
    assert found.loc["over 20"].to_dict() == pytest.approx(
        {"loss_usd": 88.0, "gain_usd": 30.0, "ratio": 30 / 88}
    )
    assert found.loc["up to 10", "ratio"] == 0.0
    shares = bins.groupby("bin")[["base_share", "share"]].sum()
    assert np.allclose(shares, 1.0)
    no_loss = pd.DataFrame({"g": ["a", "a"], "partner_iso3": ["CHN", "VNM"], "change_usd": [5.0, 3.0]})
    assert diversion.replacement(no_loss)["ratio"].isna().all()


def test_bins_and_threshold_change_the_figures(
    six: pd.DataFrame, rise: pd.DataFrame, families: concordance.Families
) -> None:
    table = diversion.by_family(six, rise, families)
    assert set(diversion.by_bin(table, [50.0], 2024)["bin"]) == {"up to 50"}
    assert diversion.by_bin(table, EDGES, 2024, least_usd=60.0)["bin"].unique().tolist() == ["over 20"]
    older = diversion.by_bin(table, EDGES, 2017).set_index(["bin", "partner_iso3"])
    assert older.loc[("over 20", "CHN"), "change_usd"] == pytest.approx(-88.0)


def test_the_rest_of_the_world_is_the_difference() -> None:
    rows = [
        ("2024-04-01", "CHN", False, 50.0),
        ("2024-04-01", "VNM", False, 10.0),
        ("2024-04-01", "WLD", True, 100.0),
        ("2025-04-01", "CHN", False, 30.0),
        ("2025-04-01", "VNM", False, 25.0),
        ("2025-04-01", "WLD", True, 120.0),
        ("2025-04-01", "EUU", True, 40.0),
    ]
    panel = pd.DataFrame(rows, columns=["month", "partner_iso3", "is_aggregate", "value_usd"])
    panel = panel.assign(month=pd.to_datetime(panel["month"]), naics3="334")
    found = diversion.industries(panel, pd.Timestamp("2025-04-01"), 2024).set_index("partner_iso3")[
        "change_usd"
    ]
    assert found.to_dict() == {"CHN": -20.0, "VNM": 15.0, "ROW": 25.0}
    assert found.sum() == pytest.approx(120.0 - 100.0)


def test_months_beyond_a_year_are_each_held_against_their_month_of_the_base() -> None:
    rows = [
        (month, partner, partner == "WLD", value)
        for month, china, world in (
            ("2024-04-01", 50.0, 100.0),
            ("2024-05-01", 40.0, 90.0),
            ("2025-04-01", 30.0, 110.0),
            ("2025-05-01", 20.0, 95.0),
            ("2026-04-01", 10.0, 120.0),
        )
        for partner, value in (("CHN", china), ("WLD", world))
    ]
    panel = pd.DataFrame(rows, columns=["month", "partner_iso3", "is_aggregate", "value_usd"])
    panel = panel.assign(month=pd.to_datetime(panel["month"]), naics3="334")
    found = diversion.industries(panel, pd.Timestamp("2025-04-01"), 2024).set_index("partner_iso3")
    # China: 30 + 20 + 10 against 50 + 40 + 50; the world: 110 + 95 + 120 against 100 + 90 + 100
    assert found["base_usd"].to_dict() == {"CHN": 140.0, "ROW": 150.0}
    assert found["change_usd"].to_dict() == {"CHN": -80.0, "ROW": 115.0}


def test_a_share_needs_a_whole_year() -> None:
    months = pd.date_range("2023-01-01", "2024-01-01", freq="MS")
    panel = pd.concat(
        [pd.DataFrame({"month": months, "partner_iso3": "CHN", "value_usd": 1.0}),
         pd.DataFrame({"month": months, "partner_iso3": "WLD", "value_usd": 4.0})]
    )  # fmt: skip
    assert diversion.shares_of_years(panel).to_dict() == {pd.Timestamp("2023-01-01"): 0.25}


def test_the_window_must_run_forward() -> None:
    assert [str(day) for day in panel_tables.window("2025-04", "2025-12")] == ["2025-04-01", "2026-01-01"]
    with pytest.raises(ParameterError, match="post_last"):
        panel_tables.window("2025-05", "2025-04")


def test_the_numbers_of_the_figures_stand_in_tables(
    six: pd.DataFrame, rise: pd.DataFrame, families: concordance.Families
) -> None:
    names = {"CHN": "China", "VNM": "Vietnam"}
    shares = panel_tables.shares_by_year(diversion.by_family(six, rise, families), EDGES)
    found = panel_tables.share_table(shares, names).set_index(["duty_up", "year"])
    assert len(found) == 2 * 3  # two bins have goods
    assert found.loc[("over 20 points", 2025)].to_dict() == pytest.approx(
        {"imports_share_China": 22 / 52, "imports_share_Vietnam": 30 / 52}
    )
    months = pd.DatetimeIndex(["2025-04-01", "2025-05-01"], name="month")
    change = pd.DataFrame({"334": [-1.0, -2.0], "335": [0.5, 0.25]}, index=months)
    rows = panel_tables.map_table(change, {"334": "Computers"}).to_numpy().tolist()
    assert [(f"{month:%m}", *rest) for month, *rest in rows] == [
        ("05", "Computers", -2.0), ("05", "335", 0.25), ("04", "Computers", -1.0), ("04", "335", 0.5),
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------- regressions


def made_data(effect: float, seed: int, *, products: int = 12, noise: bool) -> pd.DataFrame:
    """Imports by industry, supplier and month with all effects, and a response to the duty."""
    rng = np.random.default_rng(seed)
    rows = []
    for product in range(products):
        for partner in range(4):
            level = rng.uniform(1, 3)
            for time in range(5):
                duty = rng.uniform(0, 0.4)
                mean = 40 * np.exp(level + 0.2 * time * partner - 0.1 * time * (product % 3) + effect * duty)
                value = float(rng.poisson(mean)) if noise else mean
                rows.append((f"p{product:02d}", f"c{partner}", f"2024-0{time + 1}", value, duty))
    return pd.DataFrame(rows, columns=["product", "partner", "time", "value", "duty"])


def test_the_estimator_agrees_with_a_poisson_model_with_dummies() -> None:
    data = made_data(-1.5, seed=7, noise=True)
    fit = models.elasticities(data).iloc[0]
    pairs = [data[one] + data[two] for one, two in (pair.split("^") for pair in models.FIXED_EFFECTS)]
    dummies = [pd.get_dummies(values, prefix=str(place), dtype=float) for place, values in enumerate(pairs)]
    design = pd.concat(dummies, axis=1).assign(duty=data["duty"])
    other = sm.GLM(data["value"], design, family=sm.families.Poisson()).fit(
        tol=1e-12,
        maxiter=200,
        cov_type="cluster",
        cov_kwds={"groups": data["product"].astype("category").cat.codes, "use_correction": False},
    )
    assert fit["estimate"] == pytest.approx(other.params["duty"], abs=1e-6)
    # the sandwich with its usual correction: effects nested in the clusters cost no degrees of freedom
    clusters, rows, counted = 12, len(data), 1 + 4 * 5
    correction = np.sqrt(clusters / (clusters - 1) * (rows - 1) / (rows - counted))
    assert fit["se"] == pytest.approx(other.bse["duty"] * correction, rel=1e-5)


@pytest.mark.parametrize("effect", [-2.0, 0.0, 0.7])
def test_a_known_response_is_found(effect: float) -> None:
    exact = models.elasticities(made_data(effect, seed=3, noise=False)).iloc[0]
    assert exact["estimate"] == pytest.approx(effect, abs=1e-6)
    noisy = models.elasticities(made_data(effect, seed=3, products=60, noise=True)).iloc[0]
    assert noisy["low"] - 0.05 < effect < noisy["high"] + 0.05


def test_a_duty_common_to_all_suppliers_is_absorbed() -> None:
    """What an industry's imports do as a whole in a month moves no estimate."""
    data = made_data(-2.0, seed=11, noise=False)
    data["value"] *= data["product"].str[1:].astype(int).add(1) * data["time"].str[-1].astype(int)
    assert models.elasticities(data)["estimate"].item() == pytest.approx(-2.0, abs=1e-6)


def electronics_of_china(first: str, duty_usd: list[float]) -> pd.DataFrame:
    """Imports of 100 dollars a month, with the duty on them."""
    return pd.DataFrame(
        {
            "month": pd.date_range(first, periods=len(duty_usd), freq="MS"),
            "partner_iso3": "CHN",
            "is_aggregate": False,
            "naics3": "334",
            "value_usd": 100.0,
            "duty_usd": duty_usd,
        }
    )


def test_the_duty_to_come_is_that_of_the_same_supplier_and_industry() -> None:
    panel = electronics_of_china("2024-01-01", [0.0] * 6 + [25.0])
    noise = panel.assign(partner_iso3="VNM", duty_usd=50.0)
    free = panel.assign(value_usd=0.0, partner_iso3="MEX")
    whole = panel.assign(is_aggregate=True, partner_iso3="WLD")
    data = models.relative_data(pd.concat([panel, noise, free, whole]), ["980"])
    assert sorted(data["partner"].unique()) == ["CHN", "VNM"]
    china = data[data["partner"] == "CHN"].set_index("time")
    assert china.loc["2024-01", "duty_in_6"] == pytest.approx(np.log(1.25))
    assert china.loc["2024-01", "duty_in_3"] == 0.0
    assert np.isnan(china.loc["2024-02", "duty_in_6"])


def test_a_duty_of_a_year_before_is_older_and_what_came_since_is_recent() -> None:
    panel = electronics_of_china("2018-01-01", [5.0] * 13 + [25.0])
    found = models.relative_data(panel, []).set_index("time")
    assert np.isnan(found.loc["2018-12", models.OLDER])
    assert found.loc["2019-01", [models.OLDER, models.RECENT]].tolist() == pytest.approx([np.log(1.05), 0.0])
    assert found.loc["2019-02", models.RECENT] == pytest.approx(np.log(1.25) - np.log(1.05))


def test_a_response_that_grows_with_the_age_of_the_duty_is_told_apart() -> None:
    data = made_data(0.0, seed=3, noise=False)
    rng = np.random.default_rng(4)
    data[models.OLDER], data[models.RECENT] = rng.uniform(0.0, 0.4, (2, len(data)))
    data["value"] *= np.exp(-1.0 * data[models.RECENT] - 3.0 * data[models.OLDER])
    found = models.elasticities(data, (models.RECENT, models.OLDER)).set_index("regressor")["estimate"]
    assert found[models.RECENT] == pytest.approx(-1.0, abs=1e-6)
    assert found[models.OLDER] == pytest.approx(-3.0, abs=1e-6)


def test_a_duty_that_is_its_own_instrument_gives_the_poisson_regression() -> None:
    data = made_data(-1.5, seed=7, noise=True)
    plain = models.elasticities(data).iloc[0]
    found = models.instrumented(data.assign(log_law=data["duty"])).iloc[0]
    assert found["estimate"] == pytest.approx(plain["estimate"], abs=1e-6)
    assert found["se"] == pytest.approx(plain["se"], rel=1e-4)
    assert found["first_stage"] == pytest.approx(1.0)


def test_the_law_takes_out_what_imports_do_to_the_assessed_duty() -> None:
    """The goods taxed most stop coming: a shock that lowers imports lowers the assessed duty too."""
    data = made_data(0.0, seed=5, products=60, noise=False)
    rng = np.random.default_rng(2)
    data["log_law"] = rng.uniform(0.0, 0.4, len(data))
    shock = rng.normal(0.0, 0.5, len(data))
    data["duty"] = 0.7 * data["log_law"] + 0.15 * shock
    data["value"] *= np.exp(-1.5 * data["duty"] + shock)
    plain, found = models.elasticities(data).iloc[0], models.instrumented(data).iloc[0]
    assert plain["estimate"] > 0.0
    assert found["low"] < -1.5 < found["high"] < 0.0
    assert found["first_stage"] == pytest.approx(0.7, abs=0.1)
    assert found["first_stage_f"] > 100.0


def test_the_law_of_a_month_is_the_mean_of_its_days() -> None:
    days = {
        "valid_from": [date(2024, 1, 1), date(2024, 2, 11)],
        "valid_to": [date(2024, 2, 11), date(2024, 4, 1)],
    }
    averages = pd.DataFrame({"partner_iso3": "VNM", "naics3": "315", **days, "rate_pct": [0.0, 29.0]})
    law = panel_tables.industry_law(averages, "2013-01", "2024-03").set_index("month")["log_law"]
    # 19 of the 29 days of February at 29 %
    assert np.expm1(law).round(9).tolist() == [0.0, 0.19, 0.29]


def test_members_of_the_union_have_its_law_and_an_unknown_law_stays_empty() -> None:
    months = pd.to_datetime(["2025-01-01", "2025-04-01"])
    law = pd.DataFrame({"product": "315", "law_of": "EUU", "month": months, "log_law": [0.1, 0.3]})
    data = pd.DataFrame({"product": "315", "partner": ["DEU", "SGP"], "month": months[0]})
    found = models.with_law(data, law, {"DEU", "IRL"}, "EUU")
    assert found["log_law"].tolist()[0] == 0.1
    assert found["log_law_in_3"].tolist()[0] == 0.3
    assert found.iloc[1][["log_law", "log_law_in_3", "log_law_in_6"]].isna().all()


def test_a_duty_that_does_not_vary_is_refused() -> None:
    with pytest.raises(ParameterError, match="does not vary"):
        models.elasticities(made_data(0.0, seed=1, noise=False).assign(duty=0.1))
    with pytest.raises(ParameterError, match="'log_law' does not vary"):
        models.instrumented(made_data(0.0, seed=1, noise=False).assign(log_law=0.1))


# ------------------------------------------------------------------------------------------------- facts


def test_vehicles_and_electronics_are_told_apart() -> None:
    rows = [
        ("870323", "CHN", 2024, 10.0), ("870323", "CHN", 2025, 6.0),
        ("870323", "MEX", 2024, 100.0), ("870323", "MEX", 2025, 60.0),
        ("851713", "CHN", 2024, 30.0), ("851713", "CHN", 2025, 20.0),
        ("851713", "MEX", 2024, 0.0), ("851713", "MEX", 2025, 45.0),
        ("950300", "CHN", 2024, 50.0), ("950300", "CHN", 2025, 30.0),
        ("950300", "MEX", 2024, 5.0), ("950300", "MEX", 2025, 9.0),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["family", "partner_iso3", "year", "value_usd"])
    table["rise_pp"] = 30.0
    found = gains_by_supplier.replaced_apart(table, EDGES, 2024, 0.0).set_index("goods")
    assert found.loc["all goods", ["loss_usd", "gain_usd"]].tolist() == [34.0, 9.0]
    assert found.loc["all goods but vehicles", ["loss_usd", "gain_usd"]].tolist() == [30.0, 49.0]
    assert found.loc["all other goods", ["loss_usd", "gain_usd", "ratio"]].tolist() == [20.0, 4.0, 0.2]
    top = facts.top_bin(gains_by_supplier.replaced_apart(table, EDGES, 2024, 0.0))
    assert top["bin"] == "over 20"
    assert top["apart"]["gain_usd"] == 49.0


def test_groups_of_industries_add_up_to_all_goods() -> None:
    rows = [("334", "CHN", -50.0), ("334", "TWN", 80.0), ("336", "MEX", -40.0), ("315", "CHN", -10.0)]
    changes = pd.DataFrame(rows, columns=["naics3", "partner_iso3", "change_usd"])
    table = facts.by_group(changes, {"electronics": ("334",), "vehicles": ("336",)}, "rest").set_index(
        "group"
    )
    assert table.loc["all goods", ["loss_usd", "gain_usd"]].tolist() == [60.0, 40.0]
    assert table.loc["rest", ["loss_usd", "gain_usd"]].tolist() == [10.0, 0.0]
    assert table.drop("all goods")["gain_usd"].sum() == table.loc["all goods", "gain_usd"]
    assert np.isnan(table.loc["vehicles", "ratio"])


def test_what_a_tiny_loss_divides_is_no_ratio() -> None:
    assert diversion.is_loss(pd.Series([100.0, 1.0, 0.5, -3.0])).tolist() == [True, True, False, False]


def test_a_heading_is_never_called_by_one_of_its_lines():
    """Heading 8471 is automatic data processing machines (HTS): laptops are one line, servers another."""
    sold = pd.DataFrame(
        {"partner_iso3": "CHN", "hs10": ["8471300100", "9999000000"], "value_usd": [2.0, 1.0]}
    )
    named = panel_tables.heading_names(sold, {"8471300100": "Laptops and tablets", "9999000000": "Odd goods"})
    assert named["8471"] == "Computers and their units"
    assert named["9999"] == "such as odd goods"
    assert all(len(code) == 4 and name == name.strip() != "" for code, name in named.items())
