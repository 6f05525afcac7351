"""Diversion on made tables: bins, replacement, panels, and an estimator against another one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from trucewatch.errors import DataError, ParameterError
from trucewatch.reports.diversion import measures as diversion
from trucewatch.reports.diversion import models as models
from trucewatch.reports.diversion import panels as panels
from trucewatch.reports.diversion import words as prose
from trucewatch.tables import concordance
from trucewatch.trade import rerouting

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
    panel = pd.DataFrame(
        {"month": pd.to_datetime(["2024-01-01"] * 2), "partner_iso3": ["CHN", "WLD"], "value_usd": [1.0, 4.0]}
    )
    with pytest.raises(DataError, match="not complete"):
        diversion.share_of_year(panel, 2024)


def test_the_window_must_run_forward() -> None:
    assert [str(day) for day in panels.window("2025-04", "2025-12")] == ["2025-04-01", "2026-01-01"]
    with pytest.raises(ParameterError, match="post_last"):
        panels.window("2025-05", "2025-04")


def test_the_numbers_of_the_figures_stand_in_tables(
    six: pd.DataFrame, rise: pd.DataFrame, families: concordance.Families
) -> None:
    names = {"CHN": "China", "VNM": "Vietnam"}
    shares = panels.shares_by_year(diversion.by_family(six, rise, families), EDGES)
    found = panels.share_table(shares, names).set_index(["duty_up", "year"])
    assert len(found) == 2 * 3  # two bins have goods
    assert found.loc[("over 20 points", 2025)].to_dict() == pytest.approx(
        {"China": 22 / 52, "Vietnam": 30 / 52}
    )
    months = pd.DatetimeIndex(["2025-04-01", "2025-05-01"], name="month")
    change = pd.DataFrame({"334": [-1.0, -2.0], "335": [0.5, 0.25]}, index=months)
    rows = panels.map_table(change, {"334": "Computers"}).to_numpy().tolist()
    assert [(f"{month:%m}", *rest) for month, *rest in rows] == [
        ("05", "Computers", -2.0), ("05", "335", 0.25), ("04", "Computers", -1.0), ("04", "335", 0.5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("estimate", "said"), [(2.77, "+2.77 percent for each percent"), (-1.5, "the sign of demand")]
)
def test_a_printed_number_is_not_said_to_be_missing(estimate: float, said: str) -> None:
    table = pd.DataFrame(
        {"estimate": [0.0, 0.0, estimate], "se": 0.5}, index=pd.Index(["2017", "2024", "2025"], name="time")
    )
    text = prose.elasticity_sentence(models.Fit(table, np.eye(2) * 0.25, "2024", 100, 40))
    assert said in text
    assert text.endswith("it is not put forward as an elasticity.")


# ------------------------------------------------------------------------------------------- regressions


ALL_THREE = ("c0", "c1", "c2")


def made_data(
    effect: float, seed: int, *, noise: bool, products: int = 12, on: tuple[str, ...] = ALL_THREE
) -> pd.DataFrame:
    """Imports with product, partner and time effects, and an effect of the exposure in the last period.

    `on` names the partners that feel the effect; `relative` is the exposure of the first of three partners.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for product in range(products):
        exposure = rng.uniform(0, 4)
        for partner in range(3):
            level = rng.uniform(1, 3)
            felt = effect * exposure * (f"c{partner}" in on)
            for time, shift in enumerate((0.0, 0.2, -0.1)):
                mean = np.exp(level + shift * (partner + 1) + 0.1 * time * (product % 2) + felt * (time == 2))
                value = float(rng.poisson(40 * mean)) if noise else 40 * mean
                rows.append(
                    (f"p{product:02d}", f"c{partner}", f"t{time}", f"s{product % 2}", value, exposure)
                )
    table = pd.DataFrame(rows, columns=["product", "partner", "time", "sector", "value", "exposure"])
    return table.assign(relative=table["exposure"] * (table["partner"] == "c0"))


#: By equation: its exposure, its fixed effects, the partners that feel the effect, and the degrees of freedom
#: that its standard errors count (12 products: two coefficients, and the effects not nested in products).
EQUATIONS = {
    "third countries": ("exposure", models.THIRD, ALL_THREE, 2 + 3 * 3 + 2 * 3 - 1),
    "China, relative": ("relative", models.RELATIVE, ("c0",), 2 + 3 * 3),
}


