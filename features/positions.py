"""Values what the trader holds at T, at what it would fetch."""

from pyspark.sql import Column

from features.ratios import ratio, sol
from features.registry import feature
from features.windows import level
from pumploss.contract import Type

#: What of a trader this group is about, as the reasons of a score say it.
TOPIC = "What this wallet still holds"


@feature()
def equity_sol() -> Column:
    """Exit value of all open positions at T, in SOL."""
    return sol(level("equity_close_lamports"))


@feature()
def open_cost_sol() -> Column:
    """Cost basis of all open positions at T, fees included, in SOL."""
    return sol(level("open_cost_close_lamports"))


@feature(is_nullable=True, support="open_positions")
def open_value_ratio() -> Column:
    """Exit value of open positions over their cost: below 1 while they are under water; missing without cost."""
    return ratio(level("equity_close_lamports"), level("open_cost_close_lamports"))


@feature(Type.BIGINT)
def open_positions() -> Column:
    """Open positions at T: how many the shares of this group rest on."""
    return level("open_position_count_close")


@feature(monotone=1, is_nullable=True, support="open_positions")
def bag_share() -> Column:
    """Share of open positions worth less than a tenth of their cost; missing without positions."""
    return ratio(level("bag_count_close"), level("open_position_count_close"))


@feature(is_nullable=True, support="open_positions")
def underwater_share() -> Column:
    """Share of open positions worth less than their cost; missing without positions."""
    return ratio(level("underwater_count_close"), level("open_position_count_close"))


@feature(is_nullable=True, support="open_positions")
def last_price_marked_share() -> Column:
    """Part of the exit value that a last price marks, for want of reserves; missing without exit value."""
    return ratio(level("equity_last_price_close_lamports"), level("equity_close_lamports"))
