"""Keeps those who have lost most in a lifetime from day to day, so that no board needs to look through all of them.

A reserve holds everybody whose level is at or below a threshold. Only who has a row on a day can change on it, so it is
carried on by a day's rows. Losses only grow, but net results recover: where too few are left at or below a threshold, a
higher one is chosen among all traders. Where there are too many, a lower one is, and those who lost least leave.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import polars as pl
import pyarrow as pa

from pumploss.tables.gold_lifetime_losers import LOSS, LOSS_THRESHOLD, NET, NET_THRESHOLD, TABLE
from pumploss.warm.tables import BOARD_ROWS

#: What boards rank by, and the column of the threshold that goes with it.
THRESHOLDS: Final = {LOSS.name: LOSS_THRESHOLD.name, NET.name: NET_THRESHOLD.name}
#: The highest threshold: whoever is above it has lost nothing, and stands on no board.
HIGHEST: Final = -1
#: What a row says of a trader.
LEVELS: Final = tuple(name for name in TABLE.names if name not in (*THRESHOLDS.values(), TABLE.day))
_TYPES: Final = pl.Schema(TABLE.arrow_schema)


def levels_of(rows: pa.Table | pl.DataFrame) -> pl.DataFrame:
    """Take `LEVELS` out of rows that have them, with the types of the table."""
    frame = rows if isinstance(rows, pl.DataFrame) else pl.DataFrame(pl.from_arrow(rows))
    return frame.select(pl.col(name).cast(_TYPES[name]) for name in LEVELS)


@dataclass(frozen=True)
class Size:
    """Says how many a reserve has at or below a threshold: at least, when a threshold is chosen, and at most."""

    least: int = 2 * BOARD_ROWS
    chosen: int = 5 * BOARD_ROWS
    most: int = 10 * BOARD_ROWS


@dataclass(frozen=True)
class Reserve:
    """Holds rows of `LEVELS`, one per trader, and a threshold per level, in lamports.

    Everybody at or below a threshold has a row. Ties at a threshold are all kept, so that a row depends on no order.
    """

    rows: pl.DataFrame
    thresholds: Mapping[str, int]

    @classmethod
    def of(cls, day_rows: pl.DataFrame) -> "Reserve":
        """Read the rows of a day of the table. A day without any had nobody who lost anything."""
        thresholds = {level: day_rows[name][0] if len(day_rows) else HIGHEST for level, name in THRESHOLDS.items()}
        return cls(levels_of(day_rows), thresholds)

    def carried_on(self, changed: pl.DataFrame, lowest: Callable[[str, int], pl.DataFrame], size: Size) -> "Reserve":
        """Carry the reserve on by a day's rows of `LEVELS`: of everybody in it, and of all who now belong into it.

        `lowest(level, count)` looks through all traders as of the day's close, for rows of those with the lowest values
        below 0, ties with the last included.
        """
        stayed = self.rows.join(changed.select("trader_address"), on="trader_address", how="anti")
        reserve = Reserve(pl.concat([stayed, changed]), self.thresholds).pruned()
        for level in THRESHOLDS:
            count = reserve.count(level)
            if count < size.least and reserve.thresholds[level] < HIGHEST:
                reserve = reserve.with_lowest(level, lowest(level, size.chosen), size.chosen)
            elif count > size.most:
                reserve = reserve.with_lowest(level, reserve.rows.clear(), size.chosen)
        return reserve

    def count(self, level: str) -> int:
        """Count who is at or below a level's threshold."""
        return int((self.rows[level] <= self.thresholds[level]).sum())

    def with_lowest(self, level: str, found: pl.DataFrame, count: int) -> "Reserve":
        """Add rows, and put a level's threshold at the value of so many lowest ones, or where all have a place."""
        rows = pl.concat([self.rows, found]).unique("trader_address", keep="first", maintain_order=True)
        lost = rows[level].filter(rows[level] <= HIGHEST).sort()
        threshold = int(lost[count - 1]) if len(lost) >= count else HIGHEST
        return replace(self, rows=rows, thresholds={**self.thresholds, level: threshold}).pruned()

    def pruned(self) -> "Reserve":
        """Leave out who is above both thresholds."""
        is_within = pl.any_horizontal(*(pl.col(level) <= value for level, value in self.thresholds.items()))
        return Reserve(self.rows.filter(is_within), self.thresholds)
