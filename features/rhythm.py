"""Measures the pauses between trades, the sittings that they make, and where on the clock the trader is.

Pauses and sessions are those within a UTC day.
"""

from pyspark.sql import Column
from pyspark.sql import functions as F

from features.ratios import log, ratio
from features.registry import feature
from features.windows import level, total
from pumploss.contract import Type

#: What of a trader this group is about, as the reasons of a score say it.
TOPIC = "The pauses and sittings of this wallet's trading"

#: Below so many pauses their evenness says nothing.
LOWEST_GAPS = 10
_DECIMALS = 9


def counted(name: str) -> Column:
    """Name a sum over the rhythm of 30 days: 0 for a trader without a trade in them."""
    return F.coalesce(level(f"{name}_30d"), F.lit(0).cast("bigint"))


@feature(Type.BIGINT)
def gaps_30d() -> Column:
    """Pauses between a trade and the next one of its day, in 30 days."""
    return counted("gap_count")


@feature(is_nullable=True, support="gaps_30d")
def gap_median_30d() -> Column:
    """ln(1 + seconds) of the median pause of 30 days, from a histogram whose bins double."""
    return log(level("gap_median_seconds_30d") + 1.0)


@feature(is_nullable=True, support="gaps_30d")
def gap_p10_30d() -> Column:
    """ln(1 + seconds) of the pause that a tenth of those of 30 days are shorter than, from a histogram."""
    return log(level("gap_p10_seconds_30d") + 1.0)


@feature(is_nullable=True, support="gaps_30d")
def burstiness_30d() -> Column:
    """(deviation - mean) / (deviation + mean) of the pauses of 30 days: -1 for a clock, 0 for chance, 1 for bursts.

    Missing below ten pauses, or where all are 0.
    """
    count, wide = level("gap_count_30d"), "decimal(38,0)"
    seconds = level("gap_seconds_30d").cast("decimal(19,0)")
    scaled = (count.cast(wide) * level("gap_seconds_squared_30d")).cast(wide) - (seconds * seconds).cast(wide)
    deviation = F.sqrt(F.greatest(scaled.cast("double"), F.lit(0.0)))  # both are taken times the count
    mean = level("gap_seconds_30d").cast("double")
    return F.when(count >= LOWEST_GAPS, ratio(deviation - mean, deviation + mean))


@feature(is_nullable=True, support="gaps_30d")
def subsecond_share_30d() -> Column:
    """Share of the pauses of 30 days of at most a second, which is as fine as block times are."""
    return ratio(level("short_gap_count_30d"), level("gap_count_30d"))


@feature(Type.BIGINT)
def sessions_30d() -> Column:
    """Runs of trades without a pause above 30 minutes, in 30 days."""
    return counted("session_count")


@feature(is_nullable=True, support="sessions_30d")
def session_length_30d() -> Column:
    """ln(1 + mean seconds of a session) over 30 days: 0 for sessions of one trade."""
    return log(ratio(level("session_seconds_30d"), level("session_count_30d")) + 1.0)


@feature(Type.BIGINT)
def losing_sessions_30d() -> Column:
    """Sessions of 30 days whose matched sells lost in sum."""
    return counted("losing_session_count")


@feature(is_nullable=True, support="losing_sessions_30d")
def stop_after_loss_share_30d() -> Column:
    """Share of losing sessions of 30 days whose last trade is a losing sell: the rest trade on after it."""
    return ratio(level("stopped_session_count_30d"), level("losing_session_count_30d"))


def _around_the_clock(wave: str) -> Column:
    return F.round(ratio(level(wave), total("trade_count", 30)), _DECIMALS) + 0.0


@feature(is_nullable=True, support="total_trades_30d")
def hour_sin_30d() -> Column:
    """Mean sine of the hour of trades on a clock of 24, over 30 days: 1 for 6:00 UTC, -1 for 18:00."""
    return _around_the_clock("hour_sine_30d")


@feature(is_nullable=True, support="total_trades_30d")
def hour_cos_30d() -> Column:
    """Mean cosine of the hour of trades on a clock of 24, over 30 days: 1 for midnight UTC, -1 for noon."""
    return _around_the_clock("hour_cosine_30d")
