"""Our FIFO and LIFO against rp2, a public tax calculator that shares no line with this project.

rp2 keeps the cost of each part of a lot as an unrounded decimal and hands out the pairs (sale, lot, units). Ours is in
whole lamports: a part of a lot takes the floor of its share of the cost that the lot has left, the last part the rest.
Two comparisons follow. Exact: that rounding, put on rp2's own pairs, gives our cost of every sale to the lamport.
Without any rule of ours: rp2's unrounded sums are ours where a lot is sold out, and elsewhere less than a lamport per
part away.
"""

import logging
import warnings
from collections import Counter, defaultdict
from decimal import Context, Decimal, getcontext, setcontext
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from pnl.fifo import walk
from pnl.fifo_tables import FifoLots, FifoTrades
from pnl.other_methods import lifo_cost

#: A book costs rp2 a twentieth of a second.
BOOKS = 80
CONFIGURATION = """
[general]
assets = T
exchanges = E
holders = H
[in_header]
timestamp = 0
[out_header]
timestamp = 0
[intra_header]
timestamp = 0
"""


class Trade(NamedTuple):
    is_buy: bool
    second: int
    units: int
    sol: int
    fee: int


class Pair(NamedTuple):
    """Units of a lot that a sale took; both are rows of the book."""

    sale: int
    lot: int
    units: int
    cost: Fraction
    proceeds: Fraction


