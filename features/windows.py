"""The only place that draws a time bound: which daily facts a T may see, and sums over its windows."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from pumploss.days import Days, ordered, shift, span

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

#: The longest window in days; lifetime figures are carried in the levels of the latest day within it.
LOOKBACK_DAYS = 30

#: Name of the date of T in windowed facts, and of the days from the fact to T, 1 to 30.
AS_OF_DAY = "as_of_day"
AGE_DAYS = "age_days"
#: Whether a windowed fact is the trader's latest before T.
IS_LATEST = "is_latest"


def fact_days(as_of_days: Collection[date]) -> Days:
    """Every day whose facts at least one of these T may see."""
    return span(shift(min(as_of_days), -LOOKBACK_DAYS), shift(max(as_of_days), -1))


def spread(facts: "DataFrame", day: str, as_of_days: Collection[date]) -> "DataFrame":
    """Each row of day d once per wanted T with d < T <= d + 30, with `as_of_day` and `age_days` = T - d.

    Rows that no T may see are dropped, whatever was passed in.
    """
    from pyspark.sql import functions as F

    wanted = ordered(as_of_days)
    first, last = F.lit(wanted[0]), F.lit(wanted[-1])
    seen = facts.where(F.col(day).between(*(F.lit(bound) for bound in (fact_days(wanted)[0], fact_days(wanted)[-1]))))
    youngest = F.greatest(F.lit(1), F.date_diff(first, F.col(day)))
    oldest = F.least(F.lit(LOOKBACK_DAYS), F.date_diff(last, F.col(day)))
    aged = seen.withColumn(AGE_DAYS, F.explode(F.sequence(youngest, oldest)))
    dated = aged.withColumn(AS_OF_DAY, F.date_add(F.col(day), F.col(AGE_DAYS)))
    is_gapless = len(wanted) == len(span(wanted[0], wanted[-1]))
    return dated if is_gapless else dated.where(F.col(AS_OF_DAY).isin([F.lit(one) for one in wanted]))