@pytest.mark.parametrize(("exposure", "effects", "on", "counted"), EQUATIONS.values(), ids=EQUATIONS)
def test_the_estimator_agrees_with_a_poisson_model_with_dummies(
    exposure: str, effects: tuple[str, ...], on: tuple[str, ...], counted: int
) -> None:
    data = made_data(-0.15, seed=7, noise=True, on=on)
    fit = models.event_study(data, exposure, "t1", effects)
    pairs = [data[one] + data[two] for one, two in (pair.split("^") for pair in effects)]
    dummies = [pd.get_dummies(values, prefix=str(place), dtype=float) for place, values in enumerate(pairs)]
    design = pd.concat(dummies, axis=1).assign(
        t0=data[exposure] * (data["time"] == "t0"), t2=data[exposure] * (data["time"] == "t2")
    )
    other = sm.GLM(data["value"], design, family=sm.families.Poisson()).fit(tol=1e-12, maxiter=200)
    for time in ("t0", "t2"):
        assert fit.table.loc[time, "estimate"] == pytest.approx(other.params[time], abs=1e-6)
    assert fit.table.loc["t1", "estimate"] == 0.0
    # the sandwich with its usual correction: effects nested in the clusters cost no degrees of freedom
    raw = sm.GLM(data["value"], design, family=sm.families.Poisson()).fit(
        tol=1e-12,
        maxiter=200,
        cov_type="cluster",
        cov_kwds={"groups": data["product"].astype("category").cat.codes, "use_correction": False},
    )
    clusters, rows = 12, len(data)
    correction = np.sqrt(clusters / (clusters - 1) * (rows - 1) / (rows - counted))
    for time in ("t0", "t2"):
        assert fit.table.loc[time, "se"] == pytest.approx(raw.bse[time] * correction, rel=1e-5)


@pytest.mark.parametrize("effect", [-0.3, 0.0, 0.2])
@pytest.mark.parametrize(("exposure", "effects", "on", "_counted"), EQUATIONS.values(), ids=EQUATIONS)
def test_a_known_effect_is_found(
    effect: float, exposure: str, effects: tuple[str, ...], on: tuple[str, ...], _counted: int
) -> None:
    exact = models.event_study(made_data(effect, seed=3, noise=False, on=on), exposure, "t1", effects)
    assert exact.table.loc["t2", "estimate"] == pytest.approx(effect, abs=1e-6)
    assert exact.table.loc["t0", "estimate"] == pytest.approx(0.0, abs=1e-6)
    noisy = models.event_study(
        made_data(effect, seed=3, noise=True, products=60, on=on), exposure, "t1", effects
    )
    assert noisy.table.loc["t2", "low"] - 0.02 < effect < noisy.table.loc["t2", "high"] + 0.02


def test_the_relative_elasticity_is_that_of_china_and_not_the_common_move() -> None:
    """China falls by twice log(1 + duty); every partner also gains by three times it, which is absorbed."""
    years = {"t0": "2017", "t1": "2024", "t2": "2025"}
    data = made_data(-2.0, seed=11, noise=False, on=("c0",)).assign(log_rise=lambda rows: rows["exposure"])
    data["value"] *= np.exp(3.0 * data["log_rise"] * (data["time"] == "t2"))
    data = data.replace({"partner": {"c0": "CHN"}, "time": years}).assign(exposure=0.0)
    fit = panels.relative_elasticity(data, "product")
    assert fit.reference == "2024"
    assert fit.table["estimate"].to_dict() == pytest.approx(
        {"2017": 0.0, "2024": 0.0, "2025": -2.0}, abs=1e-6
    )


def test_an_average_effect_is_absorbed_by_product_and_time() -> None:
    """The trap: the same exposure for all partners can not be told from product by time effects."""
    data = made_data(-0.3, seed=3, noise=False)
    found = models.event_study(data, "relative", "t1", models.RELATIVE).table.loc["t2", "estimate"]
    assert found == pytest.approx(0.0, abs=1e-6)


def test_a_trend_before_is_seen() -> None:
    times = [f"2024-{month:02d}" for month in range(1, 8)]
    table = pd.DataFrame(
        {"estimate": [-0.5, -0.4, -0.3, -0.2, -0.1, 0.0, 0.3]}, index=pd.Index(times, name="time")
    )
    fit = models.Fit(table.assign(se=0.02, low=0.0, high=0.0), np.eye(6) * 0.02**2, "2024-06", 100, 40)
    test = models.pre_trend(fit)
    assert test.slope == pytest.approx(0.1)
    assert test.p_value < 0.001
    assert test.slope_p < 0.001
    # F by hand: sum of squares over variance over restrictions
    assert test.statistic == pytest.approx(sum(x**2 for x in (0.5, 0.4, 0.3, 0.2, 0.1)) / 0.02**2 / 5)
    flat = models.Fit(fit.table.assign(estimate=0.0), fit.covariance, "2024-06", 100, 40)
    assert models.pre_trend(flat).p_value == pytest.approx(1.0)
    assert models.average_after(fit, "2024-07") == pytest.approx((0.3, 0.02))
    with pytest.raises(ParameterError, match="no period before"):
        models.pre_trend(models.Fit(table, fit.covariance, "2024-01", 100, 40))


def test_what_can_not_be_estimated_is_refused() -> None:
    data = made_data(0.0, seed=1, noise=False)
    with pytest.raises(ParameterError, match="not in the data"):
        models.event_study(data, "exposure", "t9", models.THIRD)
    with pytest.raises(ParameterError, match="does not vary"):
        models.event_study(data.assign(exposure=1.0), "exposure", "t1", models.THIRD)


