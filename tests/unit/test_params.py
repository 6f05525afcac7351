"""params.yaml: what is legal is read, what is not is refused by name, value and range."""

import re

import pytest

from trucewatch.errors import ParameterError
from trucewatch.params import Params, changed, check_params, load_params, section
from trucewatch.paths import project_root


def test_the_file_holds_every_parameter_at_its_default():
    assert load_params(project_root() / "params.yaml") == Params()
    text = (project_root() / "params.yaml").read_text()
    for name, field in Params.model_fields.items():
        for parameter in field.annotation.model_fields:
            assert re.search(rf"^  {parameter}:", text, re.M), f"{name}.{parameter} is not in params.yaml"


def test_a_missing_section_takes_its_defaults():
    assert check_params({}) == Params()


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"trade_flows": {"n_sim": 5}}, ["trade_flows.n_sim", "5", "200 to 20000"]),
        ({"trade_flows": {"n_sim": "500"}}, ["trade_flows.n_sim", "'500'", "200 to 20000"]),
        ({"trade_flows": {"n_sim": True}}, ["trade_flows.n_sim", "True"]),
        ({"trade_flows": {"n_sim": 500.0}}, ["trade_flows.n_sim", "500.0"]),
        ({"diversion": {"bins[0]": 12}}, ["diversion.bins[0]", "the whole list: bins=[…]"]),
        ({"soybeans": {"target_mt": 0}}, ["soybeans.target_mt", "a number above 0 to 100"]),
        ({"trade_flows": {"n_sims": 500}}, ["trade_flows.n_sims", "unknown", "'n_sim'"]),
        ({"trade_flow": {}}, ["trade_flow", "unknown", "'trade_flows'"]),
        ({"trade_flows": {"train_end": "2026-01"}}, ["trade_flows.train_end", "2022-12", "2024-12"]),
        ({"trade_flows": {"train_end": "2024-13"}}, ["trade_flows.train_end", "YYYY-MM"]),
        ({"trade_flows": {"train_end": 2024}}, ["trade_flows.train_end", "2024"]),
        ({"trade_flows": {"value_type": "cif"}}, ["trade_flows.value_type", "general or consumption"]),
        ({"trade_flows": {"deadline_acts": []}}, ["trade_flows.deadline_acts", "at least 1"]),
        ({"trade_flows": {"deadline_acts": ["a", "a"]}}, ["trade_flows.deadline_acts", "twice"]),
        (
            {"trade_flows": {"train_start": "2020-01", "train_end": "2022-12"}},
            ["trade_flows", "36 months"],
        ),
        ({"tariff_timeline": {"grid_dates": ["2025-02-30"]}}, ["grid_dates", "2025-02-30"]),
        ({"tariff_timeline": {"products": ["85.07"]}}, ["products", "without dots"]),
        ({"soybeans": {"base_years": ["2020/22"]}}, ["base_years", "2024/25"]),
        ({"soybeans": {"as_of": "2020-01-01"}}, ["as_of", "2024-07-04", "newest"]),
        ({"realised_duty": {"month": "2024-13"}}, ["realised_duty.month", "YYYY-MM", "latest"]),
        ({"realised_duty": {"month": "2024-10-15"}}, ["realised_duty.month", "YYYY-MM", "latest"]),
        ({"realised_duty": {"month": "2030-01"}}, ["realised_duty.month", "2025-11", "latest"]),
        ({"diversion": {"bins": [20.0, 10.0]}}, ["diversion.bins", "rise"]),
        ({"export_controls": {"owners_file": "mine.csv"}}, ["export_controls", "listed_firms"]),
        ({"trade_flows": None}, ["trade_flows", "None"]),
        ({"trade_flows": [1]}, ["trade_flows", "section"]),
    ],
)
def test_an_illegal_value_is_refused_with_name_value_and_range(found, said):
    with pytest.raises(ParameterError) as error:
        check_params(found)
    for words in said:
        assert words in str(error.value)


def test_every_fault_is_named_at_once():
    with pytest.raises(ParameterError) as error:
        check_params({"trade_flows": {"n_sim": 1, "seed": -1}})
    assert "n_sim" in str(error.value)
    assert "seed" in str(error.value)


@pytest.mark.parametrize("text", ["a: [1", "- 1\n- 2\n", "just words", "\tx: 1"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path, text):
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(ParameterError, match=r"params\.yaml"):
        load_params(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "trade_flows:\n  train_end: 2024-10-01",
            "train_end: found the date 2024-10-01; a month .* in quotes",
        ),
        ("brief:\n  calm_day: 2025-01-31", "calm_day: found the date 2025-01-31; a day .* in quotes"),
        ("brief:\n  since: 2025-01-31", "since: found the date 2025-01-31; a day .* in quotes, .* 'newest'"),
        ("soybeans:\n  as_of: 2025-01-31 10:00:00", "as_of: found the date .*; a day .* in quotes"),
        ("tariff_timeline:\n  products: [850760]", "products.0: found 850760; a code .* in quotes"),
        ("tariff_timeline:\n  grid_dates: [2025-02-30]", "Remedy: put days and months in quotes"),
        ("trade_flows:\n  n_sim: " + "9" * 5_000, "Remedy: .* a number of very many digits"),
    ],
)
def test_what_yaml_makes_of_an_unquoted_value_is_refused_with_the_way_to_write_it(tmp_path, text, said):
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(ParameterError, match=said) as error:
        load_params(path)
    assert "params.yaml" in str(error.value)


@pytest.mark.parametrize(
    "found",
    [
        {"trade_flows": {"train_end": "x" * 100_000}},
        {"trade_flows": {"value_type": "x" * 100_000}},
        {"trade_flows": {"x" * 100_000: 1}},
        {"trade_flows": {"deadline_acts": ["x" * 100_000] * 2}},
        {"brief": {"since": "x" * 100_000}},
        {"realised_duty": "x" * 100_000},
        {"x" * 100_000: 1},
    ],
)
def test_a_very_long_value_is_not_printed_whole(found):
    with pytest.raises(ParameterError, match=r"x… \([12]00,0\d\d characters\)") as error:
        check_params(found)
    assert len(str(error.value)) < 1_000


def test_yaml_is_read_as_dvc_reads_it(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text("trade_flows:\n  value_type: NO\n")
    with pytest.raises(ParameterError, match="'NO'"):
        load_params(path)


def test_what_is_not_as_usual_is_named():
    usual = section("tariff_timeline", Params())
    assert changed("tariff_timeline", usual) == ""
    assert changed("tariff_timeline", usual | {"products": ["8507", "9503"], "origin": "HKG"}) == (
        "origin HKG (usually CHN); products 8507, 9503 (usually none)"
    )
    assert changed("a_report_of_a_test", {"products": []}) == ""


def test_a_section_is_plain_values():
    values = section("trade_flows", Params())
    assert all(isinstance(value, (str, int, float, bool, list)) for value in values.values())
    with pytest.raises(ParameterError, match="no section 'weather'"):
        section("weather", Params())
