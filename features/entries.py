"""Measures how early and at which price the trader buys into a mint for the first time, and what it gets out again.

An entry is a trader's first buy of a mint, on the day on which it first trades it. `docs/features.md` says how these
figures differ from the formulas that they follow.
"""

from pyspark.sql import Column
from pyspark.sql import functions as F

from features.ratios import ratio
from features.registry import feature
from features.windows import level
from pumploss.contract import Type

#: What of a trader this group is about, as the reasons of a score say it.
TOPIC = "How early and at which price this wallet buys in and gets out"


def counted(name: str) -> Column:
    """Name a count over entries: 0 for a trader without any."""
    return F.coalesce(level(name), F.lit(0).cast("bigint"))


def part(name: str) -> Column:
    """Divide the entries of which something is true by those of which it is known."""
    return ratio(level(f"{name}_true_30d"), level(f"{name}_known_30d"))


@feature(Type.BIGINT)
def entries_30d() -> Column:
    """Mints bought for the first time in 30 days."""
    return counted("entry_count_30d")


@feature(Type.BIGINT)
def aged_entries_30d() -> Column:
    """Entries in 30 days into mints whose launch is in the data: how many the ages of this group rest on."""
    return counted("age_log_count_30d")


@feature(is_nullable=True, support="aged_entries_30d")
def token_age_entry_30d() -> Column:
    """Median of ln(1 + seconds from a mint's launch to its entry) over 30 days."""
    return level("age_log_median_30d")


@feature(is_nullable=True, support="slotted_entries_30d")
def snipe_slot_share_30d() -> Column:
    """Share of entries in the slot of the launch or the one after, over 30 days."""
    return part("sniped_slot")


@feature(Type.BIGINT)
def slotted_entries_30d() -> Column:
    """Entries in 30 days whose distance from the launch in slots is known."""
    return counted("sniped_slot_known_30d")


@feature(is_nullable=True, support="aged_entries_30d")
def snipe_5s_share_30d() -> Column:
    """Share of entries within 5 seconds of the launch, over 30 days."""
    return part("sniped_5s")


@feature(is_nullable=True, support="aged_entries_30d")
def snipe_60s_share_30d() -> Column:
    """Share of entries within 60 seconds of the launch, over 30 days."""
    return part("sniped_60s")


@feature(is_nullable=True, support="aged_entries_30d")
def entry_rank_30d() -> Column:
    """Median of ln(place among the first buyers of a mint), over the entries of 30 days: 0 for the first."""
    return level("rank_log_median_30d")


@feature(Type.BIGINT)
def curve_entries_30d() -> Column:
    """Entries on a curve, in 30 days."""
    return counted("curve_share_count_30d")


@feature(is_nullable=True, support="curve_entries_30d")
def entry_progress_30d() -> Column:
    """Median share of the SOL at which a curve is sold out, after the entries on curves in 30 days."""
    return level("curve_share_median_30d")


@feature(is_nullable=True, support="aged_entries_30d")
def entry_runup_30d() -> Column:
    """Median of ln(price after an entry / price at the launch of a standard curve), over 30 days."""
    return level("runup_log_median_30d")


@feature(Type.BIGINT)
def followed_entries_30d() -> Column:
    """Entries in 30 days of whose mint a price is known that is at least 60 seconds older, of that day.

    From a day's second minute on the last price of the day before counts as well.
    """
    return counted("momentum_log_count_30d")


@feature(is_nullable=True, support="followed_entries_30d")
def entry_momentum_60s_30d() -> Column:
    """Median of ln(price after an entry / last price 60 seconds before it), over 30 days."""
    return level("momentum_log_median_30d")


@feature(is_nullable=True, support="entries_30d")
def entry_to_peak_30d() -> Column:
    """Median of the price after an entry over the mint's highest price so far, over 30 days: 1 for buying the top."""
    return level("peak_ratio_median_30d")


@feature(is_nullable=True, support="entries_30d")
def entry_impact_30d() -> Column:
    """Median of the SOL of an entry over the reserve before it, over 30 days; missing where no entry states it."""
    return level("impact_ratio_median_30d")


@feature(Type.BIGINT)
def captured_exits_30d() -> Column:
    """Entries of 30 days whose position was closed on its day, after a price above what was paid."""
    return counted("capture_ratio_count_30d")


@feature(is_nullable=True, support="captured_exits_30d")
def exit_capture_30d() -> Column:
    """Median part of the way up that was captured by positions closed on the day of their entry, over 30 days.

    (Mean price sold - mean price bought) / (highest price while held - mean price bought), each between -2 and 1.
    Positions whose price never stood above what was paid are left out.
    """
    return level("capture_ratio_median_30d")
