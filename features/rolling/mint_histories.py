"""Packs the days of all mints into one row, which every task is given: what became of mints by when."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from features.rolling import entry_loops
from features.rolling.entry_loops import DAY, KNOWN
from pumploss.tables.gold_token_day import NUMBERS_PER_DAY

#: A dead mint closed at a tenth of its peak, or below.
DEAD = 0.1
_SCHEMA = pa.schema([(name, pa.list_(pa.int64())) for name in ("numbers", "begins", "days")])
_DDL = "numbers array<bigint>, begins array<bigint>, days array<bigint>"


def mint_histories(token_days: DataFrame) -> DataFrame:
    """Make one row of all mints: their numbers, sorted, where the days of each begin, and these days.

    Days are written as `entry_loops.DAY` says. No row where there are no days.
    """
    is_low = F.col("price_close_sol") <= F.col("price_peak_close_sol") * DEAD
    is_graduated = (F.col("venue_close") != "pump_curve") | (F.col("real_token_close_units") == 0)
    flags = F.when(is_low, 2).otherwise(0) + F.when(is_graduated, 1).otherwise(0)
    known = F.unix_date(F.col("known_at").cast("date")).cast("bigint")
    day = F.unix_date("day").cast("bigint") * DAY + known * KNOWN + flags
    rows = token_days.select(F.lit(0).alias("part"), "mint_number", day.alias("of_day"))
    return rows.groupBy("part").applyInArrow(_packed, _DDL)


def _packed(rows: pa.Table) -> pa.Table:
    number, day = (rows[name].to_numpy() for name in ("mint_number", "of_day"))
    order = np.lexsort((day, number))
    numbers, starts = np.unique(number[order], return_index=True)
    lists = (numbers, np.r_[starts, len(order)], day[order])
    return pa.table([pa.array([values]) for values in lists], schema=_SCHEMA)


@dataclass(frozen=True)
class MintHistories:
    """Holds sorted numbers of mints, where the days of each begin, and the days, as `entry_loops.DAY` writes them."""

    numbers: np.ndarray
    begins: np.ndarray
    days: np.ndarray

    @classmethod
    def of(cls, packed: pa.Table) -> "MintHistories":
        """Take the row apart."""
        numbers, begins, days = (packed[name].combine_chunks().flatten().to_numpy() for name in _SCHEMA.names)
        return cls(numbers, begins, days)

    def places_of(self, wanted: np.ndarray) -> np.ndarray:
        """Find the places of these numbers; -1 for one that has no day."""
        places: np.ndarray = entry_loops.places_of(self.numbers, wanted, NUMBERS_PER_DAY)
        return places
