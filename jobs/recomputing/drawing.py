"""Draws traders of a day by hash: from so few cohorts that little of any table is read for them."""

from datetime import date
from typing import NamedTuple

import xxhash
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from pumploss.cohort import COHORTS
from pumploss.columns import COHORT, TRADER

#: Traders that are drawn each night.
TRADERS = 1_000


class Drawn(NamedTuple):
    """Holds the features of the traders that were drawn, and how many were passed over for having too many trades."""

    rows: list[dict[str, object]]
    cohorts: list[int]
    passed_over: int

    @property
    def traders(self) -> list[str]:
        """Name them."""
        return [str(row[TRADER.name]) for row in self.rows]


def by_hash(day: date) -> Column:
    """Give each trader a number that differs from day to day: the lowest are drawn."""
    return F.xxhash64(TRADER.name, F.lit(day.isoformat()))


def cohorts_of(day: date, rows: int, wanted: int) -> list[int]:
    """Choose as many cohorts, one after the other, as hold so many of the day's traders; the day's hash says where."""
    width = min(COHORTS, -(-COHORTS * wanted // max(rows, 1)))
    first = xxhash.xxh64_intdigest(day.isoformat().encode())
    return sorted((first + place) % COHORTS for place in range(width))


def draw(features: DataFrame, day: date, rows: int, wanted: int, most_trades: int) -> Drawn:
    """Draw traders from the features of a day, of which there are so many rows.

    Their trades of 30 days are no more than `most_trades` together: who would pass that is passed over.
    """
    cohorts = cohorts_of(day, rows, wanted)
    own = features.where(F.col(COHORT.name).isin(cohorts)).orderBy(by_hash(day), TRADER.name).limit(wanted)
    taken, trades, candidates = [], 0, own.toArrow().to_pylist()
    for row in candidates:
        if trades + row["total_trades_30d"] <= most_trades:
            trades += row["total_trades_30d"]
            taken.append(row)
    return Drawn(taken, cohorts, len(candidates) - len(taken))
