"""Holds what the walk takes and answers, as columns, and refuses columns that cannot be walked."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pnl.fifo_kernel import Days, Flags, Floats, Integers, Taints
from pumploss.errors import ContractError

#: The `ref` of a closing row: the position has no lot left.
NO_LOT: Final = int(np.iinfo(np.int64).min)

_TYPES = {"is_buy": np.dtype(np.bool_), "day": np.dtype(np.int32), "taints": np.dtype(np.uint8)}


@dataclass(frozen=True)
class FifoTrades:
    """Holds trades, sorted by position and within it by time; nothing is negative.

    `traded_at` is microseconds since the epoch, `day` any day number that does not fall within a
    position. Without `taints` no trade has any. `resolution` are the units below which the trade's source tells
    nothing apart, 0 where amounts are exact, as they are without it.
    """

    position: Integers
    is_buy: Flags
    units: Integers
    sol_lamports: Integers
    fee_lamports: Integers
    traded_at: Integers
    day: Days
    taints: Taints | None = None
    resolution: Integers | None = None


@dataclass(frozen=True)
class FifoLots:
    """Holds open lots carried in, sorted by position and within it oldest first; nothing is negative.

    Lots of positions that do not trade are ignored, and so are closing rows (no units, no cost).
    """

    position: Integers
    opened_at: Integers
    units: Integers
    cost_lamports: Integers
    taints: Taints | None = None
    resolution: Integers | None = None


@dataclass(frozen=True)
class FifoCloses:
    """Holds the open lots of every position at the close of every day on which it traded.

    Sorted by position, day, lot_index (0 is the oldest). `ref` names the trade that opened the
    lot: a row of the trades, or `~i` (negative) for row `i` of the carried lots. A position with
    nothing left has one closing row: lot_index, opened_at, units, cost, taints and resolution 0, ref NO_LOT.
    There are as many rows as open lots summed over days traded, 70 bytes each: 200,000 lots kept
    open over 100 trading days are 20 million rows. Walking fewer days at a time bounds that.
    """

    position: Integers
    day: Days
    lot_index: Integers
    ref: Integers
    opened_at: Integers
    units: Integers
    cost_lamports: Integers
    taints: Taints
    resolution: Integers


@dataclass(frozen=True)
class FifoResult:
    """Holds one element per trade, in the order of the trades, and the lots at each close.

    Matched units, their cost and proceeds are 0 for buys. `hold_seconds` is the mean over the
    matched units, to the microsecond below, NaN where nothing was matched. The `position_` arrays
    are the open units and their cost after the trade; `residue_units` what a sale left that is written off with it;
    `taints` those of the trade and of the lots it took from.
    """

    matched_units: Integers
    cost_lamports: Integers
    proceeds_lamports: Integers
    hold_seconds: Floats
    position_units_after: Integers
    position_cost_after: Integers
    residue_units: Integers
    taints: Taints
    closes: FifoCloses


def checked(trades: FifoTrades, lots: FifoLots) -> tuple[npt.NDArray[Any], ...]:
    """Answer the arrays of both, in order. Raises ContractError for wrong types, shapes, signs, order or times."""
    arrays = _checked(trades) + _checked(lots)
    _check_carry(trades, lots)
    return arrays


def _checked(table: FifoTrades | FifoLots) -> tuple[npt.NDArray[Any], ...]:
    """Answer the arrays of a table; refuse wrong types, shapes, signs and order.

    All are read-only views: one type, so one compiled kernel, for buffers of Arrow and others.
    """
    views = []
    inside = table.position[1:] == table.position[:-1]
    for name, given in vars(table).items():
        dtype = _TYPES.get(name, np.dtype(np.int64))
        is_left_out = given is None and name in ("taints", "resolution")
        array = np.zeros(len(table.position), dtype=dtype) if is_left_out else given
        where = f"{type(table).__name__}.{name}"
        if array.dtype != dtype or array.shape != table.position.shape or array.ndim != 1:
            raise ContractError(f"{where}: {array.dtype}{array.shape} is not a column of {dtype}")
        if (row := _first_wrong(name, array, inside)) is not None:
            raise ContractError(
                f"{where} is negative, or below the row before, at row {row}: {array[row]} in "
                f"position {table.position[row]}; sort by position and order, and fill nulls"
            )
        views.append(np.ascontiguousarray(array).view())
        views[-1].flags.writeable = False
    return tuple(views)


def _first_wrong(name: str, array: npt.NDArray[Any], inside: Flags) -> int | None:
    """Find the first row that is negative or, in a column that grows within a position, below the one before."""
    if array.dtype.kind != "i":
        return None
    wrong = array < 0
    if name in ("position", "day", "traded_at", "opened_at"):
        falls = array[1:] < array[:-1]
        wrong[1:] |= falls if name == "position" else falls & inside
    return int(np.argmax(wrong)) if wrong.any() else None


def _check_carry(trades: FifoTrades, lots: FifoLots) -> None:
    """Refuse a carried lot that was opened after the trades it is carried into."""
    first = np.searchsorted(trades.position, lots.position)
    rows = np.flatnonzero(first < len(trades.position))
    late = trades.position[first[rows]] == lots.position[rows]
    late &= trades.traded_at[first[rows]] < lots.opened_at[rows]
    if late.any():
        row = rows[np.argmax(late)]
        raise ContractError(
            f"FifoLots.opened_at at row {row} is later than the first trade of position "
            f"{lots.position[row]}: carry the lots of a close before the trades"
        )
