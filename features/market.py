"""Compares the trader with the market that it met."""

from pyspark.sql import Column

from features.ratios import ratio
from features.registry import feature
from features.windows import level, total


@feature(is_nullable=True)
def market_conditions_30d() -> Column:
    """Losing share of the whole market's sells on the trader's days, minus that of all the last 30 days.

    Days are weighted by own trades. Above 0 for a trader who is there when others lose; missing where the market
    matched no sell.
    """
    own_days = ratio(total("market_loss_micros", 30), total("trade_count", 30)) / 1e6
    return own_days - ratio(level("market_loss_count_30d"), level("market_matched_sell_count_30d"))
