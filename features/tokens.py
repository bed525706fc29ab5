"""Measures what became of the mints that the trader bought into, as far as was known at T.

Entries count from the day after: what is younger than a day at T has no fate yet.
"""

from pyspark.sql import Column
from pyspark.sql import functions as F

from features.entries import counted, part
from features.ratios import ratio
from features.registry import feature
from features.windows import level
from pumploss.contract import Type

#: What of a trader this group is about, as the reasons of a score say it.
TOPIC = "What became of the tokens that this wallet bought"

#: Weight of the market's share in the trader's graduated share, in entries.
PRIOR_ENTRIES = 10


@feature(Type.BIGINT)
def fated_entries_30d() -> Column:
    """Entries of 30 days that were at least a day old at T: how many the shares of this group rest on."""
    return counted("fated_count_30d")


@feature(is_nullable=True, support="fated_entries_30d")
def dead_share_30d() -> Column:
    """Share of the entries of 30 days whose mint is dead at T.

    It did not trade on the day before T, and had closed at a tenth of its highest price so far or below.
    """
    return ratio(level("dead_count_30d"), level("fated_count_30d"))


@feature(Type.BIGINT)
def watched_entries_30d() -> Column:
    """Entries of 30 days, at least a day old, of which ten minutes are known: all but those just before midnight."""
    return counted("collapsed_known_30d")


@feature(is_nullable=True, support="watched_entries_30d")
def collapse_share_30d() -> Column:
    """Share of the entries of 30 days whose price fell by 80 % or more within ten minutes."""
    return part("collapsed")


@feature(is_nullable=True, support="fated_entries_30d")
def graduated_ratio_30d() -> Column:
    """Share of the entries of 30 days whose mint left the curve by T, over that of all traders' entries.

    The share is drawn to the market's as by ten entries more; missing where nothing of the market graduated.
    """
    market, known = level("market_graduated_share_30d"), level("fated_count_30d").cast("double")
    drawn = (level("graduated_count_30d").cast("double") + market * PRIOR_ENTRIES) / (known + PRIOR_ENTRIES)
    return ratio(F.when(level("fated_count_30d") > 0, drawn), market)


@feature(Type.BIGINT)
def valued_entries_30d() -> Column:
    """Entries of 30 days, at least a day old, whose price is known."""
    return counted("high_log_count_30d")


@feature(is_nullable=True, support="valued_entries_30d")
def post_entry_max_30d() -> Column:
    """Median of ln(highest price from the entry to the close of the day after / price of the entry), over 30 days."""
    return level("high_log_median_30d")


@feature(is_nullable=True, support="entries_30d")
def entry_volatility_30d() -> Column:
    """Mean deviation, weighted by cost, of one-minute log returns in the hour before entries, over 30 days.

    Missing where no entry has two of them before it, as first buys of a launch have none.
    """
    return level("volatility_mean_30d")
