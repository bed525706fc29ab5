"""Each trade once, at its date, in chain order."""

from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random

import pyarrow.parquet as pq
import pytest

from jobs import silver_trades
from jobs.running.context import open_context
from jobs.running.runner import run_steps
from pumploss.tables import silver_trades as silver_table
from pumploss.tables.bronze_trades import TABLE

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def later(seconds):
    return NOON.replace(second=seconds)


@pytest.fixture
def silver(frame, rows_of):
    """The rows of silver by `trade_id`, from bronze rows given as dictionaries."""

    def silver(*rows):
        named = [
            {"traded_at": NOON, "token_mint": "m", "trader_address": "t", "direction": "buy", **row} for row in rows
        ]
        found = silver_trades.transform(frame(TABLE, *named))
        return {row["trade_id"]: row for row in rows_of(found, "trade_id")}

    return silver


def order(found):
    return sorted(found, key=lambda name: found[name]["order_in_mint_day"])


def test_chain_order_decides_before_anything_else(silver):
    found = silver(
        {"trade_id": "e", "slot": 2, "tx_index": 0, "direction": "sell"},
        {"trade_id": "d", "slot": 1, "tx_index": 2, "event_index": 1},
        {"trade_id": "c", "slot": 1, "tx_index": 2, "event_index": 0},
        {"trade_id": "b", "slot": 1, "tx_index": 1, "event_index": 9},
        {"trade_id": "a", "slot": 9, "traded_at": later(1)},
    )
    assert order(found) == ["b", "c", "d", "e", "a"]
    assert not any(row["is_order_inferred"] for row in found.values())
    assert [found[name]["order_in_mint_day"] for name in "bcdea"] == [1, 2, 3, 4, 5]


def test_time_comes_before_slots_and_missing_slots_last(silver):
    found = silver(
        {"trade_id": "a", "traded_at": later(1)}, {"trade_id": "b", "traded_at": later(1), "slot": 7}, {"trade_id": "c"}
    )
    assert order(found) == ["c", "b", "a"]
    # Nobody stated whether "a" came after "b": slots are known of one of them alone.
    assert {name for name, row in found.items() if row["is_order_inferred"]} == {"a", "b"}


def test_the_sources_rank_orders_trades_of_one_second(silver):
    found = silver({"trade_id": "a", "source_rank": 2}, {"trade_id": "b", "source_rank": 1})
    assert order(found) == ["b", "a"]
    assert not found["a"]["is_order_inferred"]


def test_ties_are_broken_by_direction_then_id_and_flagged(silver):
    found = silver(
        {"trade_id": "b", "direction": "sell"},
        {"trade_id": "c", "direction": "buy"},
        {"trade_id": "a", "direction": "sell"},
        {"trade_id": "d", "traded_at": later(1)},
    )
    assert order(found) == ["c", "a", "b", "d"]
    assert {name: row["is_order_inferred"] for name, row in found.items()} == {
        "a": True,
        "b": True,
        "c": True,
        "d": False,
    }


def test_places_are_counted_per_mint_and_date(silver):
    found = silver(
        {"trade_id": "a"},
        {"trade_id": "b", "token_mint": "n"},
        {"trade_id": "c", "traded_at": NOON.replace(day=6)},
        {"trade_id": "d", "traded_at": later(1)},
    )
    assert {name: row["order_in_mint_day"] for name, row in found.items()} == {"a": 1, "b": 1, "c": 1, "d": 2}
    assert not any(row["is_order_inferred"] for row in found.values())


def test_a_trade_that_landed_twice_counts_in_its_first_dump(silver):
    again = {"trade_id": "a", "trade_date": date(2026, 1, 5)}
    found = silver(
        {**again, "dump_day": date(2026, 1, 7), "source": "aaa"},
        {**again, "dump_day": date(2026, 1, 6), "source": "zzz", "file": "z", "line_number": 9},
        {**again, "dump_day": date(2026, 1, 6), "source": "zzz", "file": "z", "line_number": 8},
        {"trade_id": "b", "dump_day": date(2026, 1, 7)},
    )
    assert found.keys() == {"a", "b"}
    assert (found["a"]["dump_day"], found["a"]["source"]) == (date(2026, 1, 6), "zzz")
    assert found["a"]["known_at"] == datetime(2026, 1, 7, tzinfo=UTC)
    assert found["a"]["trade_date"] == date(2026, 1, 5)


def test_the_cohort_is_the_hash_of_the_address(silver):
    # xxhash.xxh64_intdigest(b"wallet-1", 42) % 16, and the same of "wallet-2".
    found = silver({"trade_id": "a", "trader_address": "wallet-1"}, {"trade_id": "b", "trader_address": "wallet-2"})
    import xxhash

    assert {name: row["trader_cohort"] for name, row in found.items()} == {
        "a": xxhash.xxh64_intdigest(b"wallet-1", 42) % 16,
        "b": xxhash.xxh64_intdigest(b"wallet-2", 42) % 16,
    }


def test_days_that_are_computed_in_blocks_are_the_same_days(settings, land, market, rows_of, tmp_path):
    days = [date(2026, 1, day) for day in (5, 6, 7)]
    for day, trades in market(Random(14), days, 70).items():
        land(settings.landing, day, trades)
    found = []
    for rows_at_once in (6, 10**6):
        parted = replace(settings, lake=str(tmp_path / f"lake-{rows_at_once}"), rows_at_once=rows_at_once)
        with open_context(parted) as context:
            reports = run_steps(context, ("bronze_trades", "silver_tokens", "silver_trades"), days)
            rows = rows_of(context.lake.read(silver_table.TABLE), "trade_id")
            files = context.lake.files(silver_table.TABLE)
            found.append((rows, [report.details.get("duplicates") for report in reports]))
        assert (len(files) > len(days)) == (rows_at_once == 6)
        for file in files:
            places = pq.read_table(file.path, columns=["token_mint", "traded_at"], partitioning=None)
            assert places.equals(places.sort_by([("token_mint", "ascending"), ("traded_at", "ascending")]))
    assert found[0] == found[1]
    assert any(duplicates and duplicates["exact"] for duplicates in found[0][1])
