"""Laws of state: with segments, without and after restating, every lookup and every table is the same."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from jobs.running import lookups
from jobs.running.lookups import STATES, keep_segments, latest_before
from jobs.running.runner import run_steps
from pumploss.days import midnight, shift
from pumploss.errors import StaleError
from pumploss.lake.segments.manifest import built_days, folder, shelf
from pumploss.tables import gold_trader_day
from tests.building.states import AFTER, DAYS, LOTS, STEPS, TOKENS, every_lookup_is_right, lots_of, tokens_of


@pytest.mark.parametrize(("table", "rows"), [(LOTS, lots_of), (TOKENS, tokens_of)], ids=["lots", "tokens"])
def test_segments_say_what_the_days_say(opened, put, small, rows_of, frame, table, rows):
    rng = Random(3)
    wanted = ["m0", "m1", "m3", "m3", "never"]
    with opened() as context:
        for day in DAYS[:4]:
            put(context, table, {day: rows(rng, day)})
            keep_segments(context, table, AFTER)
        put(context, table, {day: rows(rng, day) for day in DAYS[4:]})
        assert keep_segments(context, table, AFTER)
        held = shelf(context.lake, STATES[table.name], built_days(context.lake, table)).sound
        assert len({segment.level for segment in held}) >= 3, "there are several tiers"
        every_lookup_is_right(context, table, wanted, rows_of, frame)
        assert lookups.opened(context)[-1]["days"] == 0, "everything is in segments"
        # A day inside a gathered run says something else now: its segment is not used, then built again.
        put(context, table, {DAYS[2]: rows(rng, DAYS[2])})
        every_lookup_is_right(context, table, wanted, rows_of, frame)
        # A day before all others: rows that nothing lay before are not spent any more.
        first = shift(DAYS[0], -3)
        put(context, table, {first: rows(rng, first)})
        every_lookup_is_right(context, table, wanted, rows_of, frame)
        assert lookups.opened(context)[-1]["days"] == 0
        shutil.rmtree(folder(context.lake, table))
        put(context, table, {shift(DAYS[-1], 5): rows(rng, shift(DAYS[-1], 5))})
        every_lookup_is_right(context, table, wanted, rows_of, frame)


def test_a_position_sold_and_forgotten_is_not_brought_back_by_an_earlier_day(opened, put, small, rows_of, monkeypatch):
    row = {"trader_address": "t", "token_mint": "m"}
    lot = {**row, "lot_id": "x", "opened_at": datetime(2026, 1, 1, tzinfo=UTC), "open_units": 7}
    with opened() as context:
        for day in DAYS[1:6]:
            closed = {**row, "close_day": day, "known_at": midnight(shift(day, 1))} if day == DAYS[1] else None
            other = {**lot, "token_mint": "o", "close_day": day, "known_at": midnight(shift(day, 1))}
            put(context, LOTS, {day: [found for found in (closed, other) if found]})
        keep_segments(context, LOTS, AFTER)
        asked = context.spark.createDataFrame([("m",)], "token_mint string")
        assert latest_before(context, LOTS, asked, DAYS[6]).count() == 0, "its closing row is left out"
        put(context, LOTS, {DAYS[0]: [{**lot, "close_day": DAYS[0], "known_at": midnight(DAYS[1])}]})
        assert latest_before(context, LOTS, asked, DAYS[6]).count() == 0, "built again, it is left out again"
        (before,) = rows_of(latest_before(context, LOTS, asked, DAYS[1]))
        assert before["open_units"] == 7
        monkeypatch.setattr(lookups, "keep", lambda *_: [])
        shutil.rmtree(folder(context.lake, LOTS))
        (found,) = rows_of(latest_before(context, LOTS, asked, DAYS[6]))
        assert (found["close_day"], found["open_units"]) == (DAYS[1], 0)


def test_a_stale_day_is_refused(opened, put, small):
    with opened() as context:
        put(context, LOTS, {day: lots_of(Random(1), day) for day in DAYS[:3]})
        asked = context.spark.createDataFrame([("m0",)], "token_mint string")
        latest_before(context, LOTS, asked, DAYS[3]).count()
        context.ledger.append(
            [{"run_id": "r", "step": "silver_trade_pnl", "day": DAYS[1], "status": "stale", "error": "why"}]
        )
        with pytest.raises(StaleError, match="silver_trade_pnl of 2026-01-06 is stale"):
            latest_before(context, LOTS, asked, DAYS[3])
        latest_before(context, LOTS, asked, DAYS[1]).count()


def test_tables_are_the_same_with_segments_and_without(opened, small, market, land, digests, monkeypatch):
    rng = Random(11)
    days = list(DAYS[:3])
    dumps = market(rng, days, 60)
    late = {
        "traded_at": datetime(2026, 1, 6, 3, tzinfo=UTC), "direction": "sell", "trader_address": "trader-1",
        "token_mint": "mint-1", "token_units": 10**9, "sol_lamports": 10**8, "signature": "late",
    }  # fmt: skip
    with opened() as whole, monkeypatch.context() as patched:
        patched.setattr(lookups, "keep", lambda *_: [])
        for day in days:
            land(whole.settings.landing, day, [*dumps[day], *([late] if day == days[1] else [])])
        run_steps(whole, STEPS, days)
        expected = digests(whole)
        assert not Path(whole.lake.root, "_segments").exists()
    with opened() as nightly:
        for chunk in (days[:1], days[1:]):
            for day in chunk:
                land(nightly.settings.landing, day, dumps[day])
            run_steps(nightly, STEPS, chunk)
        # A dump of an earlier day is landed again with one trade more; the days after it are restated with the last.
        land(nightly.settings.landing, days[1], [*dumps[days[1]], late])
        run_steps(nightly, STEPS, [days[1]])
        for name in STATES.keys() & {place[0] for place in expected}:
            assert list(Path(nightly.lake.root, "_segments", name).iterdir()), f"{name} has segments"
        assert nightly.ledger.stale("gold_trader_day")
        shutil.rmtree(folder(nightly.lake, gold_trader_day.TABLE))
        run_steps(nightly, STEPS[1:], [days[-1]])
        assert digests(nightly) == expected
