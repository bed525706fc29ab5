"""Draws every time bound: which daily facts a T may see, and what they are called once summed. Nothing else does."""

from collections.abc import Collection
from datetime import date

import numpy as np
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from features.labels import HORIZON_DAYS
from pumploss.contract import Type
from pumploss.days import Days, ordered, shift, span
from pumploss.errors import ContractError

#: The longest window in days. Lifetime figures are levels, carried by the latest daily row inside it.
LOOKBACK_DAYS = 30

#: Date of T in windowed facts.
AS_OF_DAY = "as_of_day"

#: UTC hours of a day; trades are summed in each of them.
HOURS = 24

#: The sums that features are made of, and over how many days before T each is taken.
SUMS: dict[str, tuple[int, ...]] = {
    "trade_count": (7, 30),
    "buy_count": (7, 30),
    "sell_count": (30,),
    "matched_sell_count": (30,),
    "win_count": (30,),
    "loss_count": (1, 30),
    "fees_lamports": (30,),
    "buy_cost_lamports": (1, 7, 30),
    "buy_cost_squared": (30,),
    "sell_net_lamports": (7, 30),
    "proceeds_lamports": (7, 30),
    "realised_pnl_lamports": (30,),
    "realised_loss_lamports": (1, 30),
    "log_hold_micros": (30,),
    "equity_change_lamports": (1, 7, 14, 21, 28, 30),
    "equity_change_squared": (30,),
    "row_count": (7, 14, 21, 28, 30),
    "active_day_count": (7, 30),
    "losing_day_count": (30,),
    "weekend_trade_count": (30,),
    "market_loss_micros": (30,),
    "paper_gain_count": (30,),
    "paper_loss_count": (30,),
}

#: Daily facts that are no sums of their own: what `HOUR_MEASURES` are measured from.
HOUR_COUNTS = tuple(f"hour_{hour}_trade_count" for hour in range(HOURS))

#: What stands at the close of the trader's latest day before T.
LEVELS = (
    "equity_close_lamports",
    "equity_last_price_close_lamports",
    "open_cost_close_lamports",
    "open_position_count_close",
    "underwater_count_close",
    "bag_count_close",
    "underwater_cost_close_lamports",
    "trade_count_close",
    "volume_close_lamports",
    "volume_squared_close",
    "realised_loss_close_lamports",
    "loss_count_close",
    "active_day_count_close",
    "mint_count_close",
    "preferred_hour_close",
    "first_traded_at_close",
    "last_traded_at_close",
)

#: What is counted over the mints of the 30 days before T.
EVENT_MEASURES = {
    "mint_count_30d": Type.BIGINT,
    "top_mint_cost_lamports_30d": Type.BIGINT,
    "mint_cost_squares_30d": Type.WIDE,
    "first_seen_mint_count_30d": Type.BIGINT,
    "volatile_cost_lamports_30d": Type.BIGINT,
    "volatility_cost_millis_30d": Type.BIGINT,
}

#: What is found by following equity from day to day through the 30 days before T.
PATH_MEASURES = {
    "deepest_fall_lamports_30d": Type.BIGINT,
    "capital_lamports_30d": Type.BIGINT,
    "staked_day_count_30d": Type.BIGINT,
    "fading_loss_ratios_30d": Type.DOUBLE,
    "fading_weights_30d": Type.DOUBLE,
    "equity_slope_lamports_30d": Type.DOUBLE,
}

#: What is measured of the UTC hours of the trades of the 30 days before T: how many hours have one, how many trades are
#: in the hours of the United States, their entropy, and sums of sine and cosine on a clock of 24.
HOUR_MEASURES = {
    "active_hour_count_30d": Type.BIGINT,
    "us_hour_trade_count_30d": Type.BIGINT,
    "hour_entropy_30d": Type.DOUBLE,
    "hour_sine_30d": Type.DOUBLE,
    "hour_cosine_30d": Type.DOUBLE,
}

_SPECIAL = {
    "buy_cost_squared": Type.WIDE,
    "equity_change_squared": Type.WIDE,
    "volume_squared_close": Type.WIDE,
    "first_traded_at_close": Type.TIMESTAMP,
    "last_traded_at_close": Type.TIMESTAMP,
}


