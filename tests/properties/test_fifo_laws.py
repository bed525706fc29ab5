"""Laws of the FIFO walk, against a book kept lot by lot in Python's own integers."""

from collections import deque
from itertools import groupby, pairwise
from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pnl.fifo import walk
from pnl.fifo_tables import NO_LOT, FifoLots, FifoResult, FifoTrades

DAY = 86_400 * 10**6
MOST = 2**56  # forty trades of SOL and fee stay below 2^63


class Trade(NamedTuple):
    position: int
    is_buy: bool
    units: int
    sol: int
    fee: int
    traded_at: int
    taints: int = 0
    resolution: int = 0


class Lot(NamedTuple):
    position: int
    opened_at: int
    units: int
    cost: int
    taints: int
    resolution: int
    name: int | None  # row of the book that opened it; None for a closing row


class Row(NamedTuple):
    """What one trade came to."""

    matched: int
    cost: int
    proceeds: int
    hold: float | None
    units_after: int
    cost_after: int
    residue: int
    taints: int


Book = list[Trade]
Closes = list[tuple[int, int, Lot]]  # day, lot_index, lot
Outcome = tuple[dict[int, Row], Closes]  # the rows by their place in the book


@st.composite
def books(draw: st.DrawFn) -> Book:
    """Up to forty trades of a few positions over some days, in the order of the kernel."""
    amount = st.integers(0, 9) | st.integers(0, MOST) | st.just(0)
    resolution = st.sampled_from([0, 0, 0, 1, 5, 2**40])
    gap = st.sampled_from([0, 0, 1, 999, DAY // 3, DAY, 3 * DAY])
    row = st.tuples(gap, st.integers(0, 3), st.booleans(), amount, amount, amount, st.integers(0, 255), resolution)
    clock, book = 0, []
    for wait, position, is_buy, units, sol, fee, taints, resolution in draw(st.lists(row, max_size=40)):
        clock += wait
        book.append(Trade(position, is_buy, units, sol, fee, clock, taints, resolution))
    return sorted(book, key=lambda trade: trade.position)


def take(queue: deque[list[int]], wanted: int, sold_at: int) -> tuple[int, int, int]:
    """Cost of the oldest units, their units times microseconds held, and taints; lots are [row, ...]."""
    cost = held = taints = 0
    while queue and (wanted > 0 or queue[0][2] == 0):
        lot = queue[0]
        part = min(wanted, lot[2])
        share = lot[3] if part == lot[2] else lot[3] * part // lot[2]
        cost, held, wanted = cost + share, held + part * (sold_at - lot[1]), wanted - part
        taints |= lot[4]
        lot[2], lot[3] = lot[2] - part, lot[3] - share
        if part == 0 or lot[2] == 0:
            queue.popleft()
    return cost, held, taints


def reckon(book: Book) -> Outcome:
    """The oracle: one queue of lots per position, and no arithmetic that could wrap."""
    rows: dict[int, Row] = {}
    closes: Closes = []
    for position, trades in groupby(enumerate(book), key=lambda pair: pair[1].position):
        queue: deque[list[int]] = deque()  # [row, opened_at, units, cost, taints, resolution]
        stock = cost_left = 0
        for day, day_trades in groupby(trades, key=lambda pair: pair[1].traded_at // DAY):
            for row, trade in day_trades:
                matched = cost = proceeds = residue = 0
                hold, taints = None, trade.taints
                if trade.is_buy:
                    paid = trade.sol + trade.fee
                    stock, cost_left = stock + trade.units, cost_left + paid
                    if trade.units or paid:
                        queue.append([row, trade.traded_at, trade.units, paid, trade.taints, trade.resolution])
                elif matched := min(stock, trade.units):
                    cost, held, taken = take(queue, matched, trade.traded_at)
                    stock, cost_left = stock - matched, cost_left - cost
                    hold = held // matched / 1e6
                    taints |= taken
                    net = trade.sol - trade.fee
                    proceeds = abs(net) * matched // trade.units * (1 if net > 0 else -1)
                    if 0 < stock < max(trade.resolution, queue[0][5]):
                        cost, residue = cost + cost_left, stock
                        while queue:
                            taints |= queue.pop()[4]
                        stock = cost_left = 0
                rows[row] = Row(matched, cost, proceeds, hold, stock, cost_left, residue, taints)
            lots = [Lot(position, *lot[1:], lot[0]) for lot in queue]
            lots = lots or [Lot(position, 0, 0, 0, 0, 0, None)]
            closes += [(day, index, lot) for index, lot in enumerate(lots)]
    return rows, closes


def run(book: Book, rows: list[int], state: list[Lot]) -> tuple[Outcome, list[Lot]]:
    """One walk over some rows of the book with the lots of `state` carried in, and those left."""
    table = np.array([book[row] for row in rows], dtype=np.int64).reshape(-1, 8)
    position, is_buy, units, sol, fee, at, taints, resolution = table.T
    day = (at // DAY).astype(np.int32)
    carried = np.array([lot[:6] for lot in state], dtype=np.int64).reshape(-1, 6)
    result = walk(
        FifoTrades(position, is_buy.astype(np.bool_), units, sol, fee, at, day, taints.astype(np.uint8), resolution),
        FifoLots(*carried.T[:4], taints=carried.T[4].astype(np.uint8), resolution=carried.T[5]),
    )
    closes = named_closes(result, rows, state)
    left = [lot for lot in state if lot.position not in position]
    last = {lot.position: day for day, _, lot in closes}
    left += [lot for day, _, lot in closes if day == last[lot.position] and lot.name is not None]
    outcome = dict(zip(rows, per_trade(result), strict=True)), closes
    return outcome, sorted(left, key=lambda lot: lot.position)


def per_trade(result: FifoResult) -> list[Row]:
    holds = [None if np.isnan(hold) else hold for hold in result.hold_seconds.tolist()]
    return [
        Row(*row)
        for row in zip(
            result.matched_units.tolist(),
            result.cost_lamports.tolist(),
            result.proceeds_lamports.tolist(),
            holds,
            result.position_units_after.tolist(),
            result.position_cost_after.tolist(),
            result.residue_units.tolist(),
            result.taints.tolist(),
            strict=True,
        )
    ]


def named_closes(result: FifoResult, rows: list[int], state: list[Lot]) -> Closes:
    """The closes with each lot named by the row of the book that opened it."""
    columns = [column.tolist() for column in vars(result.closes).values()]
    named: Closes = []
    for position, day, lot_index, ref, opened_at, units, cost, taints, resolution in zip(*columns, strict=True):
        name = None
        if ref != NO_LOT:
            name = rows[ref] if ref >= 0 else state[~ref].name
        named.append((day, lot_index, Lot(position, opened_at, units, cost, taints, resolution, name)))
    return named


def whole(book: Book) -> Outcome:
    return run(book, list(range(len(book))), [])[0]


def by_position(closes: Closes) -> Closes:
    return sorted(closes, key=lambda close: (close[2].position, close[0], close[1]))


@settings(deadline=None, max_examples=400)
@given(books())
def test_the_walk_is_the_book_kept_lot_by_lot(book: Book) -> None:
    assert whole(book) == reckon(book)


@settings(deadline=None)
@given(books(), st.sets(st.integers(0, 60)))
def test_days_walked_in_several_runs_give_the_rows_of_one(book: Book, cuts: set[int]) -> None:
    state: list[Lot] = []
    rows: dict[int, Row] = {}
    closes: Closes = []
    bounds = [0, *sorted(cuts), 10**6]
    for first, stop in pairwise(bounds):
        days = [row for row, trade in enumerate(book) if first <= trade.traded_at // DAY < stop]
        (more_rows, more_closes), state = run(book, days, state)
        rows |= more_rows
        closes += more_closes
    assert (rows, by_position(closes)) == whole(book)


@settings(deadline=None)
@given(books(), st.sets(st.integers(0, 3)))
def test_positions_walked_apart_give_the_rows_of_all_together(book: Book, some: set[int]) -> None:
    rows: dict[int, Row] = {}
    closes: Closes = []
    for chosen in (True, False):
        part = [row for row, trade in enumerate(book) if (trade.position in some) == chosen]
        (more_rows, more_closes), _ = run(book, part, [])
        rows |= more_rows
        closes += more_closes
    assert (rows, by_position(closes)) == whole(book)


@settings(deadline=None)
@given(books())
def test_no_unit_and_no_lamport_is_lost(book: Book) -> None:
    (rows, _), left = run(book, list(range(len(book))), [])
    for position in {trade.position for trade in book}:
        own = [(trade, rows[row]) for row, trade in enumerate(book) if trade.position == position]
        lots = [lot for lot in left if lot.position == position]
        bought = sum(trade.units for trade, _ in own if trade.is_buy)
        paid = sum(trade.sol + trade.fee for trade, _ in own if trade.is_buy)
        assert bought == sum(row.matched + row.residue for _, row in own) + sum(lot.units for lot in lots)
        assert paid == sum(row.cost for _, row in own) + sum(lot.cost for lot in lots)
        assert (own[-1][1].units_after, own[-1][1].cost_after) == (
            sum(lot.units for lot in lots),
            sum(lot.cost for lot in lots),
        )
    assert all(row.cost_after == 0 for row in rows.values() if row.matched and not row.units_after)


@settings(deadline=None)
@given(st.integers(1, 2**62), st.integers(0, 2**62), st.lists(st.integers(1, 2**60), max_size=9))
def test_the_parts_of_a_lot_sum_to_it(units: int, cost: int, parts: list[int]) -> None:
    book = [Trade(0, True, units, cost, 0, 0)]
    book += [Trade(0, False, part, 1, 0, 0) for part in [*parts, 2**62]]
    rows, closes = whole(book)
    assert sum(row.cost for row in rows.values()) == cost
    assert sum(row.matched for row in rows.values()) == units
    assert closes[-1][2].name is None


def test_a_wallet_of_two_hundred_thousand_trades_in_one_position() -> None:
    """Its first half only buys, so that the queue is long: nothing may be quadratic in it."""
    random, count = np.random.default_rng(7), 200_000
    is_buy = (np.arange(count) < count // 2) | (random.random(count) < 0.3)
    amounts = random.integers(0, [10**9, 10**8, 10**6], (count, 3)).tolist()
    times = np.sort(random.integers(0, 2 * DAY, count)).tolist()
    book = [
        Trade(0, bool(buys), units * 3, sol, fee, at)
        for buys, (units, sol, fee), at in zip(is_buy, amounts, times, strict=True)
    ]
    assert whole(book) == reckon(book)
