"""The ledger's last word on a step and day."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import polars as pl
import pytest
from deltalake import DeltaTable

from pumploss import clock
from pumploss.errors import StaleError
from pumploss.lake import Lake, Ledger
from pumploss.lake.ledger import built_from, order_of
from pumploss.tables import run_ledger

D1, D2, D3 = (date(2026, 1, n) for n in (1, 2, 3))


@pytest.fixture
def ledger(tmp_path, spark):
    return Ledger(Lake(str(tmp_path / "lake"), spark))


@pytest.fixture
def say(ledger):
    """Appends one row per day."""

    def say(status, *days, step="gold_market_day", **given):
        row = {"run_id": "r", "step": step, "status": status, "seconds": 0.5, "peak_memory_bytes": 1, "inputs": "[]"}
        ledger.append(
            {**row, "outputs": "{}", "code_version": "0", "landing": "/l", "day": day, **given} for day in days
        )

    return say


def test_an_empty_ledger_knows_nothing(ledger):
    assert ledger.latest() == {}
    assert ledger.built("gold_market_day") == ledger.stale("gold_market_day") == ledger.held("gold_market_day") == set()
    assert ledger.outputs("gold_market_day", D1) == "{}"
    assert ledger.frame().is_empty()
    ledger.refuse_stale("gold_market_day", None)


def test_a_run_that_failed_says_nothing_of_what_the_lake_is_built_from(ledger, say):
    say("failed", D1, landing="/typo")
    assert built_from(ledger._lake) is None
    say("ok", D1)
    say("failed", D2, landing="/typo")
    assert built_from(ledger._lake) == "/l"


def test_rows_have_the_contracts_columns(ledger, say):
    say("ok", D1, rows_read=7, error=None)
    frame = ledger.frame()
    assert frame.columns == run_ledger.TABLE.names
    (row,) = frame.iter_rows(named=True)
    assert (row["step"], row["day"], row["rows_read"], row["rows_written"]) == ("gold_market_day", D1, 7, None)
    assert row["run_day"] == row["written_at"].date()


def test_the_last_word_counts(ledger, say):
    say("ok", D1, D2)
    say("stale", D1, error="silver changed")
    assert ledger.built("gold_market_day") == {D1, D2}
    assert ledger.stale("gold_market_day") == {D1}
    say("ok", D1)
    assert ledger.stale("gold_market_day") == set()
    assert ledger.latest()[("gold_market_day", D1)]["status"] == "ok"
    assert ledger.built("gold_token_day") == set()


def test_a_failure_neither_builds_nor_takes_away(ledger, say):
    say("ok", D1, D2, outputs='{"t": 1}')
    say("stale", D2, outputs='{"t": 1}', error="silver changed")
    say("failed", D1, D2, D3, error="disk full")
    assert ledger.latest()[("gold_market_day", D2)]["status"] == "failed"
    assert ledger.held("gold_market_day") == {D1, D2}
    assert ledger.stale("gold_market_day") == {D2}
    assert ledger.built("gold_market_day") == set()
    assert ledger.outputs("gold_market_day", D1) == '{"t": 1}'
    with pytest.raises(StaleError, match="silver changed"):
        ledger.refuse_stale("gold_market_day", [D2])


def test_skipped_days_ended_but_hold_nothing(ledger, say):
    say("skipped", D1, error="no model yet")
    say("failed", D2)
    assert ledger.ended("gold_market_day") == {D1}
    assert ledger.held("gold_market_day") == set()


def test_stale_days_are_refused_with_what_to_run(ledger, say):
    say("ok", D1, D2, D3)
    say("stale", D1, D2, error="silver_trades of 2026-01-01 changed in run r")
    ledger.refuse_stale("gold_market_day", [D3])
    for days in ([D1, D2, D3], None):
        with pytest.raises(StaleError) as caught:
            ledger.refuse_stale("gold_market_day", days)
        assert str(caught.value) == (
            "gold_market_day of 2026-01-01 and 1 more days is stale: silver_trades of 2026-01-01 changed in run r. Run "
            "`pumploss nightly` or `python -m jobs run gold_market_day --from 2026-01-01 --to 2026-01-02` first."
        )


def test_another_writers_rows_are_seen(ledger, say, tmp_path, spark):
    say("ok", D1)
    assert ledger.built("gold_market_day") == {D1}
    other = Ledger(Lake(str(tmp_path / "lake"), spark))
    row = ledger.latest()[("gold_market_day", D1)]
    other.append([{name: value for name, value in {**row, "day": D2}.items() if name not in ("written_at", "run_day")}])
    assert ledger.built("gold_market_day") == {D1, D2}


def test_nothing_to_say_writes_nothing(ledger, tmp_path):
    ledger.append([])
    assert not (tmp_path / "lake" / "run_ledger").exists()


@pytest.mark.parametrize("step_seconds", [-86_400, 86_400])
def test_a_clock_that_jumps_orders_nothing(ledger, say, monkeypatch, step_seconds):
    say("stale", D1, error="silver changed")
    jumped = clock.now() + timedelta(seconds=step_seconds)
    monkeypatch.setattr(clock, "now", lambda: jumped)
    say("ok", D1)
    monkeypatch.undo()
    say("failed", D2)
    say("ok", D2)
    assert ledger.stale("gold_market_day") == set()
    assert ledger.built("gold_market_day") == {D1, D2}
    rows = list(ledger.frame().iter_rows(named=True))
    assert [(row["day"], row["status"]) for row in rows] == [(D1, "stale"), (D1, "ok"), (D2, "failed"), (D2, "ok")]
    assert max(rows, key=order_of)["status"] == "ok"
    assert max(rows, key=order_of)["day"] == D2


def test_rows_of_several_at_once_are_ordered_as_they_were_committed(ledger, say, tmp_path):
    say("ok", D1)
    row = {name: value for name, value in ledger.latest()["gold_market_day", D1].items() if name != "written_at"}

    def write(number):
        Ledger(Lake(str(tmp_path / "lake"), no_engine)).append([{**row, "run_id": str(number)}])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(16)))
    rows = list(ledger.frame().iter_rows(named=True))
    assert len({row["run_id"] for row in rows}) == 17
    added = {}
    log = DeltaTable(str(tmp_path / "lake" / "run_ledger"))
    for version in range(1, log.version() + 1):
        added[version] = pl.read_delta(str(tmp_path / "lake" / "run_ledger"), version=version).height
    assert [row["commit_version"] for row in rows] == list(range(1, 18))
    assert added == {version: version for version in range(1, 18)}


def test_a_ledger_from_before_rows_had_versions_is_read_and_goes_on(ledger, say, tmp_path):
    say("ok", D1)
    folder = tmp_path / "lake" / "run_ledger"
    old = pl.read_delta(str(folder)).drop("commit_version")
    shutil.rmtree(folder)
    ahead = clock.now() + timedelta(days=365)
    rows = pl.concat([old.with_columns(status=pl.lit("stale"), written_at=pl.lit(ahead)), old])
    rows.write_delta(str(folder), delta_write_options={"partition_by": ["run_day"]})
    again = Ledger(Lake(str(tmp_path / "lake"), no_engine))
    assert again.stale("gold_market_day") == {D1}
    say("ok", D1)
    assert again.stale("gold_market_day") == set()
    assert again.frame().height == 3


def no_engine():
    raise AssertionError("the ledger needs no engine")


def test_rows_that_are_added_are_read_without_the_others(ledger, say, tmp_path, monkeypatch):
    say("ok", D1, outputs='{"n": 1}')
    other = Ledger(Lake(str(tmp_path / "lake"), no_engine))
    before = dict(other.latest())
    say("failed", D1, D2, error="disk full")
    say("stale", D2)
    whole = Ledger(Lake(str(tmp_path / "lake"), no_engine))
    wanted, standing = whole.latest(), whole.standing("gold_market_day")

    def read_all(_):
        raise AssertionError("everything was read again")

    monkeypatch.setattr(Ledger, "frame", read_all)
    assert other.latest() == wanted != before
    assert other.standing("gold_market_day") == standing
    assert other.outputs("gold_market_day", D1) == '{"n": 1}'
