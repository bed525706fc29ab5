"""Days on which nothing was traded: refused until somebody accepts them, and not asked about again."""

from datetime import date, timedelta

import pytest

from jobs.gates import empty_days
from jobs.running.runner import run_step, run_steps
from pumploss.days import span
from pumploss.errors import LandingError
from pumploss.tables import bronze_trades
from sources.parsing.read_file import ReadFile
from tests.building.dumps import land_day
from tests.building.three_days import more

D1, D2, D3, D4, D5 = DAYS = span(date(2021, 2, 27), date(2021, 3, 3))


def trade(day):
    return more(day, f"signature-{day}", trader_address="ann", token_mint="cat")


@pytest.fixture
def quiet(context):
    """A landing before 2024 whose second day has a header only, the third no file and the fourth no folder."""
    landing = context.settings.landing
    for day in (D1, D5):
        land_day(landing, day, [trade(day)])
    land_day(landing, D2, [])
    land_day(landing, D3, []).unlink()
    return context


@pytest.mark.parametrize(
    ("days", "said", "why"),
    [
        ((D2,), rf"canonical/{D2} landed without .*--day {D2} --accept-completeness", "a header is no trade"),
        ((D3,), rf"canonical/{D3} landed without .*--day {D3} --accept-completeness", "a folder without a file"),
        (
            (D4,),
            rf"No dump of canonical/{D4}, any source for {D4} in .*--day {D4} --accept-completeness",
            "none",
        ),
        ((D2, D3), rf"canonical/{D2}, canonical/{D3} landed without .*--from {D2} --to {D3}", "two are both named"),
        (
            DAYS,
            rf"No dump of canonical/{D4}, any source for {D4} in",
            "said before a file is read",
        ),
    ],
)
def test_an_empty_day_is_refused_with_how_to_accept_it(quiet, days, said, why):
    with pytest.raises(LandingError, match=said):
        run_step(quiet, "bronze_trades", days)


def test_a_range_of_empty_days_is_accepted_at_once_and_for_good(quiet):
    quiet.accept_completeness = True
    report = run_step(quiet, "bronze_trades", DAYS)
    assert report.warnings == [
        f"canonical/{D2}, canonical/{D3}, canonical/{D4} landed without a single record, as somebody has accepted"
    ]
    quiet.accept_completeness = False
    run_step(quiet, "bronze_trades", DAYS)
    noted = [run_step(quiet, "bronze_trades", [day]).day(day).outputs["bronze_trades"]["completeness"] for day in DAYS]
    assert [of_day["canonical"].get("accepted") for of_day in noted] == [
        None,
        ["records"],
        ["records"],
        ["records"],
        None,
    ]
    steps = (
        "silver_tokens",
        "silver_trades",
        "silver_trade_pnl",
        "silver_trader_mint_day",
        "gold_token_day",
        "gold_trader_day",
    )
    run_steps(quiet, steps, DAYS)
    assert quiet.ledger.built("gold_trader_day") == set(DAYS)

    land_day(quiet.settings.landing, D4, [trade(D4)])
    assert run_step(quiet, "bronze_trades", [D4]).total("rows_written") == 1
    land_day(quiet.settings.landing, D4, []).unlink()
    with pytest.raises(LandingError, match=f"canonical/{D4} landed without"):
        run_step(quiet, "bronze_trades", [D4])
    assert quiet.lake.rows_by_day(bronze_trades.TABLE) == {D1: 1, D4: 1, D5: 1}


@pytest.mark.parametrize(
    ("records", "taken", "expected", "why"),
    [
        ({D1: 0, D2: 5}, {D1}, [D1], "the accepted day is empty"),
        ({D1: 3, D2: 5}, {D1, D2}, [], "what may be empty need not be"),
        ({D2: 5}, {D1}, [D1], "there is no file of it"),
        ({D1: None, D2: 5}, {D1}, [D1], "nothing was read of its file"),
        ({D1: 0, D2: 0}, {D1, D2}, [D1, D2], "a whole range"),
    ],
)
def test_accepted_empty_days(records, taken, expected, why):
    files = [
        ReadFile(dump_day=day, source="canonical", file=f"{day}", records=count, sha256="0")
        for day, count in records.items()
    ]
    dumps = {(day, "canonical") for day in taken}
    found = empty_days.empty_dumps(["canonical"], files, (D1, D2), dumps)
    assert found == [(day, "canonical") for day in expected], why


def test_many_empty_days_are_named_up_to_five():
    days = span(D1, D1 + timedelta(days=7))
    with pytest.raises(
        LandingError, match=r"canonical/2021-03-03 and 3 more landed .*--from 2021-02-27 --to 2021-03-06 "
    ):
        empty_days.empty_dumps(["canonical"], [], days, ())
