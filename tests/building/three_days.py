"""The three days that the tests of the runner build, how they change them, and what they ask of the ledger."""

from datetime import UTC, date, datetime

from pumploss.days import span

D1, D2, D3 = DAYS = span(date(2026, 1, 5), date(2026, 1, 7))
STEPS = (
    "bronze_trades",
    "silver_tokens",
    "silver_trades",
    "silver_trade_pnl",
    "silver_trader_mint_day",
    "gold_token_day",
    "gold_trader_day",
    "gold_market_day",
)
ABOVE_BRONZE = STEPS[1:]


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
