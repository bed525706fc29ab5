"""Measures how large the trader's buys are, and how evenly."""

from pyspark.sql import Column

from features.ratios import log, ratio, sample_deviation, sol
from features.registry import feature
from features.windows import total
from pumploss.contract import Type

#: What of a trader this group is about, as the reasons of a score say it.
TOPIC = "The size of this wallet's buys, and its trend"


@feature(Type.BIGINT)
def buys_7d() -> Column:
    """Buys in 7 days."""
    return total("buy_count", 7)


@feature(Type.BIGINT)
def buys_30d() -> Column:
    """Buys in 30 days: how many the sizes of this group rest on."""
    return total("buy_count", 30)


@feature(support="buys_30d")
def avg_buy_sol_30d() -> Column:
    """Mean cost of a buy in 30 days, fees included, in SOL."""
    return sol(ratio(total("buy_cost_lamports", 30), total("buy_count", 30)))


@feature(is_nullable=True, support="buys_30d")
def position_sizing_30d() -> Column:
    """Coefficient of variation of buy cost in 30 days: 0 for equal buys; missing below two buys."""
    count, cost = total("buy_count", 30), total("buy_cost_lamports", 30)
    deviation = sample_deviation(count, cost, total("buy_cost_squared", 30))
    return ratio(deviation, ratio(cost, count))


@feature(is_nullable=True, support="buys_7d")
def size_trend() -> Column:
    """ln(mean buy of 7 days / mean buy of 30 days): above 0 while stakes rise; missing without a buy in 7 days."""
    recent = ratio(total("buy_cost_lamports", 7), total("buy_count", 7))
    return log(ratio(recent, ratio(total("buy_cost_lamports", 30), total("buy_count", 30))))
