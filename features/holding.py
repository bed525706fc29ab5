"""Measures how long positions are held: from the first buy of an empty position until it is empty again."""

from pyspark.sql import Column

from features.ratios import log, ratio
from features.registry import feature
from features.windows import level
from pumploss.contract import Type

#: What of a trader this group is about, as the reasons of a score say it.
TOPIC = "How long this wallet holds its positions"


@feature(Type.BIGINT)
def positions_opened_30d() -> Column:
    """Positions opened in 30 days: how many the shares and quantiles of this group rest on."""
    return level("opened_position_count_30d")


@feature(Type.BIGINT)
def positions_opened_still_open_30d() -> Column:
    """Positions opened in 30 days that are open at T: their hold time is only known to be longer."""
    return level("still_open_position_count_30d")


@feature(is_nullable=True, support="positions_opened_30d")
def hold_p10_log_30d() -> Column:
    """ln(1 + seconds) within which a tenth of the positions opened in 30 days was sold, open ones taken as censored.

    By Kaplan and Meier; missing while less than a tenth is sold.
    """
    return log(level("hold_p10_seconds_30d") + 1.0)


@feature(is_nullable=True, support="positions_opened_30d")
def hold_median_log_30d() -> Column:
    """ln(1 + seconds) within which half of the positions opened in 30 days was sold, open ones taken as censored.

    By Kaplan and Meier; missing while less than half is sold.
    """
    return log(level("hold_median_seconds_30d") + 1.0)


@feature(is_nullable=True, support="positions_opened_30d")
def hold_p90_log_30d() -> Column:
    """ln(1 + seconds) within which nine tenths of the positions opened in 30 days were sold, open ones as censored.

    By Kaplan and Meier; missing while less than nine tenths are sold.
    """
    return log(level("hold_p90_seconds_30d") + 1.0)


@feature(is_nullable=True, support="positions_opened_30d")
def held_under_60s_share_30d() -> Column:
    """Share of the positions opened in 30 days that was held for less than 60 seconds, open ones taken as censored.

    By Kaplan and Meier; missing without a position that was watched for so long.
    """
    return level("held_under_60s_share_30d")


@feature(is_nullable=True, support="positions_opened_30d")
def held_over_24h_share_30d() -> Column:
    """Share of the positions opened in 30 days that was held for more than 24 hours, open ones taken as censored.

    By Kaplan and Meier; missing where all were opened less than 24 hours ago and one of them is open.
    """
    return level("held_over_24h_share_30d")


@feature(Type.BIGINT)
def positions_closed_30d() -> Column:
    """Positions that were emptied in 30 days: how many the figures per closed position rest on."""
    return level("closed_position_count_30d")


@feature(is_nullable=True, support="positions_closed_30d")
def hold_duration_30d() -> Column:
    """Mean seconds held of the positions that were emptied in 30 days, from first buy to last sell; missing without."""
    return ratio(level("closed_hold_micros_30d"), level("closed_position_count_30d")) / 1e6
