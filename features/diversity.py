"""Measures how many tokens the trader buys, how concentrated, how new and how volatile."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from features.ratios import ratio
from features.registry import feature
from features.windows import level, total
from pumploss.contract import Type
from pumploss.tables.gold_trader_mints import MILLIS

#: What of a trader this group is about, as the reasons of a score say it.
TOPIC = "The number and choice of tokens that this wallet trades"


@feature(Type.BIGINT)
def unique_tokens_30d() -> Column:
    """Distinct mints traded in 30 days."""
    return level("mint_count_30d")


@feature(is_nullable=True, support="buys_30d")
def preferred_tokens_30d() -> Column:
    """Share of buy cost in the mint that most was spent on in 30 days: 1 for a single mint."""
    return ratio(level("top_mint_cost_lamports_30d"), total("buy_cost_lamports", 30))


@feature(is_nullable=True, support="buys_30d")
def diversification_30d() -> Column:
    """Effective number of mints bought in 30 days: 1 / sum of squared shares of buy cost."""
    cost = total("buy_cost_lamports", 30).cast("double")
    return ratio(cost * cost, level("mint_cost_squares_30d"))


@feature(is_nullable=True, support="unique_tokens_30d")
def new_mint_share_30d() -> Column:
    """Share of the mints traded in 30 days that the trader had never traded before."""
    return ratio(level("first_seen_mint_count_30d"), level("mint_count_30d"))


@feature(is_nullable=True, support="sells_30d")
def unmatched_sell_share_30d() -> Column:
    """Part of what sells brought in 30 days that no observed buy covers (transfers in); missing without sells."""
    sold, matched = total("sell_net_lamports", 30), total("proceeds_lamports", 30)
    return ratio(F.greatest(sold - matched, F.lit(0)), sold)


@feature(is_nullable=True, support="buys_30d")
def token_volatility_30d() -> Column:
    """Mean volatility, weighted by buy cost, of the mints bought in 30 days, each on the days that it was bought.

    Volatility of a mint's day is the standard deviation of log price changes between trades; missing where none is
    known.
    """
    return ratio(
        level("volatility_cost_millis_30d").cast("double") / float(MILLIS), level("volatile_cost_lamports_30d")
    )