# -------------------------------------------------------------------------------------------- red flags

PERIODS = [(year, quarter) for year in (2024, 2025) for quarter in (1, 2, 3, 4)]


def flow(values: list[float], price: float = 1.0, hs6: str = "850710", partner: str = "VNM") -> pd.DataFrame:
    rows = [(partner, hs6, *when, value, value / price) for when, value in zip(PERIODS, values, strict=True)]
    return pd.DataFrame(rows, columns=list(rerouting.COLUMNS))


UP_AND_DOWN = [10.0, 14, 10, 14, 20, 40, 20, 40]
DOWN_AND_UP = [14.0, 10, 14, 10, 40, 20, 40, 20]
RISING = [10.0, 12, 11, 13, 20, 26, 24, 30]


def test_a_planted_case_shows_all_flags() -> None:
    found = rerouting.red_flags(
        flow([x * 1.1 for x in RISING]),
        flow(RISING),
        flow([50.0] * 8),
        pd.Series({"850710": 40.0}),
        2024,
        2025,
    )
    row = found.iloc[0]
    assert row["flags"] == 4
    assert row["overlap_usd"] == pytest.approx(100.0)
    assert row["excess_usd"] == pytest.approx(100.0 - 46.0)
    assert row["correlation"] == pytest.approx(1.0)
    assert row["price_ratio"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("flag", "to_us", "from_china", "elsewhere", "rise"),
    [
        ("duty_rose", flow(RISING), flow(RISING), flow([50.0] * 8), 5.0),
        ("moved_together", flow(UP_AND_DOWN), flow(DOWN_AND_UP), flow([50.0] * 8), 40.0),
        ("same_price", flow(RISING, price=3.0), flow(RISING), flow([50.0] * 8), 40.0),
        ("no_sales_elsewhere", flow(RISING), flow(RISING), flow([50.0] * 4 + [90.0] * 4), 40.0),
    ],
)  # fmt: skip
def test_each_innocent_sign_takes_its_flag_away(
    flag: str, to_us: pd.DataFrame, from_china: pd.DataFrame, elsewhere: pd.DataFrame, rise: float
) -> None:
    row = rerouting.red_flags(to_us, from_china, elsewhere, pd.Series({"850710": rise}), 2024, 2025).iloc[0]
    assert not row[flag]
    assert row["flags"] == 3


def test_what_is_missing_is_no_flag_and_what_fell_is_not_listed() -> None:
    blind = flow(RISING).assign(quantity=np.nan)
    row = rerouting.red_flags(blind, blind, flow([50.0] * 8), pd.Series({"850710": 40.0}), 2024, 2025).iloc[0]
    assert pd.isna(row["same_price"])
    assert row["flags"] == 3
    falling = flow(RISING[::-1])
    assert rerouting.red_flags(falling, falling, falling, pd.Series({"850710": 40.0}), 2024, 2025).empty
    assert "can not prove" in rerouting.WARNING.replace("cannot", "can not")


def test_bad_tables_are_refused() -> None:
    good, rise = flow(RISING), pd.Series({"850710": 40.0})
    with pytest.raises(DataError, match="quantity"):
        rerouting.red_flags(good.drop(columns="quantity"), good, good, rise, 2024, 2025)
    with pytest.raises(DataError, match="stand twice"):
        rerouting.red_flags(good, pd.concat([good, good]), good, rise, 2024, 2025)


# ---------------------------------------------------------------------------------------------- sentences


def test_sentences_say_what_the_tests_found() -> None:
    bad, good = models.PreTrend(9.0, 0.001, 3, 0.1, 0.2), models.PreTrend(0.5, 0.7, 3, 0.0, 0.9)
    assert "1 of 2 fail" in prose.models_title([bad, good])
    assert "fail" not in prose.models_title([good, good])
    assert (
        prose.trend_note(bad, 1000, 28)
        == "Pre-trend p < 0.01, slope p = 0.20: fails; 1,000 rows, 28 clusters"
    )
    assert "not an effect" in prose.effect_sentence("x", 0.1, 0.01, bad)
    assert "confounders" in prose.effect_sentence("x", 0.1, 0.01, good)
    assert "\n\n**What is missing.**" in prose.trap()


def test_the_finding_names_gain_or_loss(
    six: pd.DataFrame, rise: pd.DataFrame, families: concordance.Families
) -> None:
    names = {"CHN": "China", "VNM": "Vietnam"}
    bins = diversion.by_bin(diversion.by_family(six, rise, families), EDGES, 2024)
    bins[["base_usd", "value_usd", "change_usd"]] *= 1e9
    text = prose.finding(diversion.replacement(bins), bins, names, (2024, 2025))
    assert "over 20 points" in text
    assert "fell by 88 billion US dollars from 2024 to 2025" in text
    assert "from Vietnam together rose by 30.0 billion, 34 % of the loss" in text
    gained = bins.assign(change_usd=bins["change_usd"].abs())
    assert "sold no less" in prose.finding(diversion.replacement(gained), gained, names, (2024, 2025))
