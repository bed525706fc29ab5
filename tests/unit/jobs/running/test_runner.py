"""Which days a step runs, what the ledger says about it, and what stands after a failure or a kill."""

import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from jobs.pipeline import BY_NAME
from jobs.running import runner
from jobs.running.context import open_context
from jobs.running.runner import run_step, run_steps
from pumploss import checks
from pumploss.days import shift, span
from pumploss.errors import CheckError, LakeError, LandingError, LockedError, SettingsError, StaleError
from pumploss.lake.locks import table_lock
from pumploss.settings import ROOT, from_environment
from pumploss.tables import gold_market_day, gold_token_day, silver_open_lots, silver_trade_pnl, silver_trades

D1, D2, D3 = DAYS = span(date(2026, 1, 5), date(2026, 1, 7))
STEPS = (
    "bronze_trades",
    "silver_trades",
    "silver_trade_pnl",
    "silver_trader_mint_day",
    "gold_token_day",
    "gold_trader_day",
    "gold_market_day",
)
ABOVE_BRONZE = STEPS[1:]


@pytest.fixture(scope="module")
def dumps(market):
    return market(Random(7), list(DAYS), 60)


def settings_of(home):
    kept = {"SPARK_REMOTE": os.environ.get("SPARK_REMOTE", "")}
    return from_environment({**kept, "PUMPLOSS_HOME": str(home)})


@pytest.fixture(scope="module")
def template(spark, tmp_path_factory, dumps, land):
    """A home with three days built."""
    home = tmp_path_factory.mktemp("template")
    with open_context(settings_of(home)) as context:
        for day in DAYS:
            land(context.settings.landing, day, dumps[day])
        run_steps(context, STEPS, DAYS)
    return home


@pytest.fixture
def built(template, tmp_path):
    """A context on a copy of the three built days, with a landing of its own."""
    shutil.copytree(template, tmp_path / "home")
    (tmp_path / "home/lake/_lake.json").unlink()
    with open_context(settings_of(tmp_path / "home")) as context:
        yield context


@pytest.fixture
def fresh(spark, tmp_path):
    """A context on an empty home, to compare with."""
    with open_context(settings_of(tmp_path / "fresh")) as context:
        yield context


@pytest.fixture(scope="module")
def changed(spark, tmp_path_factory, dumps, land, digests):
    """What the tables of three days hold where the second day has one more trade."""
    with open_context(settings_of(tmp_path_factory.mktemp("changed"))) as context:
        for day in DAYS:
            land(context.settings.landing, day, [*dumps[day], *([more(D2)] if day == D2 else [])])
        run_steps(context, STEPS, DAYS)
        return digests(context)


def each(steps, *days):
    return {step: list(days) for step in steps}


def stale(context):
    found = {step: sorted(context.ledger.stale(step)) for step in STEPS}
    return {step: days for step, days in found.items() if days}


def last_rows(context, step):
    return {day: row for (name, day), row in context.ledger.latest().items() if name == step}


def more(day, name="more", **given):
    """One more trade, of a trader and mint that the market knows."""
    trade = {
        "traded_at": datetime(day.year, day.month, day.day, 13, tzinfo=UTC),
        "trader_address": "trader-1",
        "token_mint": "mint-3",
        "direction": "buy",
        "token_units": 10**6,
        "sol_lamports": 10**9,
        "venue": "pumpswap",
        "signature": name,
    }
    return {**trade, **given}


def test_every_run_leaves_a_row_per_step_and_day(built):
    rows = last_rows(built, "silver_trades")
    assert rows.keys() == set(DAYS)
    assert {row["status"] for row in rows.values()} == {"ok"}
    for day, row in rows.items():
        outputs = json.loads(row["outputs"])["silver_trades"]
        assert row["rows_read"] == row["rows_written"] + row["rows_duplicate"]
        assert outputs["rows"] == row["rows_written"] == built.lake.rows_by_day(silver_trades.TABLE)[day]
        assert outputs["version"] == row["output_version"]
    assert checks.measure(silver_trades.TABLE, built.lake.read(silver_trades.TABLE)).digests == {
        day: json.loads(row["outputs"])["silver_trades"]["digest"] for day, row in rows.items()
    }


def test_running_a_day_again_changes_nothing_and_makes_nothing_stale(built, digests):
    before = digests(built)
    run_steps(built, STEPS, [D2])
    assert digests(built) == before
    assert stale(built) == {}


def test_a_changed_day_makes_every_later_day_above_it_stale(built, changed, dumps, land, digests):
    land(built.settings.landing, D2, [*dumps[D2], more(D2)])
    run_step(built, "bronze_trades", [D2])
    assert stale(built) == each(ABOVE_BRONZE, D2, D3)
    why = last_rows(built, "gold_market_day")[D3]["error"]
    assert why == f"bronze_trades of 2026-01-06 changed in run {built.run_id}"
    with pytest.raises(
        StaleError, match="silver_trades of 2026-01-06 and 1 more days is stale: bronze_trades of 2026-01-06"
    ):
        built.read(silver_trades.TABLE, [D1, D2, D3])
    built.read(silver_trades.TABLE, [D1])
    with pytest.raises(StaleError):
        run_step(built, "silver_trade_pnl", [D3])
    run_steps(built, ABOVE_BRONZE, [D3])
    assert stale(built) == {}
    assert digests(built) == changed


