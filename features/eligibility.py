"""Decides who has features, labels and scores at T, from facts before T alone."""

import numpy as np

LOWEST_TRADES = 5
LOWEST_MINTS = 2
#: Above this part of sells without an observed buy (one in five), equity says little about trading.
UNMATCHED_ONE_IN = 5


def is_eligible(
    buys_30d: np.ndarray, trades: np.ndarray, mints: np.ndarray, sold_30d: np.ndarray, matched_30d: np.ndarray
) -> np.ndarray:
    """Ask for a buy in 30 days, five trades and two mints ever, and at most 20 % of sells unmatched in 30 days.

    `sold_30d` and `matched_30d` are what all sells and their matched parts brought, in lamports, fees deducted.
    """
    is_observed = (sold_30d <= 0) | ((sold_30d - matched_30d) * UNMATCHED_ONE_IN <= sold_30d)
    eligible: np.ndarray = (buys_30d >= 1) & (trades >= LOWEST_TRADES) & (mints >= LOWEST_MINTS) & is_observed
    return eligible
