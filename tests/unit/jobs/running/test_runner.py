"""Which days a step runs, in which order, and what stands after a failure."""

from datetime import timedelta

import pytest

from jobs.pipeline import BY_NAME
from jobs.running.context import open_context
from jobs.running.runner import SORTING, run_step, run_steps
from pumploss.days import shift
from pumploss.errors import LakeError, SettingsError
from pumploss.settings import ROOT, from_environment
from pumploss.tables import gold_market_day, gold_token_day, silver_open_lots, silver_trade_pnl, silver_trades
from tests.building.three_days import ABOVE_BRONZE, D1, D2, D3, DAYS, STEPS, each, last_rows, more, stale


def test_running_a_day_again_changes_nothing_and_makes_nothing_stale(built, digests):
    before = digests(built)
    run_steps(built, STEPS, [D2])
    assert digests(built) == before
    assert stale(built) == {}


def test_a_late_trade_restates_its_day_and_all_after_it(built, fresh, dumps, land, digests):
    land(built.settings.landing, D3, [*dumps[D3], more(D1)])
    run_step(built, "bronze_trades", [D3])
    assert stale(built) == each(ABOVE_BRONZE, D3)
    run_step(built, "silver_tokens", [D3])
    report = run_step(built, "silver_trades", [D3])
    assert report.changed == {D1}
    assert stale(built) == each(ABOVE_BRONZE[2:], D1, D2, D3)
    run_steps(built, ABOVE_BRONZE[2:], [D3])
    land(fresh.settings.landing, D3, [*dumps[D3], more(D1)])
    for day in (D1, D2):
        land(fresh.settings.landing, day, dumps[day])
    run_steps(fresh, STEPS, DAYS)
    assert digests(built) == digests(fresh)


def test_a_late_trade_that_lands_no_more_is_taken_back(built, dumps, land, digests):
    before = digests(built)
    land(built.settings.landing, D3, [*dumps[D3], more(D1)])
    run_steps(built, STEPS, [D3])
    assert digests(built) != before
    land(built.settings.landing, D3, dumps[D3])
    run_steps(built, STEPS, [D3])
    assert digests(built) == before
    assert stale(built) == {}


def test_days_built_out_of_order_rebuild_what_rests_on_them(fresh, built, dumps, land, digests):
    for day in DAYS:
        land(fresh.settings.landing, day, dumps[day])
    run_steps(fresh, STEPS[:3], DAYS)
    run_step(fresh, "silver_trade_pnl", [D1, D3])
    run_step(fresh, "silver_trade_pnl", [D2])
    assert stale(fresh) == {"silver_trade_pnl": [D3]}
    run_steps(fresh, STEPS[3:], DAYS)
    assert digests(fresh) == digests(built)


def test_a_step_does_not_run_before_what_it_reads(fresh, dumps, land):
    for day in (D1, D2):
        land(fresh.settings.landing, day, dumps[day])
    run_step(fresh, "bronze_trades", [D1])
    with pytest.raises(
        LakeError, match=r"silver_trades of 2026-01-06 needs bronze_trades of the same day.*never built"
    ):
        run_step(fresh, "silver_trades", [D1, D2])
    assert {day: row["status"] for day, row in last_rows(fresh, "silver_trades").items()} == {
        D1: "failed",
        D2: "failed",
    }
    assert not fresh.lake.exists(silver_trades.TABLE)


def test_a_lake_is_built_from_one_landing(built, tmp_path):
    run_step(built, "gold_market_day", [D1])
    other = from_environment({"PUMPLOSS_HOME": str(built.settings.home), "PUMPLOSS_LANDING": str(tmp_path / "other")})
    with open_context(other) as context, pytest.raises(LakeError, match="never mix"):
        run_step(context, "bronze_trades", [D1])


def test_an_unknown_step_is_named_with_the_known_ones(fresh):
    with pytest.raises(SettingsError, match=r"no step 'gold_digger'.*bronze_trades, silver_tokens"):
        run_step(fresh, "gold_digger", [D1])


def test_a_range_says_where_it_is(built):
    said = []
    built.say = said.append
    run_steps(built, ["gold_market_day"], [D1, D2])
    run_steps(built, ["gold_market_day"], [D3])
    assert said == ["gold_market_day: 2026-01-05 to 2026-01-06", "gold_market_day: 2026-01-07"]


def test_stateful_steps_run_the_built_days_in_between(built):
    report = run_step(built, "silver_trade_pnl", [D1, D3])
    assert sorted(report.days) == list(DAYS)
    assert sorted(run_step(built, "gold_market_day", [D1, D3]).days) == [D1, D3]


def test_a_quiet_day_empties_the_day_of_every_table(spark, fresh, land, dumps):
    for day in (D1, D2):
        land(fresh.settings.landing, day, dumps[day])
    run_steps(fresh, STEPS, [D1, D2])
    late_only = [trade for trade in dumps[D1] if trade["traded_at"].date() == D1]
    land(fresh.settings.landing, D2, late_only)  # nothing of the day itself
    run_steps(fresh, STEPS, [D2])
    for table in (silver_trades, silver_trade_pnl, silver_open_lots, gold_token_day, gold_market_day):
        assert fresh.lake.read(table.TABLE, [D2]).count() == 0, table
        assert fresh.lake.read(table.TABLE, [D1]).count() > 0, table
    assert last_rows(fresh, "gold_market_day")[D2]["rows_written"] == 0


def test_every_step_of_these_tests_is_a_step():
    assert set(STEPS) <= BY_NAME.keys()
    assert shift(D1, 2) == D3 == D1 + timedelta(days=2)


def test_what_takes_less_memory_is_said_of_the_steps_that_heed_it():
    heeding = {name for name in BY_NAME if "rows_at_once" in (ROOT / "jobs" / f"{name}.py").read_text()}
    assert heeding == set(SORTING)
