"""Measures stakes: what the buy that opens a position costs, against other stakes, capital and the day's losses."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from features.ratios import ratio, sol
from features.registry import feature
from features.windows import level
from pumploss.contract import Type

#: What of a trader this group is about, as the reasons of a score say it.
TOPIC = "The stakes with which this wallet opens positions"


@feature(is_nullable=True, support="positions_opened_30d")
def stake_median_sol_30d() -> Column:
    """Median cost, fees included, of the buys that opened positions in 30 days, in SOL; missing without one."""
    return sol(level("stake_median_lamports_30d"))


@feature()
def stake_max_sol_30d() -> Column:
    """Highest cost of a buy that opened a position in 30 days, in SOL; 0 without one."""
    return sol(level("stake_max_lamports_30d"))


@feature(is_nullable=True, support="positions_opened_30d")
def stake_variation_30d() -> Column:
    """Standard deviation over mean of the stakes of 30 days; missing below two."""
    return F.round(level("stake_variation_30d"), 9)


@feature(is_nullable=True, support="positions_opened_30d")
def stake_slope_30d() -> Column:
    """Slope of ln(stake) on the days with an opening buy, numbered one after the other: above 0 while stakes rise.

    Over 30 days; days without one have no number. Missing where all are of one day.
    """
    return F.round(level("stake_slope_30d"), 9) + 0.0


@feature(is_nullable=True, support="positions_opened_30d")
def stake_max_ratio_30d() -> Column:
    """Highest over median stake of 30 days; missing without one."""
    return ratio(level("stake_max_lamports_30d"), level("stake_median_lamports_30d"))


@feature(is_nullable=True, support="positions_opened_30d")
def bet_fraction_30d() -> Column:
    """Median stake over `capital_proxy_sol_30d`; missing without stake or capital."""
    return ratio(level("stake_median_lamports_30d"), level("capital_lamports_30d"))


@feature(is_nullable=True, support="positions_opened_30d")
def allin_share_30d() -> Column:
    """Share of the stakes of 30 days of half of `capital_proxy_sol_30d` or more; missing without stake or capital."""
    large = ratio(level("large_stake_count_30d"), level("opened_position_count_30d"))
    return F.when(level("capital_lamports_30d") > 0, large)


@feature(Type.BIGINT)
def positions_opened_7d() -> Column:
    """Positions opened in 7 days: how many `drawdown_stake_correlation_7d` rests on."""
    return level("opened_position_count_7d")


@feature(is_nullable=True, support="positions_opened_7d")
def drawdown_stake_correlation_7d() -> Column:
    """Rank correlation of stakes with what the positions emptied before on the same day had made, over 7 days.

    Spearman's, below 0 for who stakes more the more the day has lost; missing below five positions, or where one of the
    two does not vary.
    """
    return F.round(level("drawdown_stake_correlation_7d"), 9) + 0.0
