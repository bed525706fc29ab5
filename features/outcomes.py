"""Measures what closed positions made: each from the first buy of an empty position until it was empty again."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from features.ratios import clipped, log, ratio
from features.registry import feature
from features.windows import level
from pumploss.contract import Type
from pumploss.money import LAMPORTS_PER_SOL

#: What of a trader this group is about, as the reasons of a score say it.
TOPIC = "What the positions that this wallet closed have made"

#: Prior of the shrunk win rate: as if five positions had been closed before, two of them at a profit.
PRIOR_WINS, PRIOR_POSITIONS = 2, 5
#: Added to losses, so that who has lost next to nothing has a profit factor as well, in lamports.
_LEAST_LOSS = LAMPORTS_PER_SOL // 100


@feature(Type.BIGINT)
def positions_won_30d() -> Column:
    """Positions emptied in 30 days that made money."""
    return level("won_position_count_30d")


@feature(Type.BIGINT)
def positions_lost_30d() -> Column:
    """Positions emptied in 30 days that lost money: how many the figures of losses rest on."""
    return level("lost_position_count_30d")


@feature(is_nullable=True, support="positions_closed_30d")
def win_rate_30d() -> Column:
    """Share of the positions emptied in 30 days that made money; missing without one."""
    return ratio(level("won_position_count_30d"), level("closed_position_count_30d"))


@feature(monotone=-1, support="positions_closed_30d")
def win_rate_shrunk_30d() -> Column:
    """(won + 2) / (closed + 5) positions in 30 days: the win rate, drawn to 0.4 where few were closed."""
    closed = level("closed_position_count_30d")
    return ratio(level("won_position_count_30d") + PRIOR_WINS, closed + PRIOR_POSITIONS)


@feature(monotone=-1, is_nullable=True, support="positions_closed_30d")
def payoff_ratio_30d() -> Column:
    """ln(mean win / mean loss) of the positions emptied in 30 days, clipped to [-4, 4]; missing without one of each."""
    mean_win = ratio(level("won_lamports_30d"), level("won_position_count_30d"))
    mean_loss = ratio(level("lost_lamports_30d"), level("lost_position_count_30d"))
    return clipped(log(ratio(mean_win, mean_loss)), -4.0, 4.0)


@feature(is_nullable=True, support="positions_closed_30d")
def profit_factor_30d() -> Column:
    """SOL won over SOL lost + 0.01, over the positions emptied in 30 days; missing without one."""
    factor = ratio(level("won_lamports_30d"), level("lost_lamports_30d") + _LEAST_LOSS)
    return F.when(level("closed_position_count_30d") > 0, factor)


@feature(Type.BIGINT)
def max_loss_streak_30d() -> Column:
    """Longest run of losing positions in 30 days, in the order in which they were emptied; 0 without losses."""
    return level("longest_loss_run_30d")


@feature(Type.BIGINT)
def loss_streak_30d() -> Column:
    """Losing positions since the last one that lost nothing, by the order in which they were emptied in 30 days."""
    return level("current_loss_run_30d")


@feature(is_nullable=True, support="positions_lost_30d")
def worst_loss_share_30d() -> Column:
    """Part of all SOL lost on positions emptied in 30 days that the worst of them lost; missing without a loss."""
    return ratio(level("largest_loss_lamports_30d"), level("lost_lamports_30d"))
