"""Who has a row of features, and what is in it."""

from datetime import date

from features.registry import features
from pumploss.contract import Type
from tests.building.trader_days import T, days_of

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
#: Groups whose doubles do not exist for a trader who bought no new mint, and of whom there is but one.
NEED_ENTRIES = {"entries", "relative", "tokens"}


def test_who_is_eligible(compute):
    days = [days_of(trader_address=name, **changes) for name, changes in (ELIGIBLE | NOT_ELIGIBLE).items()]
    assert {trader for trader, _ in compute(days=days, mints=[])} == set(ELIGIBLE)


def test_what_does_not_exist_is_missing_and_counts_are_zero(compute):
    ben = compute(days=[days_of(equity_close_lamports=0)], mints=[], market=[])["ben", T]
    assert {name for name, value in ben.items() if value is None} == {
        "avg_loss_size", "loss_ratio", "win_rate_30d", "avg_loss_size_30d",
        "payoff_ratio_30d", "diversification_30d", "new_mint_share_30d", "token_volatility_30d",
        "unmatched_sell_share_30d", "open_value_ratio", "bag_share", "underwater_share",
        "last_price_marked_share", "position_sizing_30d", "hold_duration_30d",
        "equity_loss_ratio_7d", "equity_loss_ratio_30d", "log_hold_30d", "hold_p10_log_30d", "hold_median_log_30d",
        "hold_p90_log_30d", "profit_factor_30d", "worst_loss_share_30d", "ewma_loss_ratio_30d",
        "chase_size_loss_30d", "chase_size_win_30d", "chase_size_30d", "chase_wait_loss_30d", "chase_wait_win_30d",
        "chase_speed_30d", "disposition_30d", "gains_realised_share_30d", "losses_realised_share_30d",
        "fast_take_share_30d", "bag_ratio_30d", "underwater_cost_share", "averaging_down_share_30d",
        "stake_median_sol_30d", "stake_variation_30d", "stake_slope_30d", "stake_max_ratio_30d", "bet_fraction_30d",
        "allin_share_30d", "drawdown_stake_correlation_7d", "sell_win_rate_30d", "held_under_60s_share_30d",
        "held_over_24h_share_30d",
        *(one.name for one in features() if one.group in NEED_ENTRIES and one.type is Type.DOUBLE),
        "create_slot_share_30d", "same_slot_share_30d", "alternation_share_30d", "gap_median_30d", "gap_p10_30d",
        "burstiness_30d", "subsecond_share_30d", "session_length_30d", "stop_after_loss_share_30d",
        *(one.name for one in features() if one.name.startswith("market_") and one.type is Type.DOUBLE),
    }  # fmt: skip
    assert ben["max_loss_streak_30d"] == ben["unique_tokens_30d"] == ben["lag_loss_1"] == 0
    assert (ben["market_matched_sells_30d"], ben["is_history_truncated"], ben["entries_30d"]) == (0, True, 0)


def test_scattered_days_are_computed_as_asked(compute):
    wanted = [T, date(2026, 4, 10)]
    assert {day for _, day in compute(days=[days_of()], mints=[], as_of_days=wanted)} == set(wanted)
