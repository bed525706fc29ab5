"""Ranks the trader among all who are eligible at the same T: what the whole market did drops out.

A rank is the share of the others that are below, 0 to 1, among those of whom the figure exists.
"""

from pyspark.sql import Column

from features.registry import feature
from features.windows import level
from pumploss.contract import Type

#: What of a trader this group is about, as the reasons of a score say it.
TOPIC = "Where this wallet stands among all others of the day"


@feature(Type.BIGINT, is_model_input=False)
def ranked_traders() -> Column:
    """Traders who are eligible at T: how many the ranks rest on; no model input, since it grows with the market."""
    return level("ranked_trader_count")


@feature(is_nullable=True, support="ranked_traders")
def buy_rank_30d() -> Column:
    """Share of the other traders of T who bought for less in 30 days."""
    return level("buy_below_share_30d")


@feature(is_nullable=True, support="ranked_traders")
def loss_ratio_rank_30d() -> Column:
    """Share of the other traders of T who lost a smaller part of what was at stake in 30 days."""
    return level("loss_ratio_below_share_30d")


@feature(is_nullable=True, support="ranked_traders")
def dead_share_rank_30d() -> Column:
    """Share of the other traders of T of whose mints a smaller part is dead; missing without `fated_entries_30d`."""
    return level("dead_share_below_share_30d")
