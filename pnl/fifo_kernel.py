"""The compiled walk over trades sorted by position: rules and units are those of `fifo.py`."""

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from pnl.wide_integers import muldiv, product, quotient
from pumploss.compiled import compiled

Integers: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Days: TypeAlias = npt.NDArray[np.int32]
Flags: TypeAlias = npt.NDArray[np.bool_]
Taints: TypeAlias = npt.NDArray[np.uint8]

MOST: Final = int(np.iinfo(np.int64).max)
#: The taint of a buy that is set aside: with it the open units or cost of its position would pass MOST.
ASIDE: Final = 128

# Rows of the matrices that the kernel fills: a column per trade, and a column per lot.
MATCHED, COST, PROCEEDS, UNITS_AFTER, COST_AFTER, RESIDUE = range(6)
REF, OPENED_AT, LOT_UNITS, LOT_COST, LOT_RESOLUTION = range(5)
# The position being walked. Only its oldest open lot can be in part, and what that has left is
# here: the store of lots never changes, so the first four of these are all there is to a close.
HEAD, TAIL, HEAD_UNITS, HEAD_COST, STOCK, STOCK_COST = range(6)


@compiled
def fill(
    stops: Integers, per_trade: Integers, hold: Floats, taints: Taints,
    store: Integers, stored: Taints, closes: Integers, book: Integers,
    position: Integers, is_buy: Flags, units: Integers, sol: Integers, fee: Integers,
    traded_at: Integers, _day: Days, own_taints: Taints, resolution: Integers,
    lot_position: Integers, lot_opened_at: Integers, lot_units: Integers, lot_cost: Integers, lot_taints: Taints,
    lot_resolution: Integers,
) -> int:  # fmt: skip
    """Fills in every row of a trade, the lots and the closes; answers the trade whose carried lots do not fit, or -1.

    Arrays are handed on one by one: numba moves a tuple of them through memory at each call, at a third of the speed.
    """
    carried = row = 0
    for close in range(len(stops)):
        if row == 0 or position[row] != position[row - 1]:
            book[HEAD] = book[TAIL]
            book[STOCK] = book[STOCK_COST] = 0
        while carried < len(lot_position) and lot_position[carried] <= position[row]:
            # Written before it is known whether the lot is queued: the next one overwrites what was not.
            stored[book[TAIL]], store[LOT_RESOLUTION, book[TAIL]] = lot_taints[carried], lot_resolution[carried]
            lot = lot_opened_at[carried], lot_units[carried], lot_cost[carried]
            if lot_position[carried] == position[row] and not _push(book, store, ~carried, *lot):
                return row
            carried += 1
        while row < stops[close]:
            taints[row] = own_taints[row]
            if is_buy[row]:
                stored[book[TAIL]], store[LOT_RESOLUTION, book[TAIL]] = own_taints[row], resolution[row]
                if not _push(book, store, row, traded_at[row], units[row], sol[row] + fee[row]):
                    taints[row] |= np.uint8(ASIDE)
                _nothing_sold(per_trade, hold, row)
            else:
                proceeds = sol[row] - fee[row]
                sale = units[row], proceeds, resolution[row]
                if not _sell(book, store, stored, per_trade, hold, taints, row, *sale, traded_at):
                    _nothing_sold(per_trade, hold, row)
            per_trade[UNITS_AFTER, row] = book[STOCK]
            per_trade[COST_AFTER, row] = book[STOCK_COST]
            row += 1
        for field in range(4):
            closes[field, close] = book[field]
    return -1


@compiled
def _push(book: Integers, store: Integers, ref: int, opened_at: int, units: int, cost: int) -> bool:
    """Queues a lot; False where it does not fit. A cost that wrapped around is negative."""
    if cost < 0 or cost > MOST - book[STOCK_COST] or units > MOST - book[STOCK]:
        return False
    if units == 0 and cost == 0:
        return True
    tail = book[TAIL]
    store[REF, tail] = ref
    store[OPENED_AT, tail] = opened_at
    store[LOT_UNITS, tail] = units
    store[LOT_COST, tail] = cost
    if book[HEAD] == tail:
        book[HEAD_UNITS] = units
        book[HEAD_COST] = cost
    book[TAIL] = tail + 1
    book[STOCK] += units
    book[STOCK_COST] += cost
    return True