@pytest.fixture(scope="module")
def rp2(tmp_path_factory):
    """rp2 as a function from book and method to pairs; its log file, handlers and decimal context are put away."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.chdir(tmp_path_factory.mktemp("rp2"))
        # A library that it reads spreadsheets with has string escapes that compilers warn of.
        warnings.simplefilter("ignore", DeprecationWarning)
        before = getcontext().copy()
        from rp2 import logger

        for handler in list(logger.LOGGER.handlers):
            logger.LOGGER.removeHandler(handler)
            handler.close()
        logger.LOGGER.addHandler(logging.NullHandler())
        Path("rp2.ini").write_text(CONFIGURATION, encoding="utf-8")
        from rp2.configuration import Configuration
        from rp2.plugin.country.us import US

        theirs = getcontext().copy()
        setcontext(before)
        configuration = Configuration("rp2.ini", US())
        yield lambda book, method: _pairs(configuration, theirs, book, method)


def _pairs(configuration: object, context: Context, book: list[Trade], method: str) -> list[Pair]:
    from importlib import import_module

    from prezzemolo.avl_tree import AVLTree
    from rp2.accounting_engine import AccountingEngine
    from rp2.configuration import MAX_DATE, MIN_DATE
    from rp2.input_data import InputData
    from rp2.tax_engine import compute_tax
    from rp2.transaction_set import TransactionSet

    before = getcontext()
    setcontext(context)
    try:
        sets = {kind: TransactionSet(configuration, kind, "T", MIN_DATE, MAX_DATE) for kind in ("IN", "OUT", "INTRA")}
        for row, trade in enumerate(book):
            sets["IN" if trade.is_buy else "OUT"].add_entry(_transaction(configuration, trade, row))
        methods = AVLTree()
        methods.insert_node(1970, import_module(f"rp2.plugin.accounting_method.{method}").AccountingMethod())
        found = compute_tax(configuration, AccountingEngine(methods), InputData("T", *sets.values()))
        return [
            Pair(
                gain.taxable_event.row,
                gain.acquired_lot.row,
                int(gain.crypto_amount),
                Fraction(Decimal(gain.fiat_cost_basis)),
                Fraction(Decimal(gain.taxable_event_fiat_amount_with_fee_fraction)),
            )
            for gain in found.gain_loss_set
        ]
    finally:
        setcontext(before)


def _transaction(configuration: object, trade: Trade, row: int) -> object:
    from rp2.in_transaction import InTransaction
    from rp2.out_transaction import OutTransaction
    from rp2.rp2_decimal import RP2Decimal as Number

    minutes, seconds = divmod(trade.second, 60)
    place = (configuration, f"2025-01-01 {minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d} +0000", "T", "E", "H")
    amounts = (Number(1), Number(trade.units))
    if trade.is_buy:
        paid = {"fiat_in_no_fee": Number(trade.sol), "fiat_fee": Number(trade.fee)}
        return InTransaction(*place, "BUY", *amounts, **paid, row=row)
    return OutTransaction(*place, "SELL", *amounts, Number(0), fiat_out_no_fee=Number(trade.sol - trade.fee), row=row)


def random_book(seed: int) -> list[Trade]:
    """4 to 60 trades of real sizes (up to 85 SOL, a tenth of the supply), never selling more than is held."""
    rng = np.random.default_rng(seed)
    book, stock = [], 0
    for second in range(1, int(rng.integers(4, 60)) + 1):
        sol = int(rng.integers(1, 85 * 10**9))
        fee = int(rng.integers(0, sol // 50 + 1))
        if stock == 0 or rng.random() < 0.45:
            units = int(10 ** rng.uniform(0, 14))
            book.append(Trade(True, second, units, sol, fee))
            stock += units
        else:
            units = stock if rng.random() < 0.2 else int(rng.integers(1, stock + 1))
            # A sale that brings nothing after fees is no event that rp2 takes.
            book.append(Trade(False, second, units, sol + fee, fee))
            stock -= units
    return book


def ours(book: list[Trade], method: str) -> tuple[list[int], list[int]]:
    """Cost and proceeds of every sale, in the order of the book."""
    zeros, none = np.zeros(len(book), np.int64), np.zeros(0, np.int64)
    units, sol, fee, second = (
        np.array([getattr(t, name) for t in book], np.int64) for name in ("units", "sol", "fee", "second")
    )
    is_buy = np.array([trade.is_buy for trade in book], np.bool_)
    trades = FifoTrades(zeros, is_buy, units, sol, fee, second * 10**6, zeros.astype(np.int32))
    result = walk(trades, FifoLots(none, none, none, none))
    cost = result.cost_lamports
    if method == "lifo":
        cost = zeros.copy()
        lifo_cost(zeros, is_buy, units, sol + fee, result.matched_units, cost)
    return cost.tolist(), result.proceeds_lamports.tolist()


def rounded(book: list[Trade], pairs: list[Pair]) -> Counter:
    """rp2's pairs with our rounding: per sale the floor of each lot's share, the last part taking the rest."""
    left = {row: [trade.units, trade.sol + trade.fee] for row, trade in enumerate(book) if trade.is_buy}
    costs: Counter = Counter()
    for pair in pairs:
        units, cost = left[pair.lot]
        part = cost * pair.units // units
        left[pair.lot] = [units - pair.units, cost - part]
        costs[pair.sale] += part
    return costs


@pytest.mark.parametrize("method", ["fifo", "lifo"])
def test_every_sale_costs_what_rp2_says(rp2, method):
    sales = 0
    for seed in range(BOOKS):
        book = random_book(seed)
        pairs = rp2(book, method)
        cost, proceeds = ours(book, method)
        expected = rounded(book, pairs)
        unrounded, brought, parts = defaultdict(Fraction), defaultdict(Fraction), Counter()
        touched: dict[int, Counter] = defaultdict(Counter)
        for pair in pairs:
            unrounded[pair.sale] += pair.cost
            brought[pair.sale] += pair.proceeds
            parts[pair.lot] += 1
            touched[pair.sale][pair.lot] = parts[pair.lot]
        for row, trade in enumerate(book):
            if trade.is_buy:
                continue
            sales += 1
            assert cost[row] == expected[row], f"book {seed}, sale {row}"
            assert abs(cost[row] - unrounded[row]) < sum(touched[row].values()), f"book {seed}, sale {row}"
            assert round(brought[row]) == proceeds[row], f"book {seed}, sale {row}"
    assert sales > 10 * BOOKS


@pytest.mark.parametrize("method", ["fifo", "lifo"])
def test_a_book_sold_out_costs_what_rp2_says_without_any_rounding_rule(rp2, method):
    for seed in range(0, BOOKS, 2):
        book = random_book(seed)
        stock = sum(trade.units if trade.is_buy else -trade.units for trade in book)
        if stock:
            book.append(Trade(False, len(book) + 1, stock, 10**9, 0))
        cost, _ = ours(book, method)
        assert round(sum(pair.cost for pair in rp2(book, method))) == sum(cost), f"book {seed}"
