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
- A sale that leaves less than the resolution of itself, or of the oldest lot that is left, empties the position: the
  residue is noise of a source of floats. Its cost is the sale's, so the parts sum to the whole; nothing is matched.
- A buy with which the open units or the cost of its position would pass 2^63 - 1 is set aside: it opens no lot, and
  bears the taint ASIDE. No wallet can hold as much of a coin, so its amounts are what is wrong, and nobody else's.
- A trade's taints are bits that tell something of it (`fifo` does not know what). Those of a buy are its lot's; a sale
  has its own and those of every lot that it took units or cost from.
"""

import numpy as np

from pnl.fifo_kernel import LOT_COST, LOT_UNITS, MOST, Days, Integers, Taints, fill
from pnl.fifo_tables import NO_LOT, FifoCloses, FifoLots, FifoResult, FifoTrades, checked
from pumploss.errors import AmountOverflowError


def walk(trades: FifoTrades, lots: FifoLots) -> FifoResult:
    """Match every sale with the lots that it takes, and list the lots left at each close.

    Walking some days, then the rest with the lots of each position's latest close carried in,
    gives the rows of one walk over all. Linear in trades, carried lots and rows of the closes.

    Raises ContractError for arrays of a wrong type or length, out of order or negative, and
    AmountOverflowError where the lots that a position carries in pass 2^63 - 1.
    """
    room = Room(trades, lots)
    failed = room.fill()
    if failed >= 0:
        raise AmountOverflowError(
            f"position {trades.position[failed]}: the units or the cost of the lots that it carries in pass {MOST}, "
            "which no walk leaves; build the days before again"
        )
    matched, cost, proceeds, units_after, cost_after, residue = room.per_trade
    last = room.stops - 1
    closes = _spread(trades.position[last], trades.day[last], room.store, room.stored, room.closes)
    return FifoResult(matched, cost, proceeds, room.hold, units_after, cost_after, residue, room.taints, closes)


class Room:
    """Holds the memory for one walk, which `fill` writes from end to end: each of its pages is touched once."""

    def __init__(self, trades: FifoTrades, lots: FifoLots) -> None:
        self._inputs = checked(trades, lots)
        count = len(trades.position)
        self.stops = _stops(trades.position, trades.day)
        self.per_trade, self.hold = np.empty((6, count), dtype=np.int64), np.empty(count, dtype=np.float64)
        self.taints = np.empty(count, dtype=np.uint8)
        # One column more than lots, where the close of a position without lots may point.
        most_lots = len(lots.position) + int(np.count_nonzero(trades.is_buy)) + 1
        self.store, self.stored = np.empty((5, most_lots), dtype=np.int64), np.empty(most_lots, dtype=np.uint8)
        self.closes = np.empty((4, len(self.stops)), dtype=np.int64)

    def fill(self) -> int:
        """Walk, and answer the row of the trade where a sum passed 2^63 - 1, or -1."""
        book, trades, lots = (
            np.zeros(6, dtype=np.int64),
            (self.per_trade, self.hold, self.taints),
            (self.store, self.stored),
        )
        return fill(self.stops, *trades, *lots, self.closes, book, *self._inputs)


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
    lots[LOT_UNITS : LOT_COST + 1, begin] = head_units, head_cost
    is_empty = begin[head == tail]
    lots[:, is_empty] = np.array([[NO_LOT], [0], [0], [0], [0]])
    taints[is_empty] = 0
    ref, opened_at, units, cost, resolution = lots
    return FifoCloses(
        np.repeat(position, counts), np.repeat(day, counts), lot_index, ref, opened_at, units, cost, taints, resolution
    )
