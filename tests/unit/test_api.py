"""`import trucewatch as tw`: answers agree with what they are made of, refusals say what would be right."""

import json
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import trucewatch as tw
from trucewatch.api import what_if
from trucewatch.cli import main
from trucewatch.errors import DataError, LedgerError, ParameterError, TrucewatchError
from trucewatch.paths import clean_dir, project_root

ROOT = project_root()


def run(code, cwd=ROOT, **env):
    """Run Python in a process of its own; return what it printed."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("TRUCEWATCH")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        env={**kept, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_in_a_notebook_sums_of_money_in_a_frame_are_no_formula(monkeypatch):
    frame = tw.search("footwear valued over $6.50").to_frame()
    assert frame["name"].str.count(r"\$").max() > 1  # as the schedule has it
    with pd.option_context("display.html.use_mathjax", True):
        monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
        tw._show_dollars()
        assert "mathjax_ignore" not in frame._repr_html_()  # elsewhere, pandas stays as its user has it
        monkeypatch.setitem(sys.modules, "ipykernel", pd)
        tw._show_dollars()
        assert '<table border="1" class="dataframe tex2jax_ignore mathjax_ignore">' in frame._repr_html_()


def test_importing_the_package_loads_nothing_of_it():
    told = run(
        "import sys, trucewatch\n"
        "print([name for name in sys.modules if name.startswith('trucewatch.') or name == 'pandas'])"
    )
    assert told.strip() == "[]"


@pytest.mark.parametrize(
    "asked", ["'9503.00.00', on='2025-04-10'", "'1201.90.10', on='2025-04-10', importer='CHN'"]
)
def test_a_lookup_loads_none_of_what_is_slow_to_import(asked):
    slow = ("numpy", "pandas", "pyarrow", "jinja2", "pandera", "httpx", "ruamel.yaml")
    told = run(
        f"import sys, trucewatch as tw; tw.lookup({asked}); print([m for m in {slow} if m in sys.modules])"
    )
    assert told.strip() == "[]"


def test_a_lookup_from_the_shell_loads_no_other_question():
    told = run(
        "import sys; from click.testing import CliRunner; from trucewatch.cli import main\n"
        "assert '145 %' in CliRunner().invoke(main, ['lookup', '9503.00.00', '--on', '2025-04-10']).output\n"
        "print(sorted(m for m in sys.modules if m.startswith('trucewatch.answers.')))"
    )
    others = ("cases", "history", "diff", "catalogue", "search", "calendar", "doctor")
    assert not [name for name in others if f"'trucewatch.answers.{name}'" in told]


@pytest.mark.parametrize(
    ("asked", "slow"),
    [
        (["calendar"], ("numpy", "pandas", "pyarrow", "pandera")),
        (["history", "9503.00.00"], ("numpy", "pandas", "pyarrow", "pandera")),
        (["diff", "2025-05-13", "2025-05-14"], ("pandas", "pandera")),
    ],
)
def test_a_question_from_the_shell_loads_none_of_what_is_slow_to_import(asked, slow):
    told = run(
        "import sys; from click.testing import CliRunner; from trucewatch.cli import main\n"
        f"assert CliRunner().invoke(main, {asked}).exit_code == 0\n"
        f"print([m for m in {slow} if m in sys.modules])"
    )
    assert told.strip() == "[]"


def test_every_name_is_there_described_and_typed():
    assert set(tw.__all__) <= set(dir(tw))
    for name in tw.__all__:
        assert getattr(tw, name).__doc__, name
    assert (Path(tw.__file__).parent / "py.typed").is_file()
    with pytest.raises(AttributeError, match="lokup"):
        tw.lokup  # noqa: B018


@pytest.mark.slow
def test_a_type_checker_knows_the_names_and_no_others(tmp_path):
    from mypy import api

    asked = tmp_path / "asked.py"
    asked.write_text(
        "import trucewatch as tw\nfrom trucewatch.scenario import read_scenario\n"
        "reveal_type(tw.lookup('9503'))\nreveal_type(tw.scenario('s1'))\nread_scenario('s1')\ntw.lokup('9503')\n"
    )
    told = api.run(["--cache-dir", str(ROOT / ".mypy_cache"), "--no-error-summary", str(asked)])[0]
    assert "trucewatch.answers.desk.Answer" in told
    assert "trucewatch.api.what_if.Priced" in told
    assert told.count("error:") == 1
    assert 'has no attribute "lokup"' in told


def test_scenario_is_a_function_and_a_package():
    import trucewatch.scenario as package
    from trucewatch.scenario import scenario_names

    assert tw.scenario is package
    assert list(tw.scenarios().index) == list(scenario_names())
    with pytest.raises(DataError, match="no such scenario"):
        tw.scenario("nothing like it")


def test_answers_come_from_anywhere_inside_and_from_a_named_project(tmp_path):
    ask = "import trucewatch as tw; print(tw.law_asof())"
    assert run(ask, cwd=ROOT / "data" / "law").strip() == str(tw.law_asof())
    told = run(
        f"import os, trucewatch as tw\ntw.use({str(ROOT)!r}); print(tw.law_asof()); print(os.getcwd())",
        cwd=tmp_path,
    )
    assert told.split() == [str(tw.law_asof()), str(tmp_path)]


@pytest.mark.slow
def test_an_installed_package_answers_from_the_project_it_is_pointed_at(tmp_path):
    """Installed, the package does not lie inside a project: here as a copy of its files in a folder."""
    import shutil

    shutil.copytree(Path(tw.__file__).parent, tmp_path / "site" / "trucewatch")
    ask = (
        "import trucewatch as tw; print(tw.__file__)\n"
        "print(tw.lookup('9503.00.00', on='2025-04-10').found.total_pct)"
    )
    env = {"PYTHONPATH": str(tmp_path / "site")}
    file, total = run(ask, cwd=tmp_path, TRUCEWATCH_HOME=str(ROOT), **env).split()
    assert file.startswith(str(tmp_path))
    assert total == str(tw.lookup("9503.00.00", on="2025-04-10").found.total_pct)
    told = run(
        "import trucewatch as tw\ntry: tw.law_asof()\nexcept tw.TrucewatchError as error: print(error)",
        cwd=tmp_path, **env,
    )  # fmt: skip
    assert "TRUCEWATCH_HOME" in told


def test_a_folder_that_is_no_project_is_refused_and_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("TRUCEWATCH_HOME", str(ROOT))
    for folder in (tmp_path, tmp_path / "not there"):
        with pytest.raises(TrucewatchError, match="checkout"):
            tw.use(folder)
    assert os.environ["TRUCEWATCH_HOME"] == str(ROOT)
    assert tw.use(None) == ROOT
    assert "TRUCEWATCH_HOME" not in os.environ


# Tables


def test_a_table_says_its_units_and_its_source():
    frame = tw.table("us_imports_monthly", ["month", "value_usd"])
    assert list(frame.columns) == ["month", "value_usd"]
    stored = pd.read_parquet(clean_dir(ROOT) / "us_imports_monthly.parquet")
    assert frame["value_usd"].sum() == stored["value_usd"].sum()
    assert frame.attrs["units"] == {"value_usd": "US dollars"}
    assert all(source["licence"] and source["producer"] for source in frame.attrs["sources"])


def test_the_list_of_tables_holds_them_all():
    from trucewatch.tables import TABLES

    assert set(tw.table().index) == set(TABLES)


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("us_import_monthly", "us_imports_monthly"),
        ("enduse", "us_imports_enduse_monthly"),
        ("???", "lists all"),
    ],
)
def test_an_unknown_table_is_answered_with_those_most_like_it(name, offered):
    with pytest.raises(DataError, match="no such table") as caught:
        tw.table(name)
    assert offered in caught.value.remedy


def test_a_table_that_is_not_built_says_how_to_build_it(tmp_path, monkeypatch):
    for name in ("dvc.yaml", "params.yaml"):
        (tmp_path / name).touch()
    monkeypatch.setenv("TRUCEWATCH_HOME", str(tmp_path))
    with pytest.raises(DataError, match="trucewatch build"):
        tw.table("us_imports_monthly")
    assert not tw.table()["is_built"].any()


def test_acts_are_found_by_day_side_and_word():
    # Executive Order 14298 took effect on 14 May 2025 (90 FR 21831)
    found = tw.acts("2025-05-14", "2025-05-14", side="USA", search="geneva")
    assert "us_20250512_eo14298" in set(found["act_id"])
    assert set(found["side"]) <= {"USA", "both"}
    assert len(tw.acts()) > len(tw.acts("2025-01-01")) > len(found)
    assert tw.acts("2025-01-01")["day"].is_monotonic_increasing
    with pytest.raises(DataError, match="2025-02-28"):
        tw.acts("2025-02-30")


def test_gains_add_up_to_the_table():
    found = tw.gains()
    first, last = found.attrs["months"]
    monthly = tw.table("us_imports_naics3_monthly")
    world = monthly[monthly["partner_iso3"] == "WLD"]
    china = monthly[monthly["partner_iso3"] == "CHN"]

    def total(frame):
        return frame.loc[frame["month"].between(first, last), "value_usd"].sum()

    assert found["value_usd"].sum() == pytest.approx(total(world) - total(china))
    vietnam = tw.gains("vnm")
    assert set(vietnam["partner_iso3"]) == {"VNM"}
    assert vietnam["china_change_usd"].is_monotonic_increasing
    same = monthly[(monthly["partner_iso3"] == "VNM") & (monthly["naics3"] == "334")].set_index("month")[
        "value_usd"
    ]
    months = pd.date_range(first, last, freq="MS")
    base = same[[month.replace(year=2024) for month in months]].sum()
    computers = vietnam[vietnam["naics3"] == "334"].iloc[0]
    assert computers["change_usd"] == pytest.approx(same[months].sum() - base)


@pytest.mark.parametrize(
    ("asked", "error", "part"),
    [
        ({"partner": "XXX"}, DataError, "VNM"),
        ({"since": "2019-01"}, ParameterError, "legal"),
        ({"since": "spring"}, ParameterError, "2025-04"),
        ({"base_year": 2030}, ParameterError, "legal"),
    ],
)
def test_gains_refuse_what_the_table_can_not_say(asked, error, part):
    with pytest.raises(error, match=part):
        tw.gains(**asked)


# Duties


@pytest.mark.parametrize(
    ("ask", "part"),
    [
        (lambda: tw.table(3), "no such table"),
        (lambda: tw.table("partners", 4), "column 4: no such column"),
        (lambda: tw.table("partners", "name"), "column name: no such column"),
        (lambda: tw.gains(3), "no such partner"),
        (lambda: tw.acts(side=3), "no such importer"),
        (lambda: tw.lookup("9503.00.00", origin=3), "origin"),
        (lambda: tw.lookup("9503.00.00", claims=3), "claim '3'"),
        (lambda: tw.average_rate(products=850), "not a commodity code"),
        (lambda: tw.scenario(3), "no such scenario"),
        (lambda: tw.scenario("s1", preset="user"), "legal: estimated, fgkk, long_run, one_year"),
    ],
)
def test_a_wrong_type_is_refused_in_words(ask, part):
    with pytest.raises(TrucewatchError, match=part):
        ask()


def test_a_number_or_a_text_alone_is_taken_for_what_it_says():
    assert tw.lookup(95030000).found == tw.lookup("9503.00.00").found
    pd.testing.assert_frame_equal(tw.average_rate(products=85), tw.average_rate(products=["85"]))
    pd.testing.assert_frame_equal(tw.table("partners", "note"), tw.table("partners", ["note"]))
    assert len(tw.acts(search=10976)) == len(tw.acts(search="10976")) > 0


def test_a_lookup_reads_as_the_question():
    # toys free in column 1; 20 % fentanyl and 125 % reciprocal on 10 April 2025 (EO 14228, EO 14266)
    answer = tw.lookup("9503.00.00", on="2025-04-10", value=1000)
    assert answer.found.total_pct == 145
    assert answer.duty_usd == Decimal("1450.00")
    assert "145" in str(answer)
    assert repr(answer) == str(answer)
    assert "<table" in answer._repr_html_()


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ({"code": "9503.00.99"}, "nearest lines: 95030000"),
        ({"code": "503.00.00"}, "leading zero"),
        ({"code": "9503.00.00", "on": "2015-06-01"}, "nearest day is 2018-01-01"),
        ({"code": "9503.00.00", "on": "2025-02-30"}, "2025-02-28"),
        ({"code": "9503.00.00", "importer": "MEX"}, "CHN or USA"),
    ],
)
def test_a_lookup_that_can_not_be_answered_says_what_would_be_right(asked, part):
    with pytest.raises(DataError) as caught:
        tw.lookup(**asked)
    assert part in caught.value.remedy


def test_a_history_agrees_with_lookups():
    frame = tw.history("8507.60.0020", "2025-03-01", "2025-06-30")
    assert frame["valid_from"].iloc[0] == date(2025, 3, 1)
    assert frame["valid_to"].iloc[-1] == date(2025, 7, 1)
    for row in frame.to_dict("records"):
        assert tw.lookup("8507.60.0020", on=row["valid_from"]).found.total_pct == row["total_pct"]
    # the line of smartphones came with the schedule of 27 January 2022 (Proclamation 10326)
    assert tw.history("8517.13.00", last="2022-12-31")["valid_from"].iloc[0] == date(2022, 1, 27)
    with pytest.raises(DataError, match="earlier day first"):
        tw.history("9503.00.00", "2025-06-30", "2025-03-01")


@pytest.mark.parametrize(("family", "line"), [("8517.13", "8517.13.00"), ("9503", "9503.00.00")])
def test_a_code_with_one_line_under_it_is_that_line(family, line):
    found = tw.history(family)
    pd.testing.assert_frame_equal(found, tw.history(line))
    assert found.attrs["code"] == line.replace(".", "")
    assert tw.chart.product(family).title == tw.chart.product(line).title


def test_a_family_of_lines_has_no_history():
    with pytest.raises(DataError, match="eight digits"):
        tw.history("8517")
    # 8517.12, telephones for cellular networks, left the schedule on 27 January 2022 (Proclamation 10326)
    with pytest.raises(DataError, match="in force on 2026"):
        tw.history("8517.12")


def test_an_average_of_one_line_is_its_duty():
    for day in ("2025-04-10", "2025-11-10"):
        frame = tw.average_rate(on=day, products="9503.00.00", weights="simple").set_index("authority")[
            "rate_pct"
        ]
        assert frame["total"] == float(tw.lookup("9503.00.00", on=day).found.total_pct)
        assert frame.drop("total").sum() == pytest.approx(frame["total"])


def test_an_average_over_time_holds_the_average_of_a_day():
    frame = tw.average_rate("CHN", "simple", by="total")
    day = date(2025, 6, 1)
    row = frame[(frame["valid_from"] <= day) & (day < frame["valid_to"])]
    assert tw.average_rate("CHN", "simple", by="total", on=day)["rate_pct"].iloc[0] == row["rate_pct"].iloc[0]
    assert "line" in frame.attrs["weights"]


def test_a_day_to_come_is_answered_with_the_law_as_scheduled():
    # the suspended 24 points return on 10 November 2026 by Tariff Commission 2025 No. 10
    ahead = tw.average_rate("CHN", "simple", on="2026-11-10").set_index("authority")["rate_pct"]
    now = tw.average_rate("CHN", "simple", on=tw.law_asof()).set_index("authority")["rate_pct"]
    assert (now["CN_RECIP"], ahead["CN_RECIP"]) == pytest.approx((10, 34))


@pytest.mark.parametrize(
    ("asked", "error", "part"),
    [
        ({"weights": "imports"}, ParameterError, "imports_2024"),
        ({"by": "chapter"}, ParameterError, "authority"),
        ({"on": "2015-01-01"}, DataError, "2018-01-01"),
        ({"on": "2099-01-01"}, DataError, "nearest day"),
        ({"products": "77"}, DataError, "no line"),
        ({"products": "853"}, DataError, "leading zero"),
        ({"importer": "MEX"}, DataError, "USA"),
        ({"origin": "Atlantis"}, DataError, "ISO code"),
    ],
)
def test_an_average_that_can_not_be_had_says_why(asked, error, part):
    with pytest.raises(error, match=part):
        tw.average_rate(**asked)


def test_differences_and_cliffs_are_those_of_the_desk():
    found = tw.diff("2025-05-14", "2025-11-10")
    assert found.by("authority")["IEEPA_FENT"] < 0
    assert found.average_pp == pytest.approx(sum(found.by("authority").values()))
    cliffs = tw.calendar("2025-05-14", importer="CHN", known="2025-05-14")
    assert {cliff.side for cliff in cliffs.cliffs} <= {"CHN", "both"}
    assert "<table" in cliffs._repr_html_()


# Scenarios


@pytest.mark.parametrize(
    "name",
    ["s1_threat_100", "s1", "S1", "threat_100", "scenarios/s1_threat_100.yaml", "s1_threat_100.yaml"],
)
def test_a_scenario_is_found_by_name_short_name_and_path(name, monkeypatch, tmp_path):
    """The same way in Python and on the command line."""
    from trucewatch.scenario import read_scenario
    from trucewatch.scenario.naming import find_scenario

    monkeypatch.setenv("TRUCEWATCH_HOME", str(ROOT))
    monkeypatch.chdir(tmp_path)
    assert read_scenario(find_scenario(name)).name == "s1_threat_100"
    checked = CliRunner().invoke(main, ["scenario", name, "--check"])
    assert (checked.exit_code, checked.output.split(":")[0]) == (0, "s1_threat_100")


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("s2", "s2a_legal_lapse or s2b_political_snapback"),
        ("tread_100", "s1_threat_100"),
        ("zzz", "tw.scenarios()"),
    ],
)
def test_a_scenario_that_is_not_there_is_answered_with_those_most_like_it(name, offered):
    with pytest.raises(DataError) as caught:
        tw.scenario(name)
    assert offered in caught.value.remedy


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A scenario of one's own: no lists of Section 301, ten points on everything else."""
    folder = tmp_path_factory.mktemp("own")
    return tw.new_scenario(
        'Lists "1 to 4" go: ten points',
        day="2026-11-09",
        suspend=["S301_TT"],
        restore={"cn_recip": "legal"},
        replace={"us_s301_fl": 5},
        add_pct=10,
        spares=["S232_*"],
        file=folder / "own.yaml",
    )


