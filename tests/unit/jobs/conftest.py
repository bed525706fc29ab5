"""What tests of steps share: parsed trades, and days of traders, from what matters of them."""

from datetime import UTC, date, datetime

import pytest

from jobs import gold_trader_day
from pumploss.days import midnight, shift
from pumploss.tables import gold_token_day, silver_open_lots, silver_trade_pnl, silver_trader_mint_day
from sources.parsing.schema import TABLE as PARSED

D1, D2, D3 = (date(2026, 1, day) for day in (5, 6, 7))
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def trades(frame):
    """Parsed trades from what matters of them; each on a line of its own."""

    def trades(*rows):
        plain = {
            "kind": "trade", "traded_at": NOON, "dump_day": D1, "source": "canonical", "file": "a", "token_mint": "m",
            "trader_address": "t", "direction": "buy", "token_units": 5, "sol_lamports": 7, "signature": "s",
            "occurrence": 1,
        }  # fmt: skip
        numbered = [{"line_number": n, "line_digest": f"digest-{n}", **row} for n, row in enumerate(rows, 1)]
        return frame(PARSED, *({**plain, **row} for row in numbered))

    return trades


@pytest.fixture
def trader_days(frame, rows_of):
    """Rows by trader and day, from rows of the tables below and earlier rows of this one."""

    def trader_days(days, pnl=(), mint_days=(), lots=(), marks=(), marks_before=(), before=()):
        who = {"trader_address": "t", "token_mint": "m"}
        held = frame(silver_open_lots.TABLE, *({**who, **row} for row in lots))
        mark = {"token_mint": "m", "mark_method": "last_price", "venue_close": "pumpswap"}
        known = [
            frame(
                gold_token_day.TABLE,
                *({**mark, "known_at": midnight(shift(row["day"], 1)), **row} for row in rows),
            )
            for rows in (marks, marks_before)
        ]
        own = gold_trader_day.flows(
            frame(silver_trade_pnl.TABLE, *({**who, "traded_at": NOON, **row} for row in pnl)),
            frame(silver_trader_mint_day.TABLE, *({**who, **row} for row in mint_days)),
            gold_trader_day.set_aside(known[0]),
        )
        changes = gold_trader_day.value_changes(held, *known, days)
        found = gold_trader_day.transform(changes, own, frame(gold_trader_day.TABLE, *before))
        assert found.columns == gold_trader_day.TABLE.names
        return rows_of(found, "trader_address", "day")

    return trader_days
