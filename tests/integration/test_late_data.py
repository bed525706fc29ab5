"""Trades that land late, and dumps that land again corrected: the next night restates every day that they touch."""

import json
from contextlib import contextmanager
from datetime import UTC, date, datetime
from random import Random

import pytest

from jobs.running import nightly
from pumploss.tables import (
    bronze_trades,
    gold_trader_day,
    quarantine_trades,
    silver_trade_pnl,
    silver_trades,
)
from tests.building import lakes

#: The last dump may reach back to the second day, and no further.
D2, D3, D10 = DAYS = tuple(date(2026, 1, day) for day in (2, 3, 10))


class Watch:
    """Looks on and keeps what it is told."""

    def __init__(self):
        self.lines = []

    @contextmanager
    def phase(self, *_):
        yield

    def say(self, text):
        pass

    def at(self, text):
        self.lines.append(text)

    done = at


def trade(day, name, **given):
    """A trade of someone who does not trade otherwise."""
    at = datetime(day.year, day.month, day.day, 13, tzinfo=UTC)
    plain = {"trader_address": "straggler", "token_mint": "mint-1", "direction": "buy", "token_units": 10**6}
    return {"traded_at": at, "sol_lamports": 10**9, "venue": "pumpswap", "signature": name, **plain, **given}


@pytest.fixture(scope="module")
def nights(spark, tmp_path_factory, market, land):
    """A lake before and after the second night, which finds a late, a corrected and a replaced dump; and a fresh lake
    built from all that lies there then.
    """
    dumps = market(Random(3), list(DAYS), 60)
    dumps[D10] = [one for one in dumps[D10] if one["traded_at"].date() >= D3]
    with (
        lakes.opened(tmp_path_factory.mktemp("late")) as context,
        lakes.opened(tmp_path_factory.mktemp("fresh")) as fresh,
    ):
        for day in (D2, D3):
            land(context.settings.landing, day, dumps[day])
        land(context.settings.landing, D2, [trade(D2, "mistaken")], "more")
        replaced = land(context.settings.landing, D2, [trade(D2, "the same")], "part-1")
        nightly._build(context, (D2, D3), Watch())
        before = lakes.contents(context)
        replaced.unlink()
        late = [trade(D3, "late", direction="sell"), trade(D2, "too late")]
        for landing in (context.settings.landing, fresh.settings.landing):
            land(landing, D2, [trade(D2, "corrected", sol_lamports=2 * 10**9)], "more")
            land(landing, D2, [trade(D2, "the same")], "whole")
            land(landing, D10, [*dumps[D10], *late])
        for day in (D2, D3):
            land(fresh.settings.landing, day, dumps[day])
        nightly._build(context, DAYS, Watch())
        nightly._build(fresh, DAYS, Watch())
        yield context, before, fresh


def test_the_lake_is_what_a_fresh_one_would_be(nights):
    context, before, fresh = nights
    after, expected = lakes.contents(context), lakes.contents(fresh)
    differing = {place for place in after.keys() | expected.keys() if after.get(place) != expected.get(place)}
    assert not differing, sorted(differing)
    assert {step: context.ledger.stale(step) for step, _ in context.ledger.latest()} == {
        step: set() for step, _ in context.ledger.latest()
    }
    changed = {name for name, day in before if before[(name, day)] != after[(name, day)] and day in (D2, D3)}
    assert changed >= {"silver_trades", "silver_trade_pnl", "gold_trader_day", "gold_token_day", "gold_market_day"}


def test_a_late_trade_counts_on_its_own_day_and_is_known_since_its_dump(nights, rows_of, base58):
    context, _, _ = nights
    late = f"signature = '{base58('late', 64)}'"
    (bronze,) = rows_of(context.lake.read(bronze_trades.TABLE).where(late))
    (silver,) = rows_of(context.lake.read(silver_trades.TABLE).where(late))
    assert (bronze["dump_day"], bronze["trade_date"]) == (silver["dump_day"], silver["trade_date"]) == (D10, D3)
    assert silver["known_at"] == datetime(2026, 1, 11, tzinfo=UTC)
    (pnl,) = rows_of(context.lake.read(silver_trade_pnl.TABLE).where(f"trade_id = '{silver['trade_id']}'"))
    assert pnl["pnl_lamports"] is not None, "it sells what the corrected trade of the day before bought"
    trader = f"trader_address = '{base58('straggler')}' AND day = '{D3}'"
    (day,) = rows_of(context.lake.read(gold_trader_day.TABLE).where(trader))
    assert day["sell_count"] == 1
    assert day["realised_pnl_lamports"] == pnl["pnl_lamports"]


def test_a_trade_older_than_the_window_is_counted_and_kept_in_quarantine(nights, rows_of, base58):
    context, _, _ = nights
    (row,) = rows_of(context.lake.read(quarantine_trades.TABLE))
    assert (row["reason"], row["dump_day"]) == ("too_late", D10)
    assert base58("too late", 64) in row["raw"]
    assert context.ledger.latest()[("bronze_trades", D10)]["rows_quarantined"] == 1


def test_a_corrected_dump_takes_the_place_of_the_earlier_one(nights, rows_of, base58):
    context, _, _ = nights
    found = rows_of(context.lake.read(silver_trades.TABLE, [D2]).where(f"trader_address = '{base58('straggler')}'"))
    assert sorted(row["signature"] for row in found) == sorted(base58(name, 64) for name in ("corrected", "the same"))


def test_the_ledger_names_the_dumps_of_each_run_with_their_checksums(nights):
    context, _, _ = nights
    rows = context.ledger.frame().rows(named=True)
    first, second = (
        {file["path"].split("/")[-1].split(".")[0]: file["sha256"] for file in json.loads(row["inputs"])}
        for row in rows
        if (row["step"], row["day"]) == ("bronze_trades", D2)
    )
    assert (sorted(first), sorted(second)) == (["more", "part-1", "trades"], ["more", "trades", "whole"])
    assert first["more"] != second["more"]
    assert (first["part-1"], first["trades"]) == (second["whole"], second["trades"])


def test_a_dump_that_has_not_changed_is_read_once(nights):
    context, _, _ = nights
    rows = context.ledger.frame().rows(named=True)
    of_day = [row for row in rows if row["step"] == "bronze_trades" and row["day"] == D3]
    # A file that had lain there for a moment only gets its stamp later, with a row that took no time: nothing is built.
    assert [row["day"] for row in of_day if row["seconds"]] == [D3]
    assert len({row["output_version"] for row in of_day}) == 1
