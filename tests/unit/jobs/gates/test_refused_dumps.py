"""A dump of which not one line is a trade is loud, until somebody accepts it; a line that is one is enough."""

import json
from datetime import date
from pathlib import Path

import pytest

from jobs.running.runner import run_step
from pumploss.errors import LandingError
from sources import SOURCES
from tests.building.source_lines import LINES

DAY = date(2026, 1, 2)
GOOD = LINES["pumpfun_api"]
NO_ADDRESS, NO_TIME, FAR = {**GOOD, "user": "nobody"}, {**GOOD, "timestamp": "noon"}, {**GOOD, "timestamp": 1767500000}


@pytest.fixture
def land(context):
    def land(lines, source="pumpfun_api", file="trades.jsonl"):
        folder = Path(context.settings.landing) / source / DAY.isoformat()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text("".join(json.dumps(line) + "\n" for line in lines))

    return land


@pytest.mark.parametrize(
    ("lines", "said", "why"),
    [
        ([NO_ADDRESS], "1 bad_address", "one line, and no wallet"),
        ([NO_ADDRESS] * 5, "5 bad_address", "a field that holds something else now"),
        ([NO_TIME, NO_TIME, NO_ADDRESS], "2 bad_timestamp, 1 bad_address", "a clock in another form"),
        ([FAR], "1 future", "a file in the wrong folder"),
        ([{**GOOD, "sol_amount": 1.5}], "1 malformed", "another unit"),
        ([{**GOOD, "is_buy": "yes"}], "1 unknown_direction", "another word"),
        (["x", "y"], "2 malformed", "no records"),
    ],
)
def test_a_dump_without_an_accepted_line_is_refused_until_somebody_accepts_it(context, land, lines, said, why):
    land(lines)
    with pytest.raises(LandingError, match=rf"pumpfun_api/{DAY} not one line .*{said}.*--accept-completeness"):
        run_step(context, "bronze_trades", [DAY])
    assert context.ledger.ended("bronze_trades") == set(), why
    context.accept_completeness = True
    report = run_step(context, "bronze_trades", [DAY])
    assert f"not one line of pumpfun_api/{DAY} was accepted, as somebody has said may be" in report.warnings
    context.accept_completeness = False
    assert run_step(context, "bronze_trades", [DAY]).total("rows_quarantined") == len(lines)
    land([*lines, NO_ADDRESS])
    with pytest.raises(LandingError, match="not one line"):
        run_step(context, "bronze_trades", [DAY])


def test_one_accepted_line_of_any_file_is_enough(context, land):
    land([NO_ADDRESS] * 5)
    land([GOOD], file="more.jsonl")
    assert run_step(context, "bronze_trades", [DAY]).total("rows_written") == 1


def test_a_dump_of_quote_assets_was_read_well(context, land):
    """Dollars bought with SOL are no coin: nothing is wrong with the feed."""
    land([{**GOOD, "mint": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"}] * 2)
    report = run_step(context, "bronze_trades", [DAY])
    assert (report.total("rows_written"), report.total("rows_quarantined")) == (0, 2)


def test_a_sample_may_be_all_of_what_is_no_trade(context, land):
    assert not SOURCES["bitquery_trades"].is_daily
    land([dict.fromkeys(SOURCES["bitquery_trades"].fields, "x")], "bitquery_trades")
    land([GOOD])
    assert run_step(context, "bronze_trades", [DAY]).total("rows_quarantined") == 1


def test_strays_are_told(context, land):
    land([GOOD, {**GOOD, "new": 1}])
    report = run_step(context, "bronze_trades", [DAY])
    said = f"the first pumpfun_api/{DAY}/trades.jsonl line 2: "
    assert [said in warning for warning in report.warnings if "(unknown_field)" in warning] == [True]
