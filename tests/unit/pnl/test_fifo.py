"""The FIFO walk on books small enough to be reckoned by hand."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest

from pnl.fifo import walk
from pnl.fifo_kernel import ASIDE
from pnl.fifo_tables import NO_LOT, FifoLots, FifoTrades
from pumploss.errors import AmountOverflowError, ContractError

SECOND = 1_000_000
MOST = 2**63 - 1


class Trade(NamedTuple):
    is_buy: bool
    units: int
    sol: int
    fee: int = 0
    second: int = 0
    day: int = 0
    position: int = 0


class Lot(NamedTuple):
    units: int
    cost: int
    second: int = 0
    position: int = 0


def buy(units: int, sol: int, fee: int = 0, second: int = 0, day: int = 0) -> Trade:
    return Trade(True, units, sol, fee, second, day)


def sell(units: int, sol: int, fee: int = 0, second: int = 0, day: int = 0) -> Trade:
    return Trade(False, units, sol, fee, second, day)


def trades(*rows: Trade) -> FifoTrades:
    is_buy, units, sol, fee, second, day, position = np.array(rows, dtype=np.int64).reshape(-1, 7).T
    return FifoTrades(position, is_buy.astype(np.bool_), units, sol, fee, second * SECOND, day.astype(np.int32))


def lots(*rows: Lot) -> FifoLots:
    units, cost, second, position = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    return FifoLots(position, second * SECOND, units, cost)


def test_a_sale_takes_the_oldest_units_first_fees_included() -> None:
    result = walk(
        trades(
            buy(100, 1000, 10, second=0),
            buy(100, 2000, 20, second=60),
            sell(150, 6000, 60, second=120),
        ),
        lots(),
    )
    assert result.matched_units.tolist() == [0, 0, 150]
    assert result.cost_lamports.tolist() == [0, 0, 1010 + 1010]
    assert result.proceeds_lamports.tolist() == [0, 0, 5940]
    assert result.hold_seconds[2] == (100 * 120 + 50 * 60) / 150
    assert np.isnan(result.hold_seconds[:2]).all()
    assert result.position_units_after.tolist() == [100, 200, 50]
    assert result.position_cost_after.tolist() == [1010, 3030, 1010]
    assert result.closes.ref.tolist() == [1]
    assert result.closes.units.tolist() == [50]
    assert result.closes.cost_lamports.tolist() == [1010]
    assert result.closes.opened_at.tolist() == [60 * SECOND]


def test_parts_of_a_lot_of_85_sol_sum_to_it() -> None:
    cost, units = 85_000_000_000, 793_100_000_000_000
    parts = (264_366_666_666_667, 528_733_333_333_332, 1)
    result = walk(trades(buy(units, cost), *(sell(part, 1) for part in parts)), lots())
    assert result.cost_lamports[1] == cost * parts[0] // units
    assert result.cost_lamports.sum() == cost
    assert result.position_cost_after.tolist()[-1] == 0


def test_a_sale_bears_its_own_marks_and_those_of_the_lots_it_took_from() -> None:
    book = trades(buy(10, 1), buy(10, 1), buy(10, 1), sell(5, 1), sell(10, 1), sell(99, 1), sell(1, 1))
    carried = replace(lots(Lot(5, 1)), taints=np.array([64], dtype=np.uint8))
    taints = np.array([1, 2, 4, 8, 8, 16, 32], dtype=np.uint8)
    result = walk(replace(book, taints=taints), carried)
    assert result.taints.tolist() == [1, 2, 4, 64 | 8, 1 | 8, 2 | 4 | 16, 32]


def test_a_lot_without_units_leaves_its_taint_where_its_cost_went() -> None:
    book = trades(buy(0, 5), buy(10, 1), sell(4, 1), buy(1, 1))
    result = walk(replace(book, taints=np.array([1, 2, 4, 8], dtype=np.uint8)), lots())
    assert result.taints.tolist() == [1, 2, 1 | 2 | 4, 8]
    assert result.closes.taints.tolist() == [2, 8]


def test_an_oversold_sale_shares_its_proceeds() -> None:
    result = walk(trades(buy(10, 100), sell(30, 101, 1), buy(5, 7)), lots())
    assert result.matched_units.tolist() == [0, 10, 0]
    assert result.cost_lamports.tolist() == [0, 100, 0]
    assert result.proceeds_lamports.tolist() == [0, 33, 0]
    assert result.position_units_after.tolist() == [10, 0, 5]  # a later buy is never matched


def test_a_loss_of_fees_is_rounded_toward_zero() -> None:
    result = walk(trades(buy(10, 100), sell(30, 0, 100)), lots())
    assert result.proceeds_lamports[1] == -33


def test_a_wholly_unmatched_sale_has_nothing() -> None:
    result = walk(trades(sell(30, 50), buy(0, 7), sell(3, 50), sell(0, 50)), lots())
    assert result.matched_units.sum() == 0
    assert result.cost_lamports.sum() == 0
    assert result.proceeds_lamports.sum() == 0
    assert np.isnan(result.hold_seconds).all()
    assert result.position_cost_after.tolist() == [0, 7, 7, 7]


def test_the_cost_of_a_buy_of_nothing_goes_with_the_sale_that_reaches_it() -> None:
    book = trades(buy(0, 5), buy(10, 100), buy(0, 7), buy(10, 300), sell(4, 1), sell(6, 1))
    result = walk(book, lots())
    assert result.cost_lamports.tolist()[-2:] == [5 + 40, 60 + 7]
    assert result.position_cost_after.tolist()[-1] == 300
    assert result.closes.ref.tolist() == [3]


def test_a_position_sold_out_leaves_one_closing_row() -> None:
    result = walk(trades(buy(10, 100), sell(10, 1), buy(3, 9, day=2)), lots())
    closes = result.closes
    assert closes.day.tolist() == [0, 2]
    assert closes.ref.tolist() == [NO_LOT, 2]
    assert closes.units.tolist() == [0, 3]
    assert closes.cost_lamports.tolist() == [0, 9]
    assert closes.opened_at.tolist() == [0, 0]
    assert closes.taints.tolist() == [0, 0]


def test_a_close_keeps_later_lots_whole_and_the_oldest_in_part() -> None:
    book = trades(buy(10, 100), buy(20, 50), sell(5, 1), sell(7, 1, day=1))
    closes = walk(book, lots()).closes
    rows = zip(closes.day, closes.lot_index, closes.ref, closes.units, closes.cost_lamports, strict=True)
    assert list(rows) == [(0, 0, 0, 5, 50), (0, 1, 1, 20, 50), (1, 0, 1, 18, 45)]


def test_carried_lots_come_first_and_keep_their_names() -> None:
    carried = lots(Lot(9, 9), Lot(10, 100, position=1), Lot(10, 300, position=1), Lot(1, 1, 0, 3))
    book = trades(Trade(True, 5, 50, position=1), Trade(False, 12, 0, 0, 10, position=1))
    result = walk(book, carried)
    assert result.cost_lamports.tolist() == [0, 160]
    assert result.hold_seconds[1] == 10
    assert result.position_units_after.tolist() == [25, 13]
    assert result.closes.ref.tolist() == [~2, 0]
    assert result.closes.position.tolist() == [1, 1]


def test_closing_rows_carried_in_are_no_lots() -> None:
    result = walk(trades(sell(1, 1)), lots(Lot(0, 0)))
    assert result.closes.ref.tolist() == [NO_LOT]


def test_nothing_gives_nothing() -> None:
    result = walk(trades(), lots(Lot(1, 1)))
    assert result.matched_units.shape == (0,)
    assert result.closes.ref.shape == (0,)


def test_amounts_up_to_the_last_bit_are_exact() -> None:
    late = 2**40
    book = trades(buy(MOST, MOST - 5, 5), sell(MOST - 1, MOST, second=late), sell(1, 0, MOST, second=late))
    result = walk(book, lots())
    assert result.cost_lamports.tolist() == [0, MOST - 1, 1]
    assert result.proceeds_lamports.tolist() == [0, MOST, -MOST]
    assert result.hold_seconds.tolist()[1:] == [late, late]


def test_the_mean_hold_carries_beyond_64_bits() -> None:
    units = 2**61 - 1
    late = sell(2 * units, 1, second=7)
    assert walk(trades(buy(units, 1), buy(units, 1), late), lots()).hold_seconds[2] == 7


@pytest.mark.parametrize(
    ("book", "carried", "aside", "left"),
    [
        ([buy(1, MOST, 1)], [], [0], (0, 0)),  # its own cost passes
        ([buy(1, MOST), buy(1, 1)], [], [1], (1, MOST)),  # the cost of both
        ([buy(MOST, 1), buy(1, 1)], [], [1], (MOST, 1)),  # the units of both
        ([buy(MOST, 1), buy(1, 1), sell(MOST, 5), buy(1, 2)], [], [1], (1, 2)),  # only as long as it does not fit
        ([buy(2, 1)], [Lot(MOST - 1, 1)], [0], (MOST - 1, 1)),  # with what was carried in
        ([buy(MOST, 1), buy(1, 1)._replace(position=1)], [], [], (1, 1)),  # another position has room of its own
    ],
)
def test_a_buy_past_63_bits_is_set_aside(book: list[Trade], carried: list[Lot], aside: list[int], left) -> None:
    result = walk(trades(*book), lots(*carried))
    assert np.flatnonzero(result.taints & ASIDE).tolist() == aside
    assert (result.position_units_after[-1], result.position_cost_after[-1]) == left
    last = result.closes.position == result.closes.position[-1]
    assert (result.closes.units[last].sum(), result.closes.cost_lamports[last].sum()) == left


def test_carried_lots_past_63_bits_name_the_position() -> None:
    with pytest.raises(AmountOverflowError, match="position 0: the units or the cost of the lots that it carries in"):
        walk(trades(sell(1, 1)), lots(Lot(MOST, 1), Lot(1, 1)))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"position": np.array([1, 0])}, "FifoTrades.position is .* at row 1: 0 in position 0"),
        ({"traded_at": np.array([1, 0])}, "FifoTrades.traded_at is .* at row 1"),
        ({"day": np.array([1, 0], dtype=np.int32)}, "FifoTrades.day is .* at row 1"),
        ({"units": np.array([1, -1])}, "FifoTrades.units is negative.* at row 1: -1"),
        ({"taints": np.array([1, 1])}, "FifoTrades.taints: int64.* is not a column of uint8"),
        ({"units": np.array([1])}, r"FifoTrades.units: int64\(1,\) is not"),
        ({"units": np.array([1.0, 1.0])}, "FifoTrades.units: float64.* is not a column of int64"),
    ],
)
def test_columns_that_cannot_be_walked_are_refused(wrong: dict[str, np.ndarray], message: str) -> None:
    book = replace(trades(buy(1, 1), buy(1, 1)), **wrong)
    with pytest.raises(ContractError, match=message):
        walk(book, lots())


def test_lots_from_after_the_trades_are_refused() -> None:
    with pytest.raises(ContractError, match="row 1 is later than the first trade of position 0"):
        walk(trades(sell(1, 1, second=5)), lots(Lot(1, 1, 5), Lot(1, 1, 6)))


def test_strided_and_read_only_columns_are_walked_too() -> None:
    book = trades(buy(10, 100), sell(10, 1))
    wide = np.repeat(book.units, 2)
    wide.flags.writeable = False
    assert walk(replace(book, units=wide[::2]), lots()).cost_lamports.tolist() == [0, 100]
