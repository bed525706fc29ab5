"""Random first buys, rhythms and days of mints, as features read them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from pumploss.days import midnight, shift
from pumploss.tables.gold_token_day import NUMBERS_PER_DAY

Row = dict[str, Any]


def moment_in(draw: Random, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=draw.randrange(86_400))


def random_entry(draw: Random, trader: str, mint: str, day: date) -> Row:
    def some(value: Any) -> Any:
        return draw.choice([None, value, value])

    shares = ("curve_share", "peak_ratio", "impact_ratio", "low_ratio", "capture_ratio")
    ratios = ("runup_ratio", "momentum_ratio", "minute_volatility_ratio", "high_ratio", "entry_price_sol")
    counts = ("age_seconds", "age_slot_count", "earlier_buyer_count", "slot_buyer_count")
    return {
        "trader_address": trader, "token_mint": f"{mint}{day}", "trade_date": day,
        "first_bought_at": moment_in(draw, day),
        "first_buy_cost_lamports": draw.randrange(5 * 10**9), "known_at": moment_in(draw, shift(day, 1)),
        **{name: some(draw.random()) for name in shares}, **{name: some(0.1 + draw.random() * 9) for name in ratios},
        **{name: some(draw.randrange(90)) for name in counts},
    }  # fmt: skip


def mint_number(mint: str) -> int:
    """Number a mint as if it were first seen on the day that its name ends with, or else on a day before all."""
    first = (date.fromisoformat(mint[2:]) if mint[2:] else date(2025, 12, 1)) - date(1970, 1, 1)
    return first.days * NUMBERS_PER_DAY + int(mint[1])


def random_token_day(draw: Random, mint: str, day: date) -> Row:
    peak, venue = 1 + draw.random(), draw.choice(["pump_curve", "pump_curve", "pumpswap"])
    return {
        "token_mint": mint, "day": day, "known_at": midnight(shift(day, 1)), "venue_close": venue,
        "mint_number": mint_number(mint),
        "volatility": draw.choice([None, draw.random()]), "price_peak_close_sol": peak, "spot_high_sol": peak,
        "price_close_sol": peak * draw.choice([0.05, 0.5]), "real_token_close_units": draw.randrange(2),
    }  # fmt: skip


def random_rhythm(draw: Random, trader: str, day: date) -> Row:
    counts = ("gap_count", "short_gap_count", "gap_seconds", "session_count", "session_seconds", "active_hour_count")
    counts += ("losing_session_count", "stopped_session_count", "repeated_buy_count", "bounce_count")
    return {
        "trader_address": trader, "day": day, "known_at": moment_in(draw, shift(day, 1)),
        "gap_bins": [draw.randrange(4) for _ in range(18)], "gap_seconds_squared": Decimal(draw.randrange(10**9)),
        **{name: draw.randrange(20) for name in counts},
    }  # fmt: skip
