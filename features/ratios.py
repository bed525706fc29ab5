"""Computes with exact sums: integers go in, doubles come out, and what cannot be computed is missing, never NaN.

Sums are integers, so neither the order of rows nor the engine shows in them. Logarithms are rounded to nine decimals,
since libraries differ in the last bit.
"""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from pyspark.sql import Column
from pyspark.sql import functions as F

from pumploss.money import LAMPORTS_PER_SOL
from pumploss.tables.gold_trader_mints import MILLIS, MOST_MILLIS

Summed = TypeVar("Summed", Column, np.ndarray)

_DECIMALS = 9


def ratio(part: Column, whole: Column) -> Column:
    """Divide part by whole as doubles; missing where the whole is not above 0."""
    return part.cast("double") / F.when(whole > 0, whole).cast("double")


def sol(lamports: Column) -> Column:
    """Convert lamports to SOL."""
    return lamports.cast("double") / float(LAMPORTS_PER_SOL)


def sum_of(columns: Sequence[Summed]) -> Summed:
    """Add columns in pairs: a chain of many would be too deep for the engines' parsers."""
    if len(columns) == 1:
        return columns[0]
    middle = len(columns) // 2
    total: Summed = sum_of(columns[:middle]) + sum_of(columns[middle:])
    return total


def log(value: Column) -> Column:
    """Take the natural logarithm; missing where the value is not above 0."""
    return F.round(F.log(F.when(value > 0, value)), _DECIMALS) + 0.0  # never -0.0, which engines hash differently


def sample_deviation(count: Column, total: Column, squares: Column) -> Column:
    """Compute the sample standard deviation from count, sum and sum of squares; missing below two values.

    The numerator n * squares - total^2 is exact up to 38 digits.
    """
    wide = "decimal(38,0)"
    n, sum_ = count.cast(wide), total.cast(wide)
    scaled = (n * squares.cast(wide)).cast(wide) - (sum_ * sum_).cast(wide)
    positive = F.greatest(scaled.cast("double"), F.lit(0.0))
    pairs = (count * (count - 1)).cast("double")
    return F.sqrt(F.when(count > 1, positive) / F.when(count > 1, pairs))


def days_between(earlier: Column, later: Column) -> Column:
    """Measure the time between two timestamps in days."""
    return (F.unix_micros(later) - F.unix_micros(earlier)).cast("double") / 86_400e6


def clipped(value: Column, lowest: float, highest: float) -> Column:
    """Hold the value between two bounds; missing stays missing."""
    bounded = F.least(F.greatest(value, F.lit(lowest)), F.lit(highest))
    return F.when(value.isNotNull(), bounded)


def whole_millis(cost: Column, volatility: Column) -> Column:
    """Multiply a cost in lamports by a volatility, in whole thousandths of a lamport, at most MOST_MILLIS."""
    millis = F.round(cost.cast("double") * volatility * MILLIS)
    return F.when(millis > MOST_MILLIS, F.lit(MOST_MILLIS)).otherwise(millis.cast("bigint"))
