"""The market that the trader met."""

from typing import TYPE_CHECKING

from features.ratios import ratio
from features.registry import feature
from features.windows import level, total

if TYPE_CHECKING:
    from pyspark.sql import Column


@feature()
def market_conditions_30d() -> "Column":
    """Share of the whole market's matched sells that lost, on the days the trader traded (weighted by own trades),
    minus the same share over all of the last 30 days: above 0 for a trader who is there when others lose.
    """
    own_days = ratio(total("market_loss_micros", 30), total("trade_count", 30)) / 1e6
    return own_days - ratio(level("market_loss_count_30d"), level("market_matched_sell_count_30d"))
