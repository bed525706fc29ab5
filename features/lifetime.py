"""Sums up the trader's whole record to T: the `trader_features` of the original design, losses with a minus sign.

Counts and sums over all time grow with the length of the data, whoever the trader is: they are columns, never model
inputs. Means, ratios and the preferred hour do not grow.
"""

from pyspark.sql import Column

from features.ratios import ratio, sample_deviation, sol
from features.registry import feature
from features.windows import level
from pumploss.contract import Type

#: What of a trader this group is about, as the reasons of a score say it.
TOPIC = "The record of this wallet since it was first seen"


@feature(Type.BIGINT, is_model_input=False)
def total_trades() -> Column:
    """Trades ever."""
    return level("trade_count_close")


@feature(support="total_trades")
def avg_trade_size() -> Column:
    """Mean traded amount without fees, in SOL, buys and sells."""
    return sol(ratio(level("volume_close_lamports"), level("trade_count_close")))


@feature(support="total_trades")
def trade_size_volatility() -> Column:
    """Sample standard deviation of the traded amount without fees, in SOL."""
    count, volume = level("trade_count_close"), level("volume_close_lamports")
    return sol(sample_deviation(count, volume, level("volume_squared_close")))


@feature(is_model_input=False)
def total_losses() -> Column:
    """Sum of negative realised PnL ever, in SOL, at most 0."""
    return sol(level("realised_loss_close_lamports"))


@feature(Type.BIGINT, is_model_input=False)
def loss_count() -> Column:
    """Losing sells ever."""
    return level("loss_count_close")


@feature(is_nullable=True, support="loss_count")
def avg_loss_size() -> Column:
    """Mean PnL of losing sells ever, in SOL, below 0; missing without a loss."""
    return sol(ratio(level("realised_loss_close_lamports"), level("loss_count_close")))


@feature(Type.BIGINT)
def preferred_hour() -> Column:
    """UTC hour with most trades ever, 0 to 23; the earliest among equals."""
    return level("preferred_hour_close")


@feature(Type.BIGINT, is_model_input=False)
def active_days() -> Column:
    """Days with a trade, ever."""
    return level("active_day_count_close")


@feature(Type.BIGINT, is_model_input=False)
def unique_tokens() -> Column:
    """Distinct mints traded, ever."""
    return level("mint_count_close")


@feature(is_nullable=True, support="total_trades")
def loss_ratio() -> Column:
    """Total losses over traded volume, ever; at most 0, since losses carry a minus sign."""
    return ratio(level("realised_loss_close_lamports"), level("volume_close_lamports"))


@feature(Type.TIMESTAMP, is_model_input=False)
def last_trade_time() -> Column:
    """Time of the latest trade before T."""
    return level("last_traded_at_close")


@feature(Type.TIMESTAMP, is_model_input=False)
def first_trade_time() -> Column:
    """Time of the first trade ever."""
    return level("first_traded_at_close")
