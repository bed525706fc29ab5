"""Ranks the trader among all who are eligible at the same T: what the whole market did drops out.

A rank is the share of the others that are below, 0 to 1, among those of whom the figure exists.
"""

from pyspark.sql import Column, Window
from pyspark.sql import functions as F

from features import losses, tokens
from features.ratios import ratio
from features.registry import feature
from features.windows import AS_OF_DAY, total
from pumploss.contract import Type


def _share_below(figure: Column) -> Column:
    everyone = Window.partitionBy(AS_OF_DAY)
    place = F.rank().over(everyone.orderBy(figure.asc_nulls_last()))
    return F.when(figure.isNotNull(), ratio(place - 1, F.count(figure).over(everyone) - 1))


@feature(Type.BIGINT, is_model_input=False)
def ranked_traders() -> Column:
    """Traders who are eligible at T: how many the ranks rest on; no model input, since it grows with the market."""
    return F.count(F.lit(1)).over(Window.partitionBy(AS_OF_DAY))


@feature(is_nullable=True, support="ranked_traders")
def buy_rank_30d() -> Column:
    """Share of the other traders of T who bought for less in 30 days."""
    return _share_below(total("buy_cost_lamports", 30))


@feature(is_nullable=True, support="ranked_traders")
def loss_ratio_rank_30d() -> Column:
    """Share of the other traders of T who lost a smaller part of what was at stake in 30 days."""
    return _share_below(losses.equity_loss_ratio_30d())


@feature(is_nullable=True, support="ranked_traders")
def dead_share_rank_30d() -> Column:
    """Share of the other traders of T of whose mints a smaller part is dead."""
    return _share_below(tokens.dead_share_30d())
