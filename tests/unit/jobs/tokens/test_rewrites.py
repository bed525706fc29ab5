"""Virtual reserves that an event rewrote: which of them prices at a close follow from."""

from datetime import UTC, datetime, timedelta

import pytest

from jobs import gold_token_day
from pumploss.tables import bronze_token_events, silver_trade_pnl, silver_trader_mint_day, silver_trades
from pumploss.tables.gold_token_day import TABLE

NOON = datetime(2026, 7, 4, 12, tzinfo=UTC)
SOL, M = 10**9, 10**12
TRADE = {
    "traded_at": NOON, "slot": 50, "tx_index": 7, "event_index": 2, "venue": "pump_curve", "direction": "buy",
    "token_units": 30 * M, "sol_lamports": SOL, "virtual_sol_lamports": 31 * SOL, "virtual_token_units": 1043 * M,
    "real_sol_lamports": SOL, "real_token_units": 763 * M, "order_in_mint_day": 1, "amount_basis": "curve",
}  # fmt: skip
REWRITE = {
    "event_kind": "rewrite", "occurred_at": NOON, "slot": 50, "tx_index": 7, "event_index": 3,
    "virtual_sol_lamports": 24 * SOL, "virtual_token_units": 900 * M, "real_sol_lamports": SOL,
    "real_token_units": 763 * M, "dump_day": NOON.date(), "is_mayhem": True,
}  # fmt: skip
OWN, NEW = (31 * SOL, 1043 * M, SOL), (24 * SOL, 900 * M, SOL)
#: What is changed of the trade and of the rewrite, the reserves at the close, and why.
CASES = {
    "a later event of the same transaction": ({}, {}, NEW),
    "an earlier event of the same transaction: the trade states what it left": ({}, {"event_index": 1}, OWN),
    "a later transaction of the slot": ({}, {"tx_index": 8, "event_index": 0}, NEW),
    "an earlier slot of the same second": ({}, {"slot": 49, "tx_index": 900}, OWN),
    "a later second, whatever its numbers": ({}, {"occurred_at": NOON + timedelta(seconds=1), "slot": 1}, NEW),
    "the same second, and a slot is not stated: not told, so the trade counts": ({"slot": None}, {}, OWN),
    "it landed on the day after its own": (
        {},
        {"occurred_at": NOON + timedelta(hours=1), "dump_day": (NOON + timedelta(days=1)).date()},
        OWN,
    ),
    "the coin has left the curve since": ({"venue": "pumpswap"}, {"occurred_at": NOON - timedelta(hours=1)}, OWN),
    "it left the curve, and the curve was rewritten after that": ({"venue": "pumpswap"}, {}, (None, None, None)),
    "what is really there is what trades left, whatever the event says": ({}, {"real_sol_lamports": 7}, NEW),
    "a trade that states no real reserves is taken for one of the standard curve": (
        {"real_sol_lamports": None, "real_token_units": None},
        {"real_sol_lamports": 7},
        NEW,
    ),
    "another kind of event": ({}, {"event_kind": "complete"}, OWN),
}


@pytest.fixture
def closes(frame, rows_of):
    """Reserves at the close of each mint, by its name, from changes of the trade and of rewrites."""

    def closes(mints):
        trades = [{**TRADE, "token_mint": mint, **trade} for mint, (trade, _) in mints.items()]
        events = [{**REWRITE, "token_mint": mint, **event} for mint, (_, said) in mints.items() for event in said]
        found = gold_token_day.transform(
            frame(silver_trades.TABLE, *trades),
            frame(silver_trade_pnl.TABLE),
            frame(silver_trader_mint_day.TABLE),
            frame(TABLE),
            frame(bronze_token_events.TABLE, *events),
        )
        names = ("reserve_sol_close_lamports", "reserve_token_close_units", "real_sol_close_lamports")
        return {row["token_mint"]: tuple(row[name] for name in names) for row in rows_of(found)}

    return closes


def test_the_later_of_trade_and_rewrite_counts(closes):
    found = closes({why: (trade, [event]) for why, (trade, event, _) in CASES.items()})
    assert found == {why: reserves for why, (_, _, reserves) in CASES.items()}


def test_of_several_rewrites_the_last_counts(closes):
    later = {"slot": 60, "virtual_sol_lamports": 26 * SOL}
    found = closes({"m": ({}, [later, {"slot": 55}, {"slot": 60, "tx_index": 3}])})
    assert found["m"] == (26 * SOL, 900 * M, SOL)
