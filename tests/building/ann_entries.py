"""First buys and rhythm of ann, beside her days in `ann`."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tests.building.ann import SOL, known


def entry_row(mint: str, day: date, **given: Any) -> dict[str, Any]:
    plain = {"trader_address": "ann", "token_mint": mint, "trade_date": day, "known_at": known(day)}
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return {**plain, "first_bought_at": at, "first_buy_cost_lamports": SOL, "entry_price_sol": 1.0, **given}


ENTRIES = [
    entry_row("m0", date(2026, 2, 28), age_seconds=0, capture_ratio=1.0),
    entry_row(
        "m1",
        date(2026, 3, 1),
        age_seconds=4,
        age_slot_count=1,
        earlier_buyer_count=9,
        slot_buyer_count=2,
        curve_share=0.2,
        runup_ratio=1.5,
        momentum_ratio=2.0,
        peak_ratio=1.0,
        impact_ratio=0.02,
        minute_volatility_ratio=0.3,
        low_ratio=0.2,
        high_ratio=3.0,
        capture_ratio=0.5,
    ),
    entry_row(
        "m4",
        date(2026, 3, 20),
        first_buy_cost_lamports=3 * SOL,
        age_seconds=61,
        earlier_buyer_count=0,
        slot_buyer_count=0,
        curve_share=0.4,
        runup_ratio=3.0,
        peak_ratio=0.5,
        impact_ratio=0.04,
        minute_volatility_ratio=0.5,
        low_ratio=0.9,
        high_ratio=1.0,
    ),
    entry_row("m5", date(2026, 3, 30), age_seconds=86_400, peak_ratio=0.8, impact_ratio=0.09, low_ratio=0.1),
]


def rhythm_row(day: date, bins: dict[int, int], **given: Any) -> dict[str, Any]:
    counts = [bins.get(place, 0) for place in range(18)]
    return {"trader_address": "ann", "day": day, "known_at": known(day), "gap_bins": counts, **given}


RHYTHM = [
    rhythm_row(date(2026, 2, 28), {17: 90}, gap_count=90, active_hour_count=24, session_count=1),
    rhythm_row(
        date(2026, 3, 1),
        {0: 2, 2: 3},
        gap_count=5,
        short_gap_count=2,
        gap_seconds=7,
        gap_seconds_squared=Decimal(17),
        session_count=1,
        session_seconds=7,
        active_hour_count=2,
        repeated_buy_count=2,
        bounce_count=1,
    ),
    rhythm_row(
        date(2026, 3, 20),
        {3: 4, 10: 1},
        gap_count=5,
        gap_seconds=613,
        gap_seconds_squared=Decimal(351_000),
        session_count=2,
        session_seconds=13,
        losing_session_count=2,
        stopped_session_count=1,
        active_hour_count=18,
    ),
]
