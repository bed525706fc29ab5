"""Measures what is sold and what is kept: gains or losses, at once or later, and whether losers are bought again.

Paper gains and losses are counted as Odean did (1998): on each day with a sell, the positions that are open at its
close, at what they would fetch.
"""

from pyspark.sql import Column
from pyspark.sql import functions as F

from features.ratios import ratio
from features.registry import feature
from features.windows import level, total
from pumploss.contract import Type

#: What of a trader this group is about, as the reasons of a score say it.
TOPIC = "Which positions this wallet sells, keeps and adds to"

#: Below so many matched sells, or open positions on the days of sells, a difference of shares is chance.
_LEAST_SELLS, _LEAST_PAPER = 5, 3


def _paper() -> Column:
    return total("paper_gain_count", 30) + total("paper_loss_count", 30)


@feature(Type.BIGINT)
def paper_positions_30d() -> Column:
    """Positions open at the closes of the days with a matched sell, summed over 30 days: what PGR and PLR rest on."""
    return _paper()


@feature(is_nullable=True, support="paper_positions_30d")
def gains_realised_share_30d() -> Column:
    """PGR over 30 days: sells with a gain, over these and the positions worth at least their cost on days of sells."""
    won = total("win_count", 30)
    return ratio(won, won + total("paper_gain_count", 30))


@feature(is_nullable=True, support="paper_positions_30d")
def losses_realised_share_30d() -> Column:
    """PLR over 30 days: sells with a loss, over these and the positions worth less than their cost on days of sells."""
    lost = total("loss_count", 30)
    return ratio(lost, lost + total("paper_loss_count", 30))


@feature(is_nullable=True, support="paper_positions_30d")
def disposition_30d() -> Column:
    """PGR minus PLR over 30 days: above 0 for who sells winners and keeps losers.

    Missing below 5 matched sells or 3 positions on paper, and where one of the shares is.
    """
    is_enough = (total("matched_sell_count", 30) >= _LEAST_SELLS) & (_paper() >= _LEAST_PAPER)
    return F.when(is_enough, gains_realised_share_30d() - losses_realised_share_30d())


@feature(is_nullable=True, support="positions_won_30d")
def fast_take_share_30d() -> Column:
    """Share of the positions emptied at a profit in 30 days that were held for 60 seconds at most; missing without."""
    return ratio(level("fast_win_count_30d"), level("won_position_count_30d"))


@feature(monotone=1, is_nullable=True, support="positions_opened_30d")
def bag_ratio_30d() -> Column:
    """Open positions worth less than a tenth of their cost at T, over the positions opened in 30 days.

    However old the open ones are, so it may exceed 1; missing where none was opened.
    """
    return ratio(level("bag_count_close"), level("opened_position_count_30d"))


@feature(is_nullable=True, support="open_positions")
def underwater_cost_share() -> Column:
    """Part of the cost of all open positions at T that is in those worth less than they cost; missing without cost."""
    return ratio(level("underwater_cost_close_lamports"), level("open_cost_close_lamports"))


@feature(Type.BIGINT)
def added_buys_30d() -> Column:
    """Buys into open positions, of those opened in 30 days: how many `averaging_down_share_30d` rests on."""
    return level("added_buy_count_30d")


@feature(is_nullable=True, support="added_buys_30d")
def averaging_down_share_30d() -> Column:
    """Share of the buys into open positions, of those opened in 30 days, below the mean cost of a unit held."""
    return ratio(level("averaged_down_count_30d"), level("added_buy_count_30d"))
