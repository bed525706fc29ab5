"""Ann's features of entries, tokens and rhythm as of T, worked out by hand."""

from math import cos, log, pi, sin, sqrt

EXPECTED = {
    "entries": {
        "entries_30d": 3,
        "aged_entries_30d": 3,
        "token_age_entry_30d": log(62),
        "snipe_slot_share_30d": 1 / 2,  # whether the third was sniped its source does not say
        "slotted_entries_30d": 2,
        "snipe_5s_share_30d": 1 / 3,
        "snipe_60s_share_30d": 1 / 3,
        "entry_rank_30d": log(10) / 2,
        "curve_entries_30d": 2,
        "entry_progress_30d": 0.3,
        "entry_runup_30d": (log(1.5) + log(3)) / 2,
        "followed_entries_30d": 1,
        "entry_momentum_60s_30d": log(2),
        "entry_to_peak_30d": 0.8,
        "entry_impact_30d": 0.04,
        "captured_exits_30d": 1,
        "exit_capture_30d": 0.5,
    },
    "insiders": {
        "create_slot_share_30d": 0.0,
        "placed_entries_30d": 2,
        "same_slot_share_30d": 0.5,
        "max_active_hours_30d": 18,
        "repeat_size_share_30d": 2 / 3,
        "alternation_share_30d": 0.1,
        "bot_score_30d": 3,  # hours, pauses and snipes; neither sizes nor trades
    },
    "relative": {
        "ranked_traders": 1,
        "buy_rank_30d": None,
        "loss_ratio_rank_30d": None,
        "dead_share_rank_30d": None,
    },
    "rhythm": {
        "gaps_30d": 10,
        "gap_median_30d": log(1 + 2 ** (1 + 2.5 / 3)),  # the third of the three pauses of 2 and 3 s
        "gap_p10_30d": 0.0,
        "burstiness_30d": (sqrt(10 * 351_017 - 620**2) - 620) / (sqrt(10 * 351_017 - 620**2) + 620),
        "subsecond_share_30d": 0.2,
        "sessions_30d": 3,
        "session_length_30d": log(1 + 20 / 3),
        "losing_sessions_30d": 2,
        "stop_after_loss_share_30d": 0.5,
        "hour_sin_30d": (3 * sin(2 * pi * 3 / 24) + 4 * sin(2 * pi * 14 / 24)) / 7,
        "hour_cos_30d": (3 * cos(2 * pi * 3 / 24) + 4 * cos(2 * pi * 14 / 24)) / 7,
    },
    "tokens": {
        "fated_entries_30d": 2,
        "dead_share_30d": 0.5,
        "watched_entries_30d": 2,
        "collapse_share_30d": 0.5,
        "graduated_ratio_30d": (1 + 0.5 * 10) / 12 / 0.5,
        "valued_entries_30d": 2,
        "post_entry_max_30d": log(3) / 2,
        "entry_volatility_30d": (1 * 0.3 + 3 * 0.5) / 4,
    },
}
