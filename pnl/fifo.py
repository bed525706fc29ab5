"""First in, first out: what each sale cost, earned and how long it was held, exact to the lamport.

A position is one (trader, mint), numbered by the caller. Its buys queue as lots of units and cost
(SOL plus fee); a sale (SOL minus fee) takes the oldest units first. The rules, all in integers:

- Taking m of a lot's u units takes floor(cost * m / u) of the cost it has left; the last part
  takes the rest, so the parts of a lot sum to the lot.
- A sale beyond stock is matched up to the stock. The matched share of its proceeds is rounded
  toward zero, also where fees exceed the sale; what remains belongs to the unmatched units.
- A buy of nothing (SOL paid, no units) is a lot of no units. The next sale that matches anything
  and reaches it takes its cost, so a position sold out has no cost left. A wholly unmatched sale
  takes nothing.
- A trade's taints are bits that tell something of it (`fifo` does not know what). Those of a buy are its lot's; a sale
  has its own and those of every lot that it took units or cost from.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pnl.fifo_kernel import LOT_UNITS, MOST, Days, Flags, Floats, Integers, Taints, fill
from pumploss.errors import AmountOverflowError, ContractError

#: The `ref` of a closing row: the position has no lot left.
NO_LOT: Final = int(np.iinfo(np.int64).min)

_TYPES = {"is_buy": np.dtype(np.bool_), "day": np.dtype(np.int32), "taints": np.dtype(np.uint8)}


@dataclass(frozen=True)
class FifoTrades:
    """Holds trades, sorted by position and within it by time; nothing is negative.

    `traded_at` is microseconds since the epoch, `day` any day number that does not fall within a
    position. Without `taints` no trade has any.
    """

    position: Integers
    is_buy: Flags
    units: Integers
    sol_lamports: Integers
    fee_lamports: Integers
    traded_at: Integers
    day: Days
    taints: Taints | None = None


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


@dataclass(frozen=True)
class FifoCloses:
    """Holds the open lots of every position at the close of every day on which it traded.

    Sorted by position, day, lot_index (0 is the oldest). `ref` names the trade that opened the
    lot: a row of the trades, or `~i` (negative) for row `i` of the carried lots. A position with
    nothing left has one closing row: lot_index, opened_at, units, cost and taints 0, ref NO_LOT.
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


@dataclass(frozen=True)
class FifoResult:
    """Holds one element per trade, in the order of the trades, and the lots at each close.

    Matched units, their cost and proceeds are 0 for buys. `hold_seconds` is the mean over the
    matched units, to the microsecond below, NaN where nothing was matched. The `position_` arrays
    are the open units and their cost after the trade; `taints` those of the trade and of the lots it took from.
    """

    matched_units: Integers
    cost_lamports: Integers
    proceeds_lamports: Integers
    hold_seconds: Floats
    position_units_after: Integers
    position_cost_after: Integers
    taints: Taints
    closes: FifoCloses


def walk(trades: FifoTrades, lots: FifoLots) -> FifoResult:
    """Match every sale with the lots that it takes, and list the lots left at each close.

    Walking some days, then the rest with the lots of each position's latest close carried in,
    gives the rows of one walk over all. Linear in trades, carried lots and rows of the closes.

    Raises ContractError for arrays of a wrong type or length, out of order or negative, and
    AmountOverflowError where the open units or cost of a position would pass 2^63 - 1.
    """
    room = Room(trades, lots)
    failed = room.fill()
    if failed >= 0:
        raise AmountOverflowError(
            f"position {trades.position[failed]}: open units or cost pass {MOST} at trade row "
            f"{failed} ({trades.units[failed]} units, {trades.sol_lamports[failed]} lamports, fee "
            f"{trades.fee_lamports[failed]}); quarantine the trades whose amounts cannot be"
        )
    matched, cost, proceeds, units_after, cost_after = room.per_trade
    last = room.stops - 1
    closes = _spread(trades.position[last], trades.day[last], room.store, room.stored, room.closes)
    return FifoResult(matched, cost, proceeds, room.hold, units_after, cost_after, room.taints, closes)


class Room:
    """Holds the memory for one walk, which `fill` writes from end to end: each of its pages is touched once."""

    def __init__(self, trades: FifoTrades, lots: FifoLots) -> None:
        self._inputs = _checked(trades) + _checked(lots)
        _check_carry(trades, lots)
        count = len(trades.position)
        self.stops = _stops(trades.position, trades.day)
        self.per_trade, self.hold = np.empty((5, count), dtype=np.int64), np.empty(count, dtype=np.float64)
        self.taints = np.empty(count, dtype=np.uint8)
        # One column more than lots, where the close of a position without lots may point.
        most_lots = len(lots.position) + int(np.count_nonzero(trades.is_buy)) + 1
        self.store, self.stored = np.empty((4, most_lots), dtype=np.int64), np.empty(most_lots, dtype=np.uint8)
        self.closes = np.empty((4, len(self.stops)), dtype=np.int64)

    def fill(self) -> int:
        """Walk, and answer the row of the trade where a sum passed 2^63 - 1, or -1."""
        book, trades, lots = (
            np.zeros(6, dtype=np.int64),
            (self.per_trade, self.hold, self.taints),
            (self.store, self.stored),
        )
        return fill(self.stops, *trades, *lots, self.closes, book, *self._inputs)


def _checked(table: FifoTrades | FifoLots) -> tuple[npt.NDArray[Any], ...]:
    """Answer the arrays of a table; refuse wrong types, shapes, signs and order.

    All are read-only views: one type, so one compiled kernel, for buffers of Arrow and others.
    """
    views = []
    inside = table.position[1:] == table.position[:-1]
    for name, given in vars(table).items():
        array = np.zeros(len(table.position), dtype=np.uint8) if name == "taints" and given is None else given
        dtype = _TYPES.get(name, np.dtype(np.int64))
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


def _stops(position: Integers, day: Days) -> Integers:
    """Find one past the last row of each run of one position and day."""
    begins = np.zeros(len(position), dtype=np.bool_)
    begins[:1] = True
    begins[1:] = (position[1:] != position[:-1]) | (day[1:] != day[:-1])
    return np.append(np.flatnonzero(begins), len(begins))[1:]


def _spread(position: Integers, day: Days, store: Integers, stored: Taints, closes: Integers) -> FifoCloses:
    """Write out the closes with one row for each open lot."""
    head, tail, head_units, head_cost = closes
    counts = np.maximum(tail - head, 1)
    begin = np.cumsum(counts) - counts
    lot_index = np.arange(counts.sum()) - np.repeat(begin, counts)
    column = np.repeat(head, counts) + lot_index
    lots, taints = np.take(store, column, axis=1), np.take(stored, column)
    lots[LOT_UNITS:, begin] = head_units, head_cost
    is_empty = begin[head == tail]
    lots[:, is_empty] = np.array([[NO_LOT], [0], [0], [0]])
    taints[is_empty] = 0
    ref, opened_at, units, cost = lots
    return FifoCloses(
        np.repeat(position, counts), np.repeat(day, counts), lot_index, ref, opened_at, units, cost, taints
    )