@compiled
def _nothing_sold(per_trade: Integers, hold: Floats, row: int) -> None:
    """The row of a buy, or of a sale that matched nothing: memory comes to the kernel as it is."""
    per_trade[MATCHED, row] = 0
    per_trade[COST, row] = 0
    per_trade[PROCEEDS, row] = 0
    per_trade[RESIDUE, row] = 0
    hold[row] = np.nan


@compiled
def _sell(
    book: Integers, store: Integers, stored: Taints, per_trade: Integers, hold: Floats, taints: Taints,
    row: int, units: int, proceeds: int, resolution: int, traded_at: Integers,
) -> bool:  # fmt: skip
    """Writes what a sale matched, its cost, proceeds and hold, and adds its lots' taints; False if nothing matched."""
    matched = min(units, book[STOCK])
    if matched == 0:
        return False
    cost, held, taken_taints = _take(book, store, stored, matched, traded_at[row])
    if matched < units:
        share = muldiv(abs(proceeds), matched, units)
        proceeds = share if proceeds > 0 else -share
    book[STOCK] -= matched
    book[STOCK_COST] -= cost
    per_trade[MATCHED, row] = matched
    per_trade[COST, row] = cost
    per_trade[PROCEEDS, row] = proceeds
    per_trade[RESIDUE, row] = 0
    hold[row] = held / 1e6
    taints[row] |= taken_taints
    if 0 < book[STOCK] < max(resolution, store[LOT_RESOLUTION, book[HEAD]]):
        _write_off(book, stored, per_trade, taints, row)
    return True


@compiled
def _write_off(book: Integers, stored: Taints, per_trade: Integers, taints: Taints, row: int) -> None:
    """Empties a position of which a sale left less than its source, or that of the oldest lot left, can tell apart."""
    for lot in range(book[HEAD], book[TAIL]):
        taints[row] |= stored[lot]
    per_trade[RESIDUE, row] = book[STOCK]
    per_trade[COST, row] += book[STOCK_COST]
    book[HEAD] = book[TAIL]
    book[HEAD_UNITS] = book[HEAD_COST] = book[STOCK] = book[STOCK_COST] = 0


@compiled
def _take(book: Integers, store: Integers, stored: Taints, wanted: int, sold_at: int) -> tuple[int, int, np.uint8]:
    """Cost, mean microseconds held and taints of the oldest `wanted` units, of which there are enough."""
    cost, left, taints = 0, wanted, np.uint8(0)
    high = low = np.uint64(0)  # the sum of units times microseconds, in 128 bits
    # Lots of no units behind the last part go with it, so that their cost is not left alone.
    while left > 0 or (book[HEAD] < book[TAIL] and book[HEAD_UNITS] == 0):
        head, part = book[HEAD], min(left, book[HEAD_UNITS])
        more, addend = product(np.uint64(part), np.uint64(sold_at - store[OPENED_AT, head]))
        low += addend
        high += more + np.uint64(low < addend)  # a sum that wrapped is below what was added: carry it
        left -= part
        taints |= stored[head]
        if part < book[HEAD_UNITS]:
            share = muldiv(book[HEAD_COST], part, book[HEAD_UNITS])
            book[HEAD_UNITS] -= part
            book[HEAD_COST] -= share
            cost += share
            continue
        cost += book[HEAD_COST]
        book[HEAD] = head + 1
        if head + 1 < book[TAIL]:
            book[HEAD_UNITS] = store[LOT_UNITS, head + 1]
            book[HEAD_COST] = store[LOT_COST, head + 1]
    return cost, np.int64(quotient(high, low, np.uint64(wanted))), taints  # type: ignore[return-value]


@compiled
def running_most(position: Integers, value: Integers, lot_position: Integers, lot_value: Integers) -> None:
    """Replaces each trade's value by the most of its position so far, carried lots included."""
    carried = 0
    for row in range(len(position)):
        if row > 0 and position[row] == position[row - 1]:
            value[row] = max(value[row], value[row - 1])
            continue
        while carried < len(lot_position) and lot_position[carried] <= position[row]:
            if lot_position[carried] == position[row]:
                value[row] = max(value[row], lot_value[carried])
            carried += 1
