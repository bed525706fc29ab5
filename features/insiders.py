"""Measures marks of bots and insiders: hours without sleep, sizes that repeat, buying in a slot with others."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from features.activity import trades_per_active_day_30d
from features.entries import counted, part, snipe_slot_share_30d
from features.ratios import ratio, sum_of
from features.registry import feature
from features.rhythm import counted as summed
from features.windows import level, total
from pumploss.contract import Type

#: What of a trader this group is about, as the reasons of a score say it.
TOPIC = "Signs of automated or coordinated buying by this wallet"

#: From where on each mark of `bot_score_30d` counts.
BOT_HOURS, BOT_GAP_SECONDS, BOT_SNIPES, BOT_REPEATS, BOT_TRADES = 18, 2.0, 0.3, 0.8, 500


@feature(is_nullable=True, support="slotted_entries_30d")
def create_slot_share_30d() -> Column:
    """Share of the entries of 30 days in the slot of the launch, where creators and bundles buy."""
    return part("creation_slot")


@feature(Type.BIGINT)
def placed_entries_30d() -> Column:
    """Entries of 30 days whose slot is stated."""
    return counted("slot_shared_known_30d")


@feature(is_nullable=True, support="placed_entries_30d")
def same_slot_share_30d() -> Column:
    """Share of the entries of 30 days in a slot in which at least two others bought the mint."""
    return part("slot_shared")


@feature(Type.BIGINT)
def max_active_hours_30d() -> Column:
    """Most UTC hours with a trade of one day, among the 30 days: nobody who sleeps has 18."""
    return F.coalesce(level("most_active_hours_30d"), F.lit(0).cast("bigint"))


@feature(is_nullable=True, support="buys_30d")
def repeat_size_share_30d() -> Column:
    """Share of the buys of 30 days for exactly the lamports of another buy of the same day."""
    return ratio(summed("repeated_buy_count"), total("buy_count", 30))


@feature(is_nullable=True, support="gaps_30d")
def alternation_share_30d() -> Column:
    """Share of pairs of consecutive trades of a day that are a buy and the sale of as much, within 1 %, in 30 days."""
    return ratio(level("bounce_count_30d"), level("gap_count_30d"))


@feature(Type.BIGINT)
def bot_score_30d() -> Column:
    """How many of five marks of a machine the trader bears over 30 days; a mark that is not known does not count.

    18 active hours on a day; a tenth of pauses of at most 2 seconds; three of ten entries in the slot of the launch or
    the next; eight of ten buys of a size that repeats; 500 trades per active day.
    """
    marks = (
        level("most_active_hours_30d") >= BOT_HOURS,
        level("gap_p10_seconds_30d") <= BOT_GAP_SECONDS,
        snipe_slot_share_30d() >= BOT_SNIPES,
        repeat_size_share_30d() >= BOT_REPEATS,
        trades_per_active_day_30d() >= BOT_TRADES,
    )
    return sum_of([F.coalesce(mark.cast("bigint"), F.lit(0).cast("bigint")) for mark in marks])