def test_a_scenario_of_ones_own_is_a_file_that_says_what_was_asked(own):
    from trucewatch.answers.inputs import current_ledger
    from trucewatch.answers.lookup import lookup
    from trucewatch.scenario import edited, read_scenario

    scenario = read_scenario(own)
    assert scenario.title == 'Lists "1 to 4" go: ten points'
    assert [edit.kind for edit in scenario.edits] == ["suspend", "replace", "restore", "add"]
    law = edited(current_ledger(), scenario)
    toys = lookup("9503.00.00", on="2026-11-09", ledger=law)
    assert toys.by_authority() == {"MFN": 0, "S301_FL": 5, "HYPOTHETICAL": 10}
    assert {path.name for path in own.parent.iterdir()} == {"own.yaml", ".made.json"}


@pytest.mark.slow
def test_a_scenario_shows_its_cost_with_its_doubt(own):
    priced = tw.scenario(own, draws=100)
    frame = priced.to_frame()
    assert (frame["p5"] <= frame["p50"]).all()
    assert (frame["p50"] <= frame["p95"]).all()
    assert str(priced) in unescape(priced._repr_html_())
    assert priced.scenario.name == "own"
    assert json.dumps(priced.to_dict())
    again = tw.scenario(own, draws=100)
    pd.testing.assert_frame_equal(again.to_frame(), frame)
    chart = tw.chart.scenarios([own], draws=100)
    assert chart.data["p50"].iloc[0] == frame.loc["household_cost_usd", "p50"]
    with pytest.raises(ParameterError, match="legal: 100"):
        tw.scenario("s1", draws=0)


