"""Rows of tables that carry state, and what a lookup in them must say."""

from datetime import UTC, date, datetime

from jobs.running.lookups import STATES, latest_before, latest_rows
from pumploss.days import midnight, shift, span
from pumploss.lake.segments.manifest import built_days
from pumploss.tables import gold_token_day, silver_open_lots

DAYS = span(date(2026, 1, 5), date(2026, 1, 14))
#: A day after all of them.
AFTER = date(2026, 2, 1)
LOTS, TOKENS = silver_open_lots.TABLE, gold_token_day.TABLE
STEPS = (
    "bronze_trades",
    "silver_tokens",
    "silver_trades",
    "silver_trade_pnl",
    "silver_trader_mint_day",
    "gold_token_day",
    "gold_trader_day",
)


def lots_of(rng, day):
    """A day's rows of silver_open_lots: some positions with lots, some closed, a few of them known late."""
    positions = {(f"t{rng.randrange(6)}", f"m{rng.randrange(5)}") for _ in range(rng.randrange(3, 9))}
    rows = []
    for trader, mint in sorted(positions):
        late = rng.choice((1, 1, 3))
        row = {"trader_address": trader, "token_mint": mint, "close_day": day, "known_at": midnight(shift(day, late))}
        lots = rng.randrange(3)
        lot = {"lot_id": "bought", "opened_at": datetime(2026, 1, 1, tzinfo=UTC), "open_units": 1 + rng.randrange(9)}
        rows += [{**row, **lot, "lot_index": n} for n in range(lots)] or [{**row, "lot_index": 0}]
    return rows


def tokens_of(rng, day):
    mints = {f"m{rng.randrange(12)}" for _ in range(rng.randrange(1, 7))}
    return [
        {"token_mint": mint, "day": day, "trade_count": rng.randrange(99), "recent_prices": [0.5, rng.random()]}
        for mint in sorted(mints)
    ]


def is_spent(row):
    """A closing row that says nothing more."""
    return "lot_id" in row and row["lot_id"] is None and row["known_at"] <= midnight(shift(row["close_day"], 1))


def every_lookup_is_right(context, table, wanted, rows_of, frame):
    """Before any day, segments and days together give the latest rows that the days alone give."""
    spec = STATES[table.name]
    asked = context.spark.createDataFrame([(value,) for value in wanted], f"{spec.looked_up} string")
    for day in (*sorted(built_days(context.lake, table))[2::4], shift(DAYS[-1], 1)):
        earlier = context.read_before(table, day).join(asked, [spec.looked_up], "left_semi").select(*table.names)
        expected = rows_of(latest_rows(earlier, list(spec.key), table.day), *table.key)
        found = rows_of(latest_before(context, table, asked, day), *table.key)
        assert [row for row in found if not is_spent(row)] == [row for row in expected if not is_spent(row)], day
        assert all(row in expected for row in found), day
