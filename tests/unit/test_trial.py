"""The trial by peers: classes are rows, the first that fits counts, and what none fits is said."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.unit.law_made import base, link, listed, measure, simple
from trucewatch.answers import trial as subject
from trucewatch.errors import DataError
from trucewatch.ledger.ledger import Ledger

HEAD = "class_id,peer,part,codes,valid_from,valid_to,theirs,adjust,fit,verdict,rule,evidence"
ROWS = (
    "no_ada,tracker,*,,2018-01-01,9999-12-31,,without:ADA,equal,theirs,ADA is left out,Act of the test",
    "nil,tracker,*,2222,2018-01-01,9999-12-31,0,,any,definition,counted as nil,Act of the test",
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data" / "trial"
    folder.mkdir(parents=True)
    (folder / "parts.csv").write_text("peer,part,authorities\ntracker,all_pct,*\n", encoding="utf-8")
    (folder / "classes.csv").write_text("\n".join([HEAD, *ROWS, ""]), encoding="utf-8")
    monkeypatch.setattr(
        subject, "imports_by_code", lambda importer, origin, root: {"1111000000": 3.0, "2222000000": 1.0}
    )
    return tmp_path


@pytest.fixture
def ledger() -> Ledger:
    return simple(("ada", "10"), ("bea", "3"))


def tried(project: Path, ledger: Ledger, rates: dict[str, float]) -> subject.Trial:
    path = project / "peer.csv"
    rows = [{"hts10": code, "date": "2022-01-01", "all_pct": value} for code, value in rates.items()]
    pd.DataFrame(rows).to_csv(path, index=False)
    return subject.run_trial([path], ledger, project)


@pytest.mark.parametrize(
    ("theirs", "found"),
    [(18.0, None), (18.02, None), (8.0, "no_ada"), (18.03, "unclassed"), (0.0, "unclassed")],
)
def test_a_difference_gets_the_first_class_that_fits(
    project: Path, ledger: Ledger, theirs: float, found: str | None
) -> None:
    outcome = tried(project, ledger, {"1111000000": theirs})
    assert outcome.differences["class_id"].tolist() == ([] if found is None else [found])


def test_the_share_without_a_class_is_by_trade(project: Path, ledger: Ledger) -> None:
    outcome = tried(project, ledger, {"1111000000": 99.0, "2222000000": 0.0})
    assert outcome.unclassed_share()["tracker"] == pytest.approx(0.75)
    assert "unclassed 75.00 %" in str(outcome)


def test_a_file_of_no_peer_is_refused(project: Path, ledger: Ledger) -> None:
    path = project / "other.csv"
    path.write_text("code,rate\n1,2\n", encoding="utf-8")
    with pytest.raises(DataError, match="those of no peer"):
        subject.run_trial([path], ledger, project)


def test_a_provisional_base_duty_explains_only_a_higher_rate_of_theirs(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = (
        "interim,wto,*,,2018-01-01,9999-12-31,,provisional,between,definition,statutory base,Act of the test"
    )
    (project / "data" / "trial" / "classes.csv").write_text("\n".join([HEAD, row, ""]), encoding="utf-8")
    ledger = simple(
        base_rates__USA=[base("11110000")],
        base_rates__CHN=[
            base("11110000") | {"edition": "China 2018; a provisional rate of 2019"},
            base("22220000") | {"edition": "China 2018"},
        ],
    )
    path = project / "peer.csv"
    for theirs, found in ((9.0, "interim"), (3.0, "unclassed")):
        path.write_text(f"hs6,rate_20220101\n111100,{theirs}\n222200,9\n", encoding="utf-8")
        classes = subject.run_trial([path], ledger, project).differences.set_index("code")["class_id"]
        assert classes.to_dict() == {"111100": found, "222200": "unclassed"}


def test_a_sibling_is_another_number_of_the_line(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = "prefix,tracker,*,,2018-01-01,9999-12-31,,sibling,equal,theirs,the whole line,Act of the test"
    (project / "data" / "trial" / "classes.csv").write_text("\n".join([HEAD, row, ""]), encoding="utf-8")
    ledger = simple(
        ("ada", "10"), measure_scopes=[link("ada", "parts")], scopes__parts=[listed("1111000010")],
        base_rates__USA=[base("11110000"), base("22220000")],
    )  # fmt: skip

    class Both:
        def live(self, code: str, on: object) -> list[str]:
            return [f"{code}10", f"{code}90"]

    monkeypatch.setattr(subject, "numbers_of", lambda law, importer: Both())
    outcome = tried(project, ledger, {"1111000090": 15.0, "2222000090": 15.0, "1111000010": 15.0})
    assert outcome.differences.set_index("code")["class_id"].to_dict() == {
        "1111000090": "prefix", "2222000090": "unclassed",
    }  # fmt: skip


def test_a_peer_that_charges_the_whole_value_of_a_duty_on_metal(project: Path) -> None:
    """MFN 5 and 50 on the 40 percent that are steel make 25; 55 is the duty on the whole value."""
    row = "all_metal,tracker,*,,2018-01-01,9999-12-31,,whole,equal,theirs,no content,Act of the test"
    (project / "data" / "trial" / "classes.csv").write_text("\n".join([HEAD, row, ""]), encoding="utf-8")
    shares = [{"code": "11", "steel": "0.4", "aluminum": "0", "copper": "0"}]
    shares += [shares[0] | {"code": "22", "steel": "1"}]
    ledger = simple(("ada", "50"), measures=[measure("ada", "ADA", basis="steel")], content_shares=shares)
    outcome = tried(project, ledger, {"1111000000": 55.0, "2222000000": 55.0})
    assert outcome.differences[["code", "ours_pct", "class_id"]].to_numpy().tolist() == [
        ["1111000000", 25.0, "all_metal"], ["2222000000", 60.0, "unclassed"],
    ]  # fmt: skip
    assert tried(project, ledger, {"1111000000": 40.0}).differences["class_id"].tolist() == ["unclassed"]


@pytest.mark.parametrize(("theirs", "found"), [(9.0, "fixed"), (8.0, "unclassed"), (4.0, "unclassed")])
def test_a_fixed_rate_may_have_what_an_authority_charges_that_day_on_top(
    project: Path, ledger: Ledger, theirs: float, found: str
) -> None:
    """Theirs is 6 beside the 3 of Bea, whatever ours makes of the rest."""
    row = "fixed,tracker,*,1111,2018-01-01,9999-12-31,6+BEA,,any,definition,other lines,Act of the test"
    (project / "data" / "trial" / "classes.csv").write_text("\n".join([HEAD, row, ""]), encoding="utf-8")
    assert tried(project, ledger, {"1111000000": theirs}).differences["class_id"].tolist() == [found]