def test_one_name_stands_for_a_list_of_one(tmp_path):
    from trucewatch.scenario import read_scenario

    path = tw.new_scenario(
        "One of each",
        suspend="S301_TT",
        restore="us_threat_100",
        add_pct=1,
        spares="S232_*",
        file=tmp_path / "a.yaml",
    )
    suspended, restored, added = read_scenario(path).edits
    assert (suspended.name, restored.name, added.gives_way_to) == ("S301_TT", "us_threat_100", ("S232_*",))


def test_a_scenario_that_can_not_be_carried_out_is_not_written(tmp_path):
    with pytest.raises(LedgerError, match="S301_TT"):
        tw.new_scenario("Slip", suspend=["S301_T"], file=tmp_path / "slip.yaml")
    assert list(tmp_path.iterdir()) == []


def test_a_scenario_of_ones_own_is_never_lost(tmp_path):
    path = tmp_path / "mine.yaml"
    tw.new_scenario("Mine", suspend="S301_TT", file=path)
    first = path.read_bytes()
    assert tw.new_scenario("Mine", suspend="S301_TT", file=path).read_bytes() == first
    with pytest.raises(DataError, match="the file is there already") as refused:
        tw.new_scenario("Mine", add_pct=1, file=path)
    assert "overwrite=True" in refused.value.remedy
    assert path.read_bytes() == first
    tw.new_scenario("Mine", add_pct=1, file=path, overwrite=True)
    edited = path.read_bytes() + b"# my note\n"
    path.write_bytes(edited)
    with pytest.raises(DataError, match="changed since"):
        tw.new_scenario("Mine", add_pct=2, file=path, overwrite=True)
    assert path.read_bytes() == edited
    link = tmp_path / "link.yaml"
    link.symlink_to(path)
    with pytest.raises(DataError, match="not written here"):
        tw.new_scenario("Mine", add_pct=2, file=link, overwrite=True)
    assert link.is_symlink()


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("My scenario", "my_scenario"),
        ("取消关税", "取消关税"),
        ("恢复关税 100 %", "恢复关税_100"),
        ("../../etc/passwd", "etc_passwd"),
        ("Größer", "grösser"),
        ("美" * 100, "美" * 40),
    ],
)
def test_a_title_in_any_script_names_a_file_of_its_own(title, name):
    assert what_if._file_name(title) == name


