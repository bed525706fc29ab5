"""A mayhem coin through the steps of a night: an agent trades it, and its virtual reserves are rewritten."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from jobs.running.runner import run_steps
from pumploss.tables import bronze_token_events, gold_token_day, gold_trader_day, quarantine_trades, silver_tokens
from sources.interpreting.addresses import encode
from tests.building.anchor_encoder import DAY, MINT, OTHER, SECOND, USER, event, line

STEPS = (
    "bronze_trades", "silver_tokens", "silver_trades", "silver_trade_pnl",
    "silver_trader_mint_day", "gold_token_day", "gold_trader_day", "gold_market_day",
)  # fmt: skip
M, SOL = 10**12, 10**9
HELD = 34_612_903_225_806
#: A buy of 1 SOL on the standard curve, a rewrite to 24.5 SOL over 990,000,000 tokens, and a sale of the agent for
#: 24.5 x 10 / (990 + 10) SOL, free of fees, that leaves 40 virtual SOL.
BUY = {"mayhem_mode": 1}
SALE = {
    "mayhem_mode": 1, "is_buy": 0, "user": OTHER, "token_amount": 10 * M, "sol_amount": 245_000_000, "fee": 0,
    "creator_fee": 0, "virtual_sol_reserves": 40 * SOL, "virtual_token_reserves": 1000 * M,
    "real_sol_reserves": 755_000_000, "real_token_reserves": 768_487_096_774_194, "timestamp": SECOND + 2,
}  # fmt: skip
AFTER = {
    "new_virtual_sol_reserves": 20 * SOL, "new_virtual_token_reserves": 1000 * M, "real_sol_reserves": 755_000_000,
    "real_token_reserves": 768_487_096_774_194, "timestamp": SECOND + 3,
}  # fmt: skip


@pytest.mark.parametrize(
    ("last", "sol"),
    [
        pytest.param(None, 755_000_000, id="at 40 virtual SOL a sale is bounded by the 0.755 that are there"),
        pytest.param(AFTER, 20 * SOL * HELD // (1000 * M + HELD), id="rewritten to 20 after the last trade"),
    ],
)
def test_a_mayhem_coin(context, rows_of, last, sol):
    events = [
        event("TradeEvent", **BUY),
        event("UpdateMayhemVirtualParamsEvent", timestamp=SECOND + 1),
        event("TradeEvent", **SALE),
    ]
    events += [event("UpdateMayhemVirtualParamsEvent", **last)] if last else []
    _land(context, events)
    run_steps(context, STEPS, [DAY])
    rows = {
        table.name: rows_of(context.lake.read(table))
        for table in (bronze_token_events.TABLE, quarantine_trades.TABLE, silver_tokens.TABLE, gold_token_day.TABLE)
    }
    assert rows["quarantine_trades"] == []
    assert [row["event_kind"] for row in rows["bronze_token_events"]] == ["rewrite"] * (len(events) - 2)
    assert [(row["token_mint"], row["is_mayhem"]) for row in rows["silver_tokens"]] == [(encode(MINT), True)]
    (mint,) = rows["gold_token_day"]
    assert (mint["is_tape_complete"], mint["mark_method"], mint["fee_close_share"]) == (True, "reserves", 0.0125)
    assert (mint["real_sol_close_lamports"], mint["initial_token_units"]) == (755_000_000, 793_100_000 * 10**6)
    worth = {row["trader_address"]: row["equity_close_lamports"] for row in rows_of(context.lake.read(TRADERS))}
    assert worth[encode(OTHER)] == 0
    assert abs(worth[encode(USER)] - sol * 0.9875) <= 1


def test_a_rewrite_alone_leaves_what_was_known(context, rows_of):
    """On a day of nothing but new reserves a coin becomes known as mayhem, and keeps its decimals."""
    later = DAY + timedelta(days=1)
    _land(context, [event("TradeEvent", mayhem_mode=0)])
    _land(context, [event("UpdateMayhemVirtualParamsEvent", timestamp=SECOND + 86_400)], later)
    for day in (DAY, later):
        run_steps(context, STEPS[:2], [day])
    names = ("known_day", "token_decimals", "decimals_basis", "decimals_known_day", "is_mayhem")
    known = rows_of(context.lake.read(silver_tokens.TABLE), "known_day")
    assert [tuple(row[name] for name in names) for row in known] == [
        (DAY, 6, "event", DAY, None),
        (later, 6, "event", DAY, True),
    ]


TRADERS = gold_trader_day.TABLE


def _land(context, events, day=DAY):
    folder = Path(context.settings.landing) / "anchor_events" / date.isoformat(day)
    folder.mkdir(parents=True)
    start = SECOND + 86_400 * (day - DAY).days
    lines = [
        line(data, slot=100 + n, tx_index=n, event_index=0, block_time=start + n, signature=_signature(n))
        for n, data in enumerate(events)
    ]
    (folder / "events.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))


def _signature(number):
    return encode(bytes([number + 1]) * 64)
