"""Every feature of one trader, checked by hand."""

from datetime import UTC, datetime
from math import isnan, log, sqrt
from statistics import linear_regression, stdev

import pytest

from features.registry import TABLE, features
from tests.building.ann_entry_features import EXPECTED as OF_ENTRIES

#: Exit value of 3 SOL at the last close, and 2.4 SOL that went in and did not come back.
CAPITAL = 5.4
#: Age of ann's days, what equity changed by on them, and what was at stake, in SOL.
PATH = [(30, -0.1, 0.1), (11, -0.6, 3.7), (6, -0.2, 0.2), (1, -0.05, 3.55)]
WEIGHTS = [2 ** (-age / 7) for age, _, _ in PATH]
EWMA = sum(w * -change / stake for w, (_, change, stake) in zip(WEIGHTS, PATH, strict=True)) / sum(WEIGHTS)
MADE = [sum(change for age, change, _ in PATH if age >= later) for later in range(30, 0, -1)]

EXPECTED = {
    **OF_ENTRIES,
    "activity": {
        "total_trades_7d": 2,
        "total_trades_30d": 7,
        "trade_frequency_30d": 7 / 30,
        "trades_per_active_day_30d": 7 / 3,
        "sells_30d": 4,
        "active_days_7d": 1,
        "active_days_30d": 3,
        "buy_sol_1d": 2.0,
        "buy_sol_7d": 2.0,
        "buy_sol_30d": 6.0,
        "net_flow_sol_7d": -1.5,
        "recency_hours": 6.0,
        "wallet_age_days": 30.0,
        "is_history_truncated": False,
        "activity_trend": log(3 / (7 * 7 / 30 + 1)),
    },
    "chasing": {
        "stakes_after_loss_30d": 2,
        "stakes_after_win_30d": 1,
        "chase_size_loss_30d": 0.693147 / 2,  # ln 2 after the first loss, as usual after the last
        "chase_size_win_30d": -0.405465,  # 1 SOL where 1.5 are usual
        "chase_size_30d": 0.693147 / 2 + 0.405465,
        "chase_wait_loss_30d": log(1 + (19 * 86_400 - 29 + 86_100) / 2),
        "chase_wait_win_30d": log(1 + 201),
        "chase_speed_30d": log(1 + (19 * 86_400 - 29 + 86_100) / 2) - log(202),
        "exits_at_loss_30d": 3,
        "exits_at_win_30d": 1,
        "continued_after_loss_30d": 1 / 5,
        "continued_after_win_30d": 2 / 3,
        "chase_continuation_30d": 1 / 5 - 2 / 3,
    },
    "disposition": {
        "paper_positions_30d": 4,
        "gains_realised_share_30d": 1 / 3,
        "losses_realised_share_30d": 3 / 5,
        "disposition_30d": None,
        "fast_take_share_30d": 0.0,
        "bag_ratio_30d": 1 / 5,
        "underwater_cost_share": 3 / 4,
        "added_buys_30d": 3,
        "averaging_down_share_30d": 1 / 3,
    },
    "diversity": {
        "unique_tokens_30d": 3,
        "preferred_tokens_30d": 0.5,
        "diversification_30d": 2.0,
        "new_mint_share_30d": 1 / 3,
        "unmatched_sell_share_30d": 0.1 / 3.7,
        "token_volatility_30d": (1 * 0.2 + 2 * 0.5) / 3,
    },
    "holding": {
        "positions_opened_30d": 5,
        "positions_opened_still_open_30d": 2,
        "hold_p10_log_30d": log(30),
        "hold_median_log_30d": log(2 * 86_400 + 1),
        "hold_p90_log_30d": None,
        "held_under_60s_share_30d": 1 / 5,
        "held_over_24h_share_30d": 3 / 5 * 1 / 1,
        "positions_closed_30d": 4,
        "hold_duration_30d": (20 * 86_400 + 29 + 99 + 2 * 86_400) / 4,
    },
    "lifetime": {
        "total_trades": 5,
        "avg_trade_size": 3.0,
        "trade_size_volatility": sqrt(2.5),
        "total_losses": -2.0,
        "loss_count": 4,
        "avg_loss_size": -0.5,
        "preferred_hour": 3,
        "active_days": 3,
        "unique_tokens": 2,
        "loss_ratio": -2 / 15,
    },
    "losses": {
        "equity_pnl_sol_1d": -0.05,
        "equity_pnl_sol_7d": -0.25,
        "equity_pnl_sol_30d": -0.95,
        "equity_loss_ratio_7d": 0.25 / (3 + 0.25 + 0.5),
        "equity_loss_ratio_30d": 0.95 / (3 + 0.95 + 3.6),
        "lag_loss_1": 1,
        "lag_loss_2": 1,
        "lag_pnl_sol_2": -0.6,
        "loss_24h_sol": -0.2,
        "loss_trades_24h": 1,
        "moved_days_30d": 4,
        "matched_sells_30d": 4,
        "loss_count_30d": 3,
        "total_losses_30d": -0.6,
        "sell_win_rate_30d": 0.25,
        "avg_loss_size_30d": -0.2,
        "loss_days_share_30d": 1.0,
        "pnl_volatility_30d": sqrt((30 * (0.01 + 0.36 + 0.04 + 0.0025) - 0.95**2) / (30 * 29)) / (6 / 30),
        "fee_drag_30d": 0.01,
    },
    "market": {
        "market_conditions_30d": 31 / 50,
        "market_matched_sells_30d": 50,
        "market_volume_1d": log(60 / 30),
        "market_trades_1d": log(120 / 60),
        "market_traders_1d": log(61 / 31),
        "market_new_tokens_1d": log(3 / 1.5),
        "market_losing_1d": 1 - (15 / 20 + 1 / 10) / 2,
        "market_days_30d": 4,
        "market_timing_30d": (2 * 0.5 + 3 * 0.75 + 2 * 1.0) / 7 - 31 / 50,
    },
    "outcomes": {
        "positions_won_30d": 1,
        "positions_lost_30d": 3,
        "win_rate_30d": 0.25,
        "win_rate_shrunk_30d": 3 / 9,
        "payoff_ratio_30d": log(0.5 / (0.4 / 3)),
        "profit_factor_30d": 0.5 / 0.41,
        "max_loss_streak_30d": 2,
        "loss_streak_30d": 2,
        "worst_loss_share_30d": 0.25 / 0.4,
    },
    "paths": {
        "max_drawdown_sol_30d": 0.95,
        "max_drawdown_ratio_30d": 0.95 / CAPITAL,
        "capital_proxy_sol_30d": CAPITAL,
        "depletion_30d": 3 / CAPITAL,
        "staked_days_30d": 4,
        "ewma_loss_ratio_30d": EWMA,
        "pnl_trend_30d": linear_regression(range(30), MADE).slope / (6 / 30),
        "lag_loss_3": 0,
        "lag_loss_4": 0,
        "moved_weeks_28d": 2,
        "lag_loss_rate_28d": 3 / 4,
    },
    "positions": {
        "equity_sol": 3.0,
        "open_cost_sol": 4.0,
        "open_value_ratio": 0.75,
        "open_positions": 4,
        "bag_share": 0.25,
        "underwater_share": 0.5,
        "last_price_marked_share": 0.5,
    },
    "sizing": {
        "buys_7d": 1,
        "buys_30d": 3,
        "avg_buy_sol_30d": 2.0,
        "position_sizing_30d": 0.5,
        "size_trend": 0.0,
    },
    "stakes": {
        "stake_median_sol_30d": 1.0,
        "stake_max_sol_30d": 4.0,
        "stake_variation_30d": stdev([1, 2, 1, 1, 4]) / 1.8,
        "stake_slope_30d": linear_regression([0, 1, 1, 2, 3], [0, log(2), 0, 0, log(4)]).slope,
        "stake_max_ratio_30d": 4.0,
        "bet_fraction_30d": 1 / CAPITAL,
        "allin_share_30d": 1 / 5,
        "positions_opened_7d": 1,
        "drawdown_stake_correlation_7d": None,
    },
    "timing": {
        "time_patterns_30d": -(3 / 7 * log(3 / 7) + 4 / 7 * log(4 / 7)) / log(24),
        "active_hours_30d": 2,
        "us_hours_share_30d": 4 / 7,
        "weekend_share_30d": 2 / 7,
        "log_hold_30d": 4.0,
    },
}

TIMES = {
    "last_trade_time": datetime(2026, 3, 30, 18, tzinfo=UTC),
    "first_trade_time": datetime(2026, 2, 28, 12, tzinfo=UTC),
}


@pytest.mark.parametrize("group", EXPECTED)
def test_values_of_a_group(ann, group):
    found = {name: ann[name] for name in EXPECTED[group]}
    assert found == pytest.approx(EXPECTED[group], abs=1e-8)


def test_times(ann):
    assert {name: ann[name] for name in TIMES} == TIMES


def test_every_feature_is_checked_here():
    checked = {(group, name) for group, values in EXPECTED.items() for name in values}
    assert {(one.group, one.name) for one in features()} == checked | {("lifetime", name) for name in TIMES}


def test_row_fits_its_contract(ann):
    assert list(ann) == TABLE.names
    assert ann["as_of"] == datetime(2026, 3, 31, tzinfo=UTC)
    assert ann["known_at"] == datetime(2026, 3, 31, tzinfo=UTC)
    assert not any(isinstance(value, float) and isnan(value) for value in ann.values())