def windowed_columns() -> dict[str, Type]:
    """List name and type of the columns of windowed facts, one row per trader and T."""
    sums = {summed(fact, days): _SPECIAL.get(fact, Type.BIGINT) for fact, windows in SUMS.items() for days in windows}
    levels = {name: _SPECIAL.get(name, Type.BIGINT) for name in LEVELS}
    key_columns = {"trader_address": Type.STRING, "trader_cohort": Type.INT, AS_OF_DAY: Type.DATE}
    measures = {**EVENT_MEASURES, **PATH_MEASURES, **HOUR_MEASURES}
    return {**key_columns, "known_at": Type.TIMESTAMP, **sums, **levels, **measures}


def total(fact: str, days: int) -> Column:
    """Name the sum of a daily fact over `days` days before T, that is T - days <= day < T."""
    return F.col(summed(fact, days))


def summed(fact: str, days: int) -> str:
    """Write the name of that sum. Raises ContractError if `SUMS` does not list it."""
    if days not in SUMS.get(fact, ()):
        raise ContractError(f"{fact} is not summed over {days} days: add it to features.windows.SUMS")
    return f"{fact}_{days}d"


def level(name: str) -> Column:
    """Name a figure that stands at the close of the trader's latest day before T."""
    return F.col(name)


def as_of() -> Column:
    """Return T, 00:00 UTC."""
    return F.col(AS_OF_DAY).cast("timestamp")


def fact_days(as_of_days: Collection[date]) -> Days:
    """List every day whose facts at least one of these T may see."""
    return span(shift(min(as_of_days), -LOOKBACK_DAYS), shift(max(as_of_days), -1))


def outcome_days(as_of_days: Collection[date]) -> Days:
    """List every day whose facts the labels of these T need: the windows, and what was held when they opened."""
    return span(shift(min(as_of_days), -LOOKBACK_DAYS), shift(max(as_of_days), HORIZON_DAYS - 1))


def bounds(keys: np.ndarray, owners: np.ndarray, as_of_days: np.ndarray, days: int) -> tuple[np.ndarray, np.ndarray]:
    """Find, per owner and T, the slice [first, end) of rows with T - days <= day < T.

    `keys` are the sorted `key(owner, day)` of the rows, days counted from the epoch.
    """
    first = np.searchsorted(keys, key(owners, as_of_days - days), side="left")
    return first, np.searchsorted(keys, key(owners, as_of_days), side="left")


def matured(keys: np.ndarray, owners: np.ndarray, as_of_days: np.ndarray, days: int) -> tuple[np.ndarray, np.ndarray]:
    """Find, as `bounds` does, the rows with T - days <= day < T - 1: what has been over for a whole day at T."""
    first, _ = bounds(keys, owners, as_of_days, days)
    return first, np.searchsorted(keys, key(owners, as_of_days - 1), side="left")


def first_days(as_of_days: np.ndarray, days: int) -> np.ndarray:
    """Find the first day of the window of each T, for facts that must have begun inside it."""
    starts: np.ndarray = as_of_days - days
    return starts


def key(owners: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Make a number that sorts by owner, then day."""
    # Days since 1970 have five digits, so no day reaches into the next owner.
    keys: np.ndarray = owners.astype("int64") * 10_000_000 + days
    return keys


def spread(facts: DataFrame, day: str, as_of_days: Collection[date]) -> DataFrame:
    """Repeat a row of day d for each wanted T with d < T <= d + 30: for facts with few rows, such as the market's."""
    wanted = ordered(as_of_days)
    seen = facts.where(F.col(day).isin([F.lit(seen_day) for seen_day in fact_days(wanted)]))
    ages = F.sequence(F.lit(1), F.lit(LOOKBACK_DAYS))
    dated = seen.withColumn("age_days", F.explode(ages)).withColumn(AS_OF_DAY, F.date_add(day, F.col("age_days")))
    return dated.where(F.col(AS_OF_DAY).isin([F.lit(as_of_day) for as_of_day in wanted]))
