"""Days, mints and positions of ann, a trader whose features are known by hand as of T."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

SOL = 10**9
T = date(2026, 3, 31)


def hours(**counts: int) -> list[int]:
    return [counts.get(f"h{hour}", 0) for hour in range(24)]


def known(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


def day_row(day: date, **given: Any) -> dict[str, Any]:
    plain = {"trader_address": "ann", "trades_by_hour": hours(), "trades_by_hour_close": hours(h3=5, h14=5)}
    return {**plain, "day": day, "known_at": known(day), **given}


LEVELS: dict[str, Any] = {
    "equity_close_lamports": 3 * SOL,
    "equity_last_price_close_lamports": 3 * SOL // 2,
    "open_cost_close_lamports": 4 * SOL,
    "open_position_count_close": 4,
    "underwater_count_close": 2,
    "underwater_cost_close_lamports": 3 * SOL,
    "bag_count_close": 1,
    "trade_count_close": 5,  # of 1, 2, 3, 4 and 5 SOL
    "volume_close_lamports": 15 * SOL,
    "volume_squared_close": Decimal(55 * SOL**2),
    "realised_loss_close_lamports": -2 * SOL,
    "loss_count_close": 4,
    "active_day_count_close": 3,
    "mint_count_close": 2,
    "first_traded_at_close": datetime(2026, 2, 28, 12, tzinfo=UTC),
    "last_traded_at_close": datetime(2026, 3, 30, 18, tzinfo=UTC),
}
#: Day 31 before T, which no window sees.
BEYOND = day_row(date(2026, 2, 28), trade_count=50, buy_count=50, buy_cost_lamports=70 * SOL, **LEVELS)
OLDEST = day_row(
    date(2026, 3, 1),  # a Sunday, day 30 before T
    trade_count=2,
    buy_count=2,
    buy_cost_lamports=4 * SOL,  # 1 and 3 SOL
    buy_cost_squared=Decimal(10 * SOL**2),
    fees_lamports=SOL // 25,
    trades_by_hour=hours(h3=2),
    equity_change_lamports=-SOL // 10,
)
SELLING = day_row(
    date(2026, 3, 20),
    trade_count=3,
    sell_count=3,
    matched_sell_count=3,
    win_count=1,
    loss_count=2,
    unmatched_sell_count=1,
    fees_lamports=SOL // 50,
    sell_net_lamports=32 * SOL // 10,
    proceeds_lamports=31 * SOL // 10,
    realised_pnl_lamports=SOL // 10,
    realised_loss_lamports=-4 * SOL // 10,
    log_hold_sum=12.0,
    trades_by_hour=hours(h3=1, h14=2),
    equity_change_lamports=-6 * SOL // 10,
)
HOLDING = day_row(date(2026, 3, 25), equity_change_lamports=-2 * SOL // 10)
LATEST = day_row(
    date(2026, 3, 30),
    trade_count=2,
    buy_count=1,
    sell_count=1,
    matched_sell_count=1,
    loss_count=1,
    buy_cost_lamports=2 * SOL,
    buy_cost_squared=Decimal(4 * SOL**2),
    sell_net_lamports=SOL // 2,
    proceeds_lamports=SOL // 2,
    realised_pnl_lamports=-SOL // 5,
    realised_loss_lamports=-SOL // 5,
    log_hold_sum=4.0,
    trades_by_hour=hours(h14=2),
    equity_change_lamports=-5 * SOL // 100,
    **LEVELS,
)
DAYS = [BEYOND, OLDEST, SELLING, HOLDING, LATEST]


def mint_row(mint: str, day: date, first: date, cost: int) -> dict[str, Any]:
    return {
        "trader_address": "ann",
        "token_mint": mint,
        "trade_date": day,
        "first_seen_day": first,
        "buy_cost_lamports": cost,
        "known_at": known(day),
    }


MINTS = [
    mint_row("m1", date(2026, 2, 28), date(2026, 2, 28), 70 * SOL),
    mint_row("m1", date(2026, 3, 1), date(2026, 3, 1), SOL),
    mint_row("m1", date(2026, 3, 30), date(2026, 3, 1), 2 * SOL),
    mint_row("m2", date(2026, 3, 1), date(2026, 2, 1), 3 * SOL),
    mint_row("m3", date(2026, 3, 20), date(2026, 2, 2), 0),
]


def trip_row(mint: str, opened: datetime, held: int | None, **given: Any) -> dict[str, Any]:
    """A position that was emptied after so many seconds, or never."""
    left = None if held is None else opened + timedelta(seconds=held)
    day = (left or opened).date()
    return {
        "trader_address": "ann",
        "token_mint": mint,
        "entered_at": opened,
        "exited_at": left,
        "is_closed": left is not None,
        "close_day": day,
        "known_at": known(day),
        "buy_count": 1,
        "entry_cost_lamports": SOL,
        **given,
    }


FIRST = {"entry_order_in_day": 1, "exit_order_in_day": 2}
FOURTH = {"entry_order_in_day": 4}
LATER = {"exit_order_in_day": 9}
AVERAGED = {"episode_index": 1, "entry_cost_lamports": 2 * SOL, "buy_count": 3, "averaged_down_count": 1}
#: Of five positions that were opened in the 30 days before T two are open, one of them for less than a day. Of four
#: that were emptied in them three lost, the last two in a row.
#: Stakes are 1, 2, 1, 1 and 4 SOL; one of the three added buys is below the mean cost.
TRIPS = [
    trip_row("m1", datetime(2026, 2, 27, 12, tzinfo=UTC), 86_400, realised_pnl_lamports=-SOL),
    trip_row("m2", datetime(2026, 2, 28, 12, tzinfo=UTC), 20 * 86_400, realised_pnl_lamports=-SOL // 4, **LATER),
    trip_row("m1", datetime(2026, 3, 1, 9, tzinfo=UTC), 29, episode_index=1, realised_pnl_lamports=-SOL // 10, **FIRST),
    trip_row("m2", datetime(2026, 3, 20, 9, tzinfo=UTC), 99, realised_pnl_lamports=SOL // 2, **FIRST, **AVERAGED),
    trip_row("m3", datetime(2026, 3, 20, 9, 5, tzinfo=UTC), None, **FOURTH),
    trip_row("m3", datetime(2026, 3, 20, 9, 5, tzinfo=UTC), 2 * 86_400, realised_pnl_lamports=-SOL // 20, **FOURTH),
    trip_row("m4", datetime(2026, 3, 23, 9, tzinfo=UTC), None, realised_pnl_lamports=-SOL, buy_count=2),
    trip_row("m1", datetime(2026, 3, 30, 18, tzinfo=UTC), None, episode_index=2, entry_cost_lamports=4 * SOL),
]
TOKENS = [
    {"token_mint": "m1", "mint_number": 1, "day": date(2026, 3, 1), "volatility": 0.2},
    {"token_mint": "m1", "mint_number": 1, "day": date(2026, 3, 30), "volatility": 0.5, "venue_close": "pumpswap"},
    {"token_mint": "m2", "mint_number": 2, "day": date(2026, 3, 1), "volatility": None},
    {"token_mint": "m2", "mint_number": 2, "day": date(2026, 3, 30), "volatility": 9.0},
    {"token_mint": "m3", "mint_number": 3, "day": date(2026, 3, 20), "volatility": None},
    # Dead since the day after: it closed at a tenth of its peak and never traded again.
    {
        "token_mint": "m4",
        "mint_number": 4,
        "day": date(2026, 3, 20),
        "price_close_sol": 0.5,
        "price_peak_close_sol": 5.0,
        "venue_close": "pump_curve",
        "real_token_close_units": 1,
    },
]
MARKET = [
    {
        "day": day, "loss_count": losses, "matched_sell_count": sells, "losing_sell_share": losses / sells,
        "volume_lamports": size, "trade_count": 2 * size, "trader_count": size + 1, "new_mint_count": size // 20,
    }
    for day, losses, sells, size in (
        (date(2026, 2, 28), 10, 10, 90),
        (date(2026, 3, 1), 5, 10, 80),  # day 30, which is none of the 28 before the latest
        (date(2026, 3, 20), 15, 20, 20),
        (date(2026, 3, 25), 1, 10, 40),
        (date(2026, 3, 30), 10, 10, 60),
    )
]  # fmt: skip
