"""Names what is measured of the positions of the 30 days before T. Doubles are missing where they are undefined."""

from pumploss.contract import Type

#: How long the positions opened in the window are held.
HOLDS = {
    "opened_position_count_30d": Type.BIGINT,
    "still_open_position_count_30d": Type.BIGINT,
    "hold_p10_seconds_30d": Type.DOUBLE,
    "hold_median_seconds_30d": Type.DOUBLE,
    "hold_p90_seconds_30d": Type.DOUBLE,
    "held_under_60s_share_30d": Type.DOUBLE,
    "held_over_24h_share_30d": Type.DOUBLE,
}
#: Columns of `gold_trader_positions` that are summed over 30 days: what was emptied; lost lamports are above 0.
SUMS = {
    "closed_position_count": Type.BIGINT,
    "won_position_count": Type.BIGINT,
    "lost_position_count": Type.BIGINT,
    "closed_hold_micros": Type.BIGINT,
    "won_lamports": Type.BIGINT,
    "lost_lamports": Type.BIGINT,
    "fast_win_count": Type.BIGINT,
}
#: Runs of losses among them, and the largest loss.
RUNS = {
    "current_loss_run_30d": Type.BIGINT,
    "longest_loss_run_30d": Type.BIGINT,
    "largest_loss_lamports_30d": Type.BIGINT,
}
#: Buys into positions opened in the window that were open, and those of them below the mean cost.
ADDED = {
    "added_buy_count_30d": Type.BIGINT,
    "averaged_down_count_30d": Type.BIGINT,
}
#: How opening buys follow from what came before, and how large they are.
HABITS = {
    "stakes_after_loss_count_30d": Type.BIGINT,
    "stakes_after_win_count_30d": Type.BIGINT,
    "log_stake_after_loss_micros_30d": Type.BIGINT,
    "log_stake_after_win_micros_30d": Type.BIGINT,
    "wait_after_loss_seconds_30d": Type.DOUBLE,
    "wait_after_win_seconds_30d": Type.DOUBLE,
    "exits_at_loss_count_30d": Type.BIGINT,
    "exits_at_win_count_30d": Type.BIGINT,
    "continued_after_loss_count_30d": Type.BIGINT,
    "continued_after_win_count_30d": Type.BIGINT,
    "stake_median_lamports_30d": Type.DOUBLE,
    "stake_max_lamports_30d": Type.BIGINT,
    "stake_variation_30d": Type.DOUBLE,
    "large_stake_count_30d": Type.BIGINT,
    "stake_slope_30d": Type.DOUBLE,
    "opened_position_count_7d": Type.BIGINT,
    "drawdown_stake_correlation_7d": Type.DOUBLE,
}