def test_a_late_trade_restates_its_day_and_all_after_it(built, fresh, dumps, land, digests):
    land(built.settings.landing, D3, [*dumps[D3], more(D1)])
    run_step(built, "bronze_trades", [D3])
    assert stale(built) == each(ABOVE_BRONZE, D3)
    report = run_step(built, "silver_trades", [D3])
    assert report.changed == {D1}
    assert stale(built) == each(ABOVE_BRONZE[1:], D1, D2, D3)
    run_steps(built, ABOVE_BRONZE[1:], [D3])
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
    run_steps(fresh, STEPS[:2], DAYS)
    run_step(fresh, "silver_trade_pnl", [D1, D3])
    run_step(fresh, "silver_trade_pnl", [D2])
    assert stale(fresh) == {"silver_trade_pnl": [D3]}
    run_steps(fresh, STEPS[2:], DAYS)
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


def test_an_unreadable_dump_fails_with_its_reason_and_leaves_what_stands(built, dumps, land, digests):
    before = digests(built)
    path = land(built.settings.landing, D2, dumps[D2])
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(LandingError, match=r"trades\.csv\.gz"):
        run_step(built, "bronze_trades", [D2])
    row = last_rows(built, "bronze_trades")[D2]
    assert row["status"] == "failed"
    assert "trades.csv.gz" in row["error"]
    assert json.loads(row["inputs"])[0]["records"] is None
    assert digests(built) == before
    land(built.settings.landing, D2, dumps[D2])
    run_step(built, "bronze_trades", [D2])
    assert stale(built) == {}


def test_a_failed_stop_check_leaves_the_table_as_it_was(built, dumps, land, digests):
    before = digests(built)
    robbery = more(D3, "robbery", token_mint="robbed", fee_lamports=9 * 10**8)
    land(built.settings.landing, D3, [*dumps[D3], robbery])
    run_steps(built, STEPS[:4], [D3])
    with pytest.raises(
        CheckError, match=r"gold_token_day was not published.*\n.*2026-01-07: maximum\(fee_close_share\) is 0.9"
    ):
        run_step(built, "gold_token_day", [D3])
    after = digests(built)
    assert {place: after[place] for place in after if place[0].startswith("gold")} == {
        place: before[place] for place in before if place[0].startswith("gold")
    }
    assert last_rows(built, "gold_token_day")[D3]["status"] == "failed"
    assert stale(built) == each(STEPS[4:], D3)
    land(built.settings.landing, D3, dumps[D3])
    run_steps(built, STEPS, [D3])
    assert digests(built) == before


def test_a_stale_day_whose_rebuild_failed_stays_stale(built, dumps, land, monkeypatch):
    land(built.settings.landing, D2, [*dumps[D2], more(D2)])
    run_step(built, "bronze_trades", [D2])
    with monkeypatch.context() as broken:
        broken.setattr("jobs.silver_trades.transform", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run_step(built, "silver_trades", [D2])
    assert last_rows(built, "silver_trades")[D2]["error"] == "ZeroDivisionError: division by zero"
    with pytest.raises(StaleError):
        built.read(silver_trades.TABLE, [D2])
    run_step(built, "silver_trades", [D3])
    assert stale(built) == each(ABOVE_BRONZE[1:], D2, D3)


def test_a_table_that_another_run_writes_is_not_written(built, monkeypatch, digests):
    before = digests(built)
    monkeypatch.setattr("pumploss.lake.delta.table_lock", lambda root, name: table_lock(root, name, wait_seconds=0))
    with table_lock(built.lake.root, gold_market_day.TABLE.name), pytest.raises(LockedError, match="gold_market_day"):
        run_step(built, "gold_market_day", [D3])
    assert last_rows(built, "gold_market_day")[D3]["status"] == "failed"
    assert digests(built) == before


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


KILLED = """
import os, signal, sys
from datetime import date
from jobs.running.context import open_context
from jobs.running.runner import run_steps
from pumploss.lake import delta, ledger
from pumploss.settings import from_environment

table, moment = sys.argv[2:4]
replace, append = delta.Lake.replace, ledger.Ledger.append

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def replace_or_die(self, found, *given):
    if found.name == table:
        if moment == "before":
            die()
        ledger.Ledger.append = die
    return replace(self, found, *given)

delta.Lake.replace = replace_or_die
with open_context(from_environment()) as context:
    run_steps(context, sys.argv[4:], [date.fromisoformat(sys.argv[1])])
"""


@pytest.mark.parametrize(("table", "moment"), [("silver_trade_pnl", "before"), ("silver_trades", "after")])
def test_a_killed_step_runs_again_to_the_same_tables(built, dumps, land, digests, changed, table, moment):
    land(built.settings.landing, D2, [*dumps[D2], more(D2)])
    environment = {
        **os.environ,
        "PUMPLOSS_HOME": str(built.settings.home),
        "PYTHONPATH": str(ROOT),
        "PUMPLOSS_LAKE": "",
    }
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(D2), table, moment, *STEPS[:3]],
        env={**environment, "PUMPLOSS_LANDING": ""},
        cwd=ROOT,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    run_step(built, "bronze_trades", [D2])
    run_steps(built, STEPS[1:], [D3])
    assert digests(built) == changed
    assert stale(built) == {}


def test_the_words_of_an_error_are_kept_and_foreign_ones_named():
    assert runner.failure_text(LakeError("the lake is dry")) == "the lake is dry"
    assert runner.failure_text(KeyError("x")) == "KeyError: 'x'"


def test_the_code_version_names_the_commit():
    assert runner.code_version().startswith("0.1.0+")


def test_every_step_of_these_tests_is_a_step():
    assert set(STEPS) <= BY_NAME.keys()
    assert shift(D1, 2) == D3 == D1 + timedelta(days=2)
