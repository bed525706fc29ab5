"""Measures how much, how often and since when the trader trades."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from features.ratios import days_between, log, ratio, sol
from features.registry import feature
from features.windows import LOOKBACK_DAYS, as_of, level, total
from pumploss.contract import Type

#: What of a trader this group is about, as the reasons of a score say it.
TOPIC = "How much and how often this wallet trades"


@feature(Type.BIGINT)
def total_trades_7d() -> Column:
    """Trades in the 7 days before T."""
    return total("trade_count", 7)


@feature(Type.BIGINT)
def total_trades_30d() -> Column:
    """Trades in the 30 days before T."""
    return total("trade_count", 30)


@feature(support="total_trades_30d")
def trade_frequency_30d() -> Column:
    """Trades per day in the 30 days before T, or since the first trade where that is later; part days count whole."""
    days_known = F.least(F.ceil(days_between(level("first_traded_at_close"), as_of())), F.lit(30).cast("bigint"))
    return ratio(total("trade_count", 30), days_known)


@feature(support="active_days_30d")
def trades_per_active_day_30d() -> Column:
    """Trades per day with a trade, over 30 days."""
    return ratio(total("trade_count", 30), total("active_day_count", 30))


@feature(Type.BIGINT)
def sells_30d() -> Column:
    """Sells in 30 days."""
    return total("sell_count", 30)


@feature(Type.BIGINT)
def active_days_7d() -> Column:
    """Days with a trade among the 7 before T."""
    return total("active_day_count", 7)


@feature(Type.BIGINT)
def active_days_30d() -> Column:
    """Days with a trade among the 30 before T."""
    return total("active_day_count", 30)


@feature()
def buy_sol_1d() -> Column:
    """Cost of buys, fees included, in the day before T, in SOL."""
    return sol(total("buy_cost_lamports", 1))


@feature()
def buy_sol_7d() -> Column:
    """Cost of buys, fees included, in the 7 days before T, in SOL."""
    return sol(total("buy_cost_lamports", 7))


@feature()
def buy_sol_30d() -> Column:
    """Cost of buys, fees included, in the 30 days before T, in SOL."""
    return sol(total("buy_cost_lamports", 30))


@feature()
def net_flow_sol_7d() -> Column:
    """What all sells brought minus what buys cost over 7 days, in SOL: negative while money goes in."""
    return sol(total("sell_net_lamports", 7) - total("buy_cost_lamports", 7))


@feature()
def recency_hours() -> Column:
    """Hours from the last trade to T."""
    return days_between(level("last_traded_at_close"), as_of()) * 24.0


@feature()
def wallet_age_days() -> Column:
    """Days from the first trade in our data to T, at most 30.

    An age without a bound would say how long the data are, not how old the wallet is. Every T that models are trained
    on has 30 days of data before it, so up to there the age is true; see `is_history_truncated`.
    """
    return F.least(days_between(level("first_traded_at_close"), as_of()), F.lit(float(LOOKBACK_DAYS)))


@feature(Type.BOOLEAN, is_model_input=False)
def is_history_truncated() -> Column:
    """Tell whether the data hold no trade of the first of the 30 days before T, so that they may begin later.

    Then `wallet_age_days` and every figure of 30 days may be too low. The same for all traders of a T.
    """
    return F.coalesce(level("is_market_truncated_30d"), F.lit(True))


@feature(support="total_trades_30d")
def activity_trend() -> Column:
    """ln((trades in 7 days + 1) / (trades in 30 days x 7/30 + 1)): above 0 while trading more than usual."""
    usual = total("trade_count", 30) * 7.0 / 30.0 + 1.0
    return log((total("trade_count", 7) + 1) / usual)
