"""The average duty on one day as the command and an assistant get it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

import trucewatch as tw
from trucewatch.api.average_day import average_day
from trucewatch.cli import main
from trucewatch.errors import DataError, ParameterError


def test_parts_sum_to_the_total_of_the_frame_inside_the_bounds():
    found = average_day(on="2025-05-14", products="85")
    frame = tw.average_rate(on="2025-05-14", products="85", by="total")
    assert found.total_pct == pytest.approx(frame["rate_pct"].iloc[0], abs=5e-4)
    assert sum(found.by_authority_pp.values()) == pytest.approx(found.total_pct, abs=0.01)
    assert found.lower_pct <= found.total_pct <= found.upper_pct
    assert found.waived_pct is None


def test_soybeans_show_the_rate_with_and_without_chinas_waiver():
    """Soybeans after the summit of Busan: 40.5 % by the texts, 13 % under the market-based waiver.

    MFN 3, the lists of 2018 and 2019 27.5, and the 10 that stayed of April 2025; Reuters, 5 November 2025,
    gives 13 % as the duty that buyers paid.
    """
    found = average_day("CHN", "2025-11-11", products=["1201"])
    assert (found.total_pct, found.waived_pct) == (40.5, 13.0)
    assert "40.5 % on average (13.0 to 40.5 by what codes do not show); 13.0 % as traded" in " ".join(
        str(found).split()
    )


def test_the_command_says_what_the_average_is_of():
    command = ["average", "--origin", "Germany", "--on", "2025-10-15", "--product", "8703"]
    printed = CliRunner().invoke(main, command).output
    assert printed.startswith("US duty on goods from Germany under 8703, entered 2025-10-15: ")
    assert "from the European Union in 2024" in " ".join(printed.split())
    as_json = json.loads(CliRunner().invoke(main, [*command, "--json"]).output)
    assert as_json["origin"] == "DEU"
    assert as_json["total_pct"] == pytest.approx(sum(as_json["by_authority_pp"].values()), abs=0.01)


def test_bounds_without_void_duties_are_the_same_under_both_lenses():
    """In July 2018 no duty was charged that a court undid; the lenses add up different tables."""
    collected, held = (
        average_day(on="2018-07-10", lens=lens) for lens in ("as_collected", "as_finally_held")
    )
    assert (held.lower_pct, held.upper_pct) == (collected.lower_pct, collected.upper_pct)
    void = average_day(on="2025-12-01", lens="as_finally_held")
    assert void.lower_pct < void.total_pct < void.upper_pct


def test_all_origins_come_with_bounds_that_hold_claims():
    found = average_day(origin="others", on="2025-10-15")
    assert found.lower_pct < found.total_pct < found.upper_pct
    printed = " ".join(str(found).split())
    assert "imports from all countries but China" in printed
    assert f"to {found.upper_pct:.1f} by what codes do not show and by claims of preference" in printed
    assert "Not in the ledger, South Africa, Nigeria, Angola: chapter 98, through which apparel" in printed


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        ({"origin": "Atlantis"}, DataError, "no country is called so"),
        ({"origin": "all", "products": "85"}, ParameterError, "for all products alone"),
        ({"on": "1999-01-01"}, DataError, "1999-01-01"),
    ],
)
def test_what_cannot_be_averaged_is_refused_in_words(asked, error, said):
    with pytest.raises(error, match=said):
        average_day(**asked)


def test_column_2_under_the_name_of_column_1_is_said():
    """Act of 8 April 2022 (P.L. 117-110): column 2 for goods of Russia from 9 April 2022."""
    assert "Goods of Russia pay column 2: MFN stands for that rate." in average_day(origin="RUS").doubts
    assert not any("column 2" in doubt for doubt in average_day(origin="VNM").doubts)
