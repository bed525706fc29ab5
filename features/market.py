"""Describes the market before T, and compares the trader with it."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from features.ratios import log, ratio
from features.registry import feature
from features.windows import level, total
from pumploss.contract import Type

#: What of a trader this group is about, as the reasons of a score say it.
TOPIC = "The state of the market as a whole"


def _losing_share() -> Column:
    return ratio(level("market_loss_count_30d"), level("market_matched_sell_count_30d"))


@feature(is_nullable=True, support="market_matched_sells_30d")
def market_conditions_30d() -> Column:
    """Losing share of the whole market's matched sells in 30 days: the same for all traders of a T.

    Missing where the market matched no sell.
    """
    return _losing_share()


@feature(Type.BIGINT, is_model_input=False)
def market_matched_sells_30d() -> Column:
    """Matched sells of the whole market in 30 days; no model input: it grows with the market."""
    return F.coalesce(level("market_matched_sell_count_30d"), F.lit(0).cast("bigint"))


@feature(Type.BIGINT, is_model_input=False)
def market_days_30d() -> Column:
    """Days of the 30 before T on which anybody traded; no model input, since it says how long the data are."""
    return F.coalesce(level("market_day_count_30d"), F.lit(0).cast("bigint"))


@feature(is_nullable=True, support="total_trades_30d")
def market_timing_30d() -> Column:
    """Losing share of the whole market's sells on the trader's days, minus that of all the last 30 days.

    Days are weighted by own trades. Above 0 for a trader who is there when others lose; missing where the market
    matched no sell.
    """
    own_days = ratio(total("market_loss_micros", 30), total("trade_count", 30)) / 1e6
    return own_days - _losing_share()


def _compared(figure: str) -> Column:
    return log(ratio(level(f"{figure}_latest"), level(f"{figure}_usual")))


@feature(is_nullable=True, support="market_days_30d")
def market_volume_1d() -> Column:
    """ln(volume of the day before T / median day of the 28 before it): the same for all traders.

    Missing where one of the two is 0.
    """
    return _compared("volume_lamports")


@feature(is_nullable=True, support="market_days_30d")
def market_trades_1d() -> Column:
    """ln(trades of the day before T / median day of the 28 before it); missing where one of the two is 0."""
    return _compared("trade_count")


@feature(is_nullable=True, support="market_days_30d")
def market_traders_1d() -> Column:
    """ln(active traders of the day before T / median day of the 28 before it); missing where one of the two is 0."""
    return _compared("trader_count")


@feature(is_nullable=True, support="market_days_30d")
def market_new_tokens_1d() -> Column:
    """ln(new mints of the day before T / median day of the 28 before it); missing where there was none."""
    return _compared("new_mint_count")


@feature(is_nullable=True, support="market_days_30d")
def market_losing_1d() -> Column:
    """Losing share of all matched sells of the day before T, less that of the median day of the 28 before it.

    Missing where one of the two had no matched sell.
    """
    return level("losing_sell_share_latest") - level("losing_sell_share_usual")
