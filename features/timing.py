"""Measures when the trader trades, and how long tokens are held."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from features.ratios import ratio
from features.registry import feature
from features.windows import level, total
from pumploss.contract import Type

#: What of a trader this group is about, as the reasons of a score say it.
TOPIC = "When this wallet trades, and how long it holds"

#: ln 24, the entropy of trades spread evenly over the day.
_HIGHEST_ENTROPY = 3.1780538303479458


@feature(support="total_trades_30d")
def time_patterns_30d() -> Column:
    """Entropy of the UTC hours of trades in 30 days, over ln 24: 0 for one hour only, 1 for round the clock."""
    return F.round(F.abs(level("hour_entropy_30d")) / _HIGHEST_ENTROPY, 9)


@feature(Type.BIGINT)
def active_hours_30d() -> Column:
    """UTC hours of the day, of 24, with a trade in 30 days."""
    return level("active_hour_count_30d")


@feature(support="total_trades_30d")
def us_hours_share_30d() -> Column:
    """Share of trades between 13:00 and 21:00 UTC in 30 days."""
    return ratio(level("us_hour_trade_count_30d"), total("trade_count", 30))


@feature(support="total_trades_30d")
def weekend_share_30d() -> Column:
    """Share of trades on a Saturday or Sunday (UTC) in 30 days."""
    return ratio(total("weekend_trade_count", 30), total("trade_count", 30))


@feature(is_nullable=True, support="matched_sells_30d")
def log_hold_30d() -> Column:
    """Mean of ln(1 + seconds held) over matched sells in 30 days, to six decimals; missing without them."""
    return ratio(total("log_hold_micros", 30), total("matched_sell_count", 30)) / 1e6
