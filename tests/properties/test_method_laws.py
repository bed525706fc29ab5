"""Laws of average cost and LIFO, against books kept in Python's own integers."""

from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pnl.fifo import walk
from pnl.fifo_tables import FifoLots, FifoTrades
from pnl.other_methods import average_cost, lifo_cost

MOST = 2**55


class Trade(NamedTuple):
    is_buy: bool
    units: int
    cost: int


Book = list[Trade]
amounts = st.integers(0, 9) | st.integers(0, MOST)
books = st.lists(st.builds(Trade, st.booleans(), amounts, amounts), max_size=40)


def clamped(book: Book) -> list[int]:
    """Units of each sale that the stock covers."""
    stock, matched = 0, []
    for trade in book:
        part = 0 if trade.is_buy else min(trade.units, stock)
        stock += trade.units if trade.is_buy else -part
        matched.append(part)
    return matched


def costs(kernel, book: Book) -> list[int]:
    cost = np.zeros(len(book), np.int64)
    columns = [np.array([getattr(trade, name) for trade in book], np.int64) for name in ("units", "cost")]
    is_buy = np.array([trade.is_buy for trade in book], np.bool_)
    kernel(np.zeros(len(book), np.int64), is_buy, *columns, np.array(clamped(book), np.int64), cost)
    return cost.tolist()


def average_by_hand(book: Book) -> list[int]:
    held = held_cost = 0
    found = []
    for trade, matched in zip(book, clamped(book), strict=True):
        cost = 0
        if trade.is_buy:
            held, held_cost = held + trade.units, held_cost + trade.cost
        elif matched:
            cost = held_cost * matched // held
            held, held_cost = held - matched, held_cost - cost
        found.append(cost)
    return found


def lifo_by_hand(book: Book) -> list[int]:
    lots: list[list[int]] = []
    found = []
    for trade, matched in zip(book, clamped(book), strict=True):
        cost, left = 0, matched
        if trade.is_buy:
            lots.append([trade.units, trade.cost])
        while matched and lots and (left or not lots[-1][0] or not sum(units for units, _ in lots)):
            part = min(left, lots[-1][0])
            share = lots[-1][1] if part == lots[-1][0] else lots[-1][1] * part // lots[-1][0]
            lots[-1] = [lots[-1][0] - part, lots[-1][1] - share]
            cost, left = cost + share, left - part
            if lots[-1][0]:
                break
            lots.pop()
        found.append(cost)
    return found


@given(books)
@settings(max_examples=300, deadline=None)
def test_average_cost_is_that_of_a_book_kept_by_hand(book: Book) -> None:
    assert costs(average_cost, book) == average_by_hand(book)


@given(books)
@settings(max_examples=300, deadline=None)
def test_lifo_is_that_of_a_stack_of_lots_kept_by_hand(book: Book) -> None:
    assert costs(lifo_cost, book) == lifo_by_hand(book)


@given(books)
@settings(max_examples=300, deadline=None)
def test_all_methods_agree_on_a_position_that_ends_empty(book: Book) -> None:
    stock = sum(trade.units for trade in book if trade.is_buy) - sum(clamped(book))
    # One unit more empties also a stock that is zero already but for lots of no units.
    whole = [*book, Trade(True, 1, 0), Trade(False, stock + 1, 0)]
    paid = sum(trade.cost for trade in whole if trade.is_buy)
    assert sum(costs(average_cost, whole)) == sum(costs(lifo_cost, whole)) == sum(fifo(whole)) == paid


def fifo(book: Book) -> list[int]:
    count = len(book)
    none = np.zeros(0, np.int64)
    amount = {name: np.array([getattr(trade, name) for trade in book], np.int64) for name in ("units", "cost")}
    is_buy = np.array([trade.is_buy for trade in book], np.bool_)
    zeros = np.zeros(count, np.int64)
    trades = FifoTrades(
        position=zeros,
        is_buy=is_buy,
        units=amount["units"],
        sol_lamports=amount["cost"],
        fee_lamports=zeros,
        traded_at=np.arange(count),
        day=np.zeros(count, np.int32),
    )
    return walk(trades, FifoLots(none, none, none, none)).cost_lamports.tolist()


def test_positions_do_not_touch_each_other() -> None:
    book = [Trade(True, 10, 100), Trade(False, 5, 0)]
    alone = costs(lifo_cost, book)
    both = np.zeros(4, np.int64)
    position, is_buy = np.array([0, 0, 1, 1]), np.array([True, False] * 2)
    columns = [np.array(values * 2, np.int64) for values in ([10, 5], [100, 0], [0, 5])]
    lifo_cost(position, is_buy, *columns, both)
    assert both.tolist() == alone * 2
