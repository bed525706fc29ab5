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
"""

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from jobs.fifo_kernel import LOT_UNITS, MOST, Days, Flags, Integers, fill
from pumploss.errors import AmountOverflowError, ContractError

Floats: TypeAlias = npt.NDArray[np.float64]

#: The `ref` of a closing row: the position has no lot left.
NO_LOT: Final = int(np.iinfo(np.int64).min)


@dataclass(frozen=True)
class FifoTrades:
    """Trades, sorted by position and within it by time; nothing is negative.

    `traded_at` is microseconds since the epoch, `day` any day number that does not fall within a
    position.
    """

    position: Integers
    is_buy: Flags
    units: Integers
    sol_lamports: Integers
    fee_lamports: Integers
    traded_at: Integers
    day: Days


@dataclass(frozen=True)
class FifoLots:
    """Open lots carried in, sorted by position and within it oldest first; nothing is negative.

    Lots of positions that do not trade are ignored, and so are closing rows (no units, no cost).
    """

    position: Integers
    opened_at: Integers
    units: Integers
    cost_lamports: Integers


@dataclass(frozen=True)
class FifoCloses:
    """The open lots of every position at the close of every day on which it traded.

    Sorted by position, day, lot_index (0 is the oldest). `ref` names the trade that opened the
    lot: a row of the trades, or `~i` (negative) for row `i` of the carried lots. A position with
    nothing left has one closing row: lot_index, opened_at, units and cost 0, ref NO_LOT.
    There are as many rows as open lots summed over days traded, 50 bytes each: 200,000 lots kept
    open over 100 trading days are 20 million rows. Walking fewer days at a time bounds that.
    """

    position: Integers
    day: Days
    lot_index: Integers
    ref: Integers
    opened_at: Integers
    units: Integers
    cost_lamports: Integers


@dataclass(frozen=True)
class FifoResult:
    """One element per trade, in the order of the trades, and the lots at each close.

    Matched units, their cost and proceeds are 0 for buys. `hold_seconds` is the mean over the
    matched units, to the microsecond below, NaN where nothing was matched. The `position_` arrays
    are the open units and their cost after the trade.
    """

    matched_units: Integers
    cost_lamports: Integers
    proceeds_lamports: Integers
    hold_seconds: Floats
    position_units_after: Integers
    position_cost_after: Integers
    closes: FifoCloses


def walk(trades: FifoTrades, lots: FifoLots) -> FifoResult:
    """Every sale matched with the lots it consumes, and the lots left at each close.

    Walking some days, then the rest with the lots of each position's latest close carried in,
    gives the rows of one walk over all. Linear in trades, carried lots and rows of the closes.

    Raises ContractError for arrays of a wrong type or length, out of order or negative, and
    AmountOverflowError where the open units or cost of a position would pass 2^63 - 1.
    """
    inputs = _checked(trades) + _checked(lots)
    _check_carry(trades, lots)
    stops = _stops(trades.position, trades.day)
    per_trade = np.zeros((6, len(trades.position)), dtype=np.int64)
    # One column more than lots, where the close of a position without lots may point.
    store = np.empty((4, len(lots.position) + int(trades.is_buy.sum()) + 1), dtype=np.int64)
    closes = np.empty((4, len(stops)), dtype=np.int64)
    book = np.zeros(6, dtype=np.int64)
    failed = fill(stops, per_trade, store, closes, book, *inputs)
    if failed >= 0:
        raise AmountOverflowError(
            f"position {trades.position[failed]}: open units or cost pass {MOST} at trade row "
            f"{failed} ({trades.units[failed]} units, {trades.sol_lamports[failed]} lamports, fee "
            f"{trades.fee_lamports[failed]}); quarantine the trades whose amounts cannot be"
        )
    matched, cost, proceeds, held, units_after, cost_after = per_trade
    hold_seconds = np.where(matched > 0, held / 1e6, np.nan)
    last = stops - 1
    spread = _spread(trades.position[last], trades.day[last], store, closes)
    return FifoResult(matched, cost, proceeds, hold_seconds, units_after, cost_after, spread)


def latest_rows(closes: FifoCloses) -> Integers:
    """The rows of the lots open at each position's latest close: the lots to carry on."""
    stops = _stops(closes.position)
    latest = np.repeat(closes.day[stops - 1], np.diff(stops, prepend=0))
    return np.flatnonzero((closes.day == latest) & (closes.ref != NO_LOT))


def _checked(table: FifoTrades | FifoLots) -> list[npt.NDArray[Any]]:
    """The arrays of a table, refused where their types, shapes, signs or order are wrong.

    All are read-only views: one type, so one compiled kernel, for buffers of Arrow and others.
    """
    views = []
    inside = table.position[1:] == table.position[:-1]
    for name, array in vars(table).items():
        dtype = np.dtype({"is_buy": np.bool_, "day": np.int32}.get(name, np.int64))
        where = f"{type(table).__name__}.{name}"
        if array.dtype != dtype or array.shape != table.position.shape or array.ndim != 1:
            raise ContractError(f"{where}: {array.dtype}{array.shape} is not a column of {dtype}")
        wrong = array < 0
        if name in ("position", "day", "traded_at", "opened_at"):
            wrong[1:] |= (array[1:] < array[:-1]) & (inside | (name == "position"))
        if wrong.any():
            row = int(np.argmax(wrong))
            raise ContractError(
                f"{where} is negative, or below the row before, at row {row}: {array[row]} in "
                f"position {table.position[row]}; sort by position and order, and fill nulls"
            )
        views.append(np.ascontiguousarray(array).view())
        views[-1].flags.writeable = False
    return views


def _check_carry(trades: FifoTrades, lots: FifoLots) -> None:
    """Refuses a carried lot that was opened after the trades it is carried into."""
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


def _stops(*keys: npt.NDArray[Any]) -> Integers:
    """One past the last row of each run of equal keys."""
    begins = np.zeros(len(keys[0]), dtype=np.bool_)
    begins[:1] = True
    for key in keys:
        begins[1:] |= key[1:] != key[:-1]
    return np.append(np.flatnonzero(begins), len(begins))[1:]


def _spread(position: Integers, day: Days, store: Integers, closes: Integers) -> FifoCloses:
    """The closes, written out with one row for each open lot."""
    head, tail, head_units, head_cost = closes
    counts = np.maximum(tail - head, 1)
    begin = np.cumsum(counts) - counts
    lot_index = np.arange(counts.sum()) - np.repeat(begin, counts)
    lots = np.take(store, np.repeat(head, counts) + lot_index, axis=1)
    lots[LOT_UNITS:, begin] = head_units, head_cost
    lots[:, begin[head == tail]] = np.array([[NO_LOT], [0], [0], [0]])
    return FifoCloses(np.repeat(position, counts), np.repeat(day, counts), lot_index, *lots)
