"""Arithmetic of features: exact sums go in, doubles come out, and what cannot be computed is missing, never NaN.

Sums are integers, so neither the order of rows nor the engine shows in them. Logarithms are rounded to nine decimals,
since libraries differ in the last bit.
"""

from typing import TYPE_CHECKING

from pumploss.money import LAMPORTS_PER_SOL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import Column

_DECIMALS = 9


def ratio(part: "Column", whole: "Column") -> "Column":
    """Part over whole as a double; missing where the whole is not above 0."""
    from pyspark.sql import functions as F

    return part.cast("double") / F.when(whole > 0, whole).cast("double")


def sol(lamports: "Column") -> "Column":
    """Lamports in SOL."""
    return lamports.cast("double") / float(LAMPORTS_PER_SOL)


def sum_of(columns: "Sequence[Column]") -> "Column":
    """Sum of columns, added in pairs: a chain of many would be too deep for the engines' parsers."""
    if len(columns) == 1:
        return columns[0]
    middle = len(columns) // 2
    return sum_of(columns[:middle]) + sum_of(columns[middle:])


def log(value: "Column") -> "Column":
    """Natural logarithm; missing where the value is not above 0."""
    from pyspark.sql import functions as F

    return F.round(F.log(F.when(value > 0, value)), _DECIMALS) + 0.0  # never -0.0, which engines hash differently


def sample_deviation(count: "Column", total: "Column", squares: "Column") -> "Column":
    """Sample standard deviation from count, sum and sum of squares; missing below two values.

    The numerator n * squares - total^2 is exact up to 38 digits.
    """
    from pyspark.sql import functions as F

    wide = "decimal(38,0)"
    n, sum_ = count.cast(wide), total.cast(wide)
    scaled = (n * squares.cast(wide)).cast(wide) - (sum_ * sum_).cast(wide)
    positive = F.greatest(scaled.cast("double"), F.lit(0.0))
    pairs = (count * (count - 1)).cast("double")
    return F.sqrt(F.when(count > 1, positive) / F.when(count > 1, pairs))


def days_between(earlier: "Column", later: "Column") -> "Column":
    """Time between two timestamps in days."""
    from pyspark.sql import functions as F

    return (F.unix_micros(later) - F.unix_micros(earlier)).cast("double") / 86_400e6


def clipped(value: "Column", lowest: float, highest: float) -> "Column":
    """The value, or the bound that it passes; missing stays missing."""
    from pyspark.sql import functions as F

    bounded = F.least(F.greatest(value, F.lit(lowest)), F.lit(highest))
    return F.when(value.isNotNull(), bounded)
