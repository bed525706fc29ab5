"""Days of traders, as features read them."""

from datetime import UTC, date, datetime

SOL = 10**9
T = date(2026, 3, 31)


def days_of(**changes):
    """A single day with trades, the day before T, of a trader who is just eligible."""
    return {
        "trader_address": "ben",
        "day": date(2026, 3, 30),
        "known_at": datetime(2026, 3, 31, tzinfo=UTC),
        "trades_by_hour": [0] * 24,
        "trades_by_hour_close": [0] * 24,
        "trade_count": 1,
        "buy_count": 1,
        "buy_cost_lamports": SOL,
        "trade_count_close": 5,
        "mint_count_close": 2,
        "first_traded_at_close": datetime(2026, 3, 30, 1, tzinfo=UTC),
        "last_traded_at_close": datetime(2026, 3, 30, 2, tzinfo=UTC),
        **changes,
    }


def lot(units, cost, day, **given):
    """An open lot as it stands at a day's close."""
    return {"open_units": units, "open_cost_lamports": cost, "close_day": day, **given}