@pytest.mark.parametrize("title", ["", " ", "!!!", "\u202e"])
def test_a_title_without_a_letter_is_refused(title, tmp_path):
    with pytest.raises(DataError, match="no title"):
        tw.new_scenario(title)


@pytest.mark.parametrize(
    "day", [pd.NaT, float("nan"), "٢٠٢٥-٠٥-١٤", "２０２５-05-14", "2025-W10-1", "20250514"]
)
def test_what_is_no_day_is_refused(day):
    with pytest.raises(DataError, match="not a date"):
        tw.lookup("9503.00.00", on=day)


def test_a_chart_that_can_not_be_written_ends_in_a_message(charts, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ParameterError, match="cannot be written"):
        charts["timeline"].save(tmp_path / "file" / "folder")


def test_a_place_that_can_not_be_written_ends_in_a_message(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written") as refused:
        tw.new_scenario("Mine", file=tmp_path / "file" / "a.yaml")
    assert "file=" in refused.value.remedy


# Charts


@pytest.fixture(scope="module")
def charts():
    return {
        "timeline": tw.chart.timeline("2025-03-01", "2025-06-30", weights="simple"),
        "duty_95030000": tw.chart.product("9503.00.00", "2025-01-01", "2025-12-31"),
        "duty_12019000": tw.chart.product("1201.90.00", importer="CHN"),
        "change": tw.chart.change("2025-05-14", "2025-11-10"),
        "gains_vnm": tw.chart.gains("VNM"),
    }


def test_charts_show_themselves_with_title_text_and_source(charts):
    for name, chart in charts.items():
        assert chart.name == name
        html = chart._repr_html_()
        assert f'id="figure-{name}"' in html
        assert "<title" in html
        assert "Law as of" in chart.source or "law as of" in chart.source
        assert chart.alt
        assert not chart.data.empty
        assert chart.title in str(chart)


def test_a_chart_is_drawn_from_its_table(charts):
    drawn = charts["duty_95030000"]
    pd.testing.assert_frame_equal(drawn.data, tw.history("9503.00.00", "2025-01-01", "2025-12-31"))
    # 145 % from 10 April 2025 until Geneva on 14 May (EO 14266, EO 14298)
    assert "145.0 % from 10 April 2025" in drawn.title
    by_authority = tw.diff("2025-05-14", "2025-11-10").by("authority")
    moved = charts["change"].data.set_index("authority")["change_pp"]
    assert moved.to_dict() == {name: by_authority[name] for name in moved.index}
    assert charts["timeline"].data["valid_from"].max() <= date(2025, 6, 30)


def test_a_saved_chart_stands_alone_and_is_the_same_each_time(charts, tmp_path):
    chart = charts["gains_vnm"].titled("Vietnam and China")
    files = chart.save(tmp_path / "one")
    assert [path.name for path in files] == ["gains_vnm.svg", "gains_vnm.png", "gains_vnm.csv"]
    svg = files[0].read_text()
    assert "Vietnam and China" in svg
    assert "law as of" in svg
    again = chart.save(tmp_path / "two", "other")
    assert pd.read_csv(again[2])["change_usd"].tolist() == pytest.approx(chart.data["change_usd"].tolist())
    third = chart.save(tmp_path / "two")
    assert [path.read_bytes() for path in files] == [path.read_bytes() for path in third]
    with pytest.raises(ParameterError, match="name"):
        chart.save(tmp_path, "../evil")


def test_a_chart_is_not_saved_into_a_file(charts, tmp_path):
    (tmp_path / "mine.svg").write_text("kept")
    with pytest.raises(ParameterError, match="is a file; name a folder"):
        charts["timeline"].save(tmp_path / "mine.svg")
    assert (tmp_path / "mine.svg").read_text() == "kept"


@pytest.mark.parametrize(
    ("ask", "part"),
    [
        (lambda: tw.chart.timeline("2025-06-01", "2025-01-01"), "earlier first"),
        (lambda: tw.chart.timeline("2010-01-01"), "2018-01-01"),
        (lambda: tw.chart.timeline(weights="trade"), "imports_2024"),
        (lambda: tw.chart.product("8517"), "eight digits"),
        (lambda: tw.chart.gains("VNM", top=0), "top"),
        (lambda: tw.chart.gains(None), "no such partner.*VNM"),
        (lambda: tw.chart.gains(""), "no such partner.*VNM"),
        (lambda: tw.chart.scenarios([]), "list of scenarios"),
        (lambda: tw.chart.scenarios("s1"), "list of scenarios"),
    ],
)
def test_a_chart_that_can_not_be_drawn_says_why(ask, part):
    with pytest.raises(TrucewatchError, match=part):
        ask()


# Controls


def test_controls_ask_again_and_a_refusal_is_a_sentence(capsys):
    shown = tw.explore(lambda code: tw.lookup(code, on="2025-04-10"), code="9503.00.00")
    box, _ = shown.children
    assert box.value == "9503.00.00"
    assert box.continuous_update is False
    shown.update()
    assert "145" in capsys.readouterr().out
    box.value = "503.00.00"
    told = capsys.readouterr().out
    assert "leading zero" in told
    assert "Traceback" not in told
