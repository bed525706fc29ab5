"""Packs the days of all mints: what became of each of them by when."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.rolling import entry_loops
from features.rolling.entry_loops import DAY, DAY_MICROS, KNOWN
from features.rolling.rows import epoch_days
from pumploss.tables.gold_token_day import NUMBERS_PER_DAY

#: A dead mint closed at a tenth of its peak, or below.
DEAD = 0.1
#: The columns of `gold_token_day` that histories are made of.
READ = (
    "day", "known_at", "mint_number", "price_close_sol", "price_peak_close_sol", "real_token_close_units",
    "venue_close",
)  # fmt: skip


@dataclass(frozen=True)
class MintHistories:
    """Holds sorted numbers of mints, where the days of each begin, and the days, as `entry_loops.DAY` writes them."""

    numbers: np.ndarray
    begins: np.ndarray
    days: np.ndarray

    @classmethod
    def of(cls, token_days: pa.Table) -> "MintHistories":
        """Pack rows of `READ`, of all mints."""
        number, day = token_days["mint_number"].to_numpy(), _days(token_days)
        order = np.lexsort((day, number))
        number = number[order]
        starts = np.flatnonzero(np.diff(number, prepend=-1))
        return cls(number[starts], np.r_[starts, len(number)], day[order])

    def places_of(self, wanted: np.ndarray) -> np.ndarray:
        """Find the places of these numbers; -1 for one that has no day."""
        places: np.ndarray = entry_loops.places_of(self.numbers, wanted, NUMBERS_PER_DAY)
        return places

    def states(self, as_of: int) -> np.ndarray:
        """Say of each mint what a T, in days since 1970, may know of it, as `entry_loops.states` writes it."""
        states: np.ndarray = entry_loops.states(self.begins, self.days, as_of)
        return states


def _days(rows: pa.Table) -> np.ndarray:
    """Write each day as one number."""
    is_low = pc.less_equal(rows["price_close_sol"], pc.multiply(rows["price_peak_close_sol"], DEAD))
    is_graduated = pc.or_kleene(
        pc.not_equal(rows["venue_close"], "pump_curve"), pc.equal(rows["real_token_close_units"], 0)
    )
    known = rows["known_at"].cast(pa.int64()).to_numpy() // DAY_MICROS
    days: np.ndarray = epoch_days(rows["day"]) * DAY + known * KNOWN + 2 * _flags(is_low) + _flags(is_graduated)
    return days


def _flags(values: pa.ChunkedArray) -> np.ndarray:
    """Number what is true; what is missing is not."""
    flags: np.ndarray = pc.fill_null(values, False).to_numpy().astype(np.int64)
    return flags
