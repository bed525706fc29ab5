"""Which facts a T sees, who has a row, and what the latest contribution was."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa

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


ELIGIBLE = {
    "just": {},
    "a fifth unmatched": {"sell_net_lamports": 10, "proceeds_lamports": 8},
    "a sell below its fee": {"sell_net_lamports": -1, "proceeds_lamports": 0},
    "bought 30 days ago": {"day": date(2026, 3, 1)},
}
NOT_ELIGIBLE = {
    "no buy": {"buy_count": 0},
    "four trades": {"trade_count_close": 4},
    "one mint": {"mint_count_close": 1},
    "more unmatched": {"sell_net_lamports": 10, "proceeds_lamports": 7},
    "bought 31 days ago": {"day": date(2026, 2, 28)},
    "bought on the day of T": {"day": T},
}


def test_who_is_eligible(compute):
    days = [days_of(trader_address=name, **changes) for name, changes in (ELIGIBLE | NOT_ELIGIBLE).items()]
    assert {trader for trader, _ in compute(days=days, mints=[], sells=[])} == set(ELIGIBLE)


def test_what_does_not_exist_is_missing_and_counts_are_zero(compute):
    ben = compute(days=[days_of(equity_close_lamports=0)], mints=[], sells=[], market=[])["ben", T]
    assert {name for name, value in ben.items() if value is None} == {
        "avg_loss_size", "loss_ratio", "win_rate_30d", "avg_loss_size_30d",
        "payoff_ratio_30d", "diversification_30d", "new_mint_share_30d", "token_volatility_30d",
        "unmatched_sell_share_30d", "market_conditions_30d", "open_value_ratio", "bag_share", "underwater_share",
        "last_price_marked_share", "position_sizing_30d", "hold_duration_30d",
        "equity_loss_ratio_7d", "equity_loss_ratio_30d",
    }  # fmt: skip
    assert ben["max_loss_streak_30d"] == ben["unique_tokens_30d"] == ben["lag_loss_1"] == 0


def test_levels_are_those_of_the_latest_day_before_each_t(compute):
    later = days_of(day=date(2026, 4, 2), trade_count_close=9, known_at=datetime(2026, 4, 3, tzinfo=UTC))
    wanted = [date(2026, 4, 1), date(2026, 4, 2), date(2026, 4, 3), date(2026, 4, 30), date(2026, 5, 3)]
    found = compute(days=[later, days_of()], mints=[], sells=[], as_of_days=wanted)
    assert {day: row["total_trades"] for (_, day), row in found.items()} == {
        date(2026, 4, 1): 5,
        date(2026, 4, 2): 5,
        date(2026, 4, 3): 9,
        date(2026, 4, 30): 9,
    }
    assert [row["total_trades_30d"] for row in found.values()].count(2) == 1


def test_known_at_is_the_latest_contribution_from_any_fact(compute):
    late = datetime(2026, 4, 5, tzinfo=UTC)
    days = [days_of(), days_of(trader_address="cid", known_at=late), days_of(trader_address="dan")]
    mint = {"token_mint": "m", "trade_date": date(2026, 3, 30), "known_at": late}
    beyond = {**mint, "trade_date": date(2026, 2, 28), "first_seen_day": date(2026, 2, 28)}
    found = compute(days=days, mints=[{"trader_address": "ben", **mint}, {"trader_address": "dan", **beyond}], sells=[])
    assert found["ben", T]["known_at"] == found["cid", T]["known_at"] == late
    assert found["dan", T]["known_at"] == datetime(2026, 3, 31, tzinfo=UTC)


def test_a_streak_follows_trade_order_over_mints_and_days(compute):
    def sell(mint, at, order, pnl):
        return {
            "trade_id": f"{mint}{at}{order}", "trader_address": "ben", "token_mint": mint, "direction": "sell",
            "traded_at": at, "order_in_mint_day": order, "pnl_lamports": pnl,
        }  # fmt: skip

    noon = datetime(2026, 3, 29, 12, tzinfo=UTC)
    later = noon + timedelta(days=1)
    sells = [
        sell("b", later, 1, -1),
        sell("a", later + timedelta(seconds=1), 1, 0),  # breaks even
        sell("a", later + timedelta(seconds=2), 2, -1),
        sell("b", noon, 1, -1),  # in one second: mint a before b, then their own order
        sell("b", noon, 2, -1),
        sell("a", noon, 1, 5),
        sell("c", noon - timedelta(seconds=1), 7, -1),
    ]
    assert compute(days=[days_of()], mints=[], sells=sells)["ben", T]["max_loss_streak_30d"] == 3


def test_wide_sums_carry_and_running_sums_may_wrap():
    from features.rolling.sums import slice_sums

    wide = pa.array([Decimal(2**64 - 1), Decimal(2**96 + 1), Decimal(2**64 - 1)], pa.decimal128(38, 0))
    first, end = np.array([0, 1, 0, 2]), np.array([3, 3, 0, 3])
    assert slice_sums(wide, first, end).to_pylist() == [
        2**96 + 2**65 - 1,
        2**96 + 2**64,
        0,
        2**64 - 1,
    ]
    assert slice_sums(wide.slice(1), np.array([0]), np.array([1])).to_pylist() == [2**96 + 1]
    long = pa.array([2**62, 2**62, 2**62, 5])
    assert slice_sums(long, np.array([3, 2]), np.array([4, 4])).to_pylist() == [5, 2**62 + 5]


def test_scattered_days_are_computed_as_asked(compute):
    wanted = [T, date(2026, 4, 10)]
    assert {day for _, day in compute(days=[days_of()], mints=[], sells=[], as_of_days=wanted)} == set(wanted)
