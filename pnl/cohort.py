"""Walks the rows of one cohort, Arrow to Arrow: positions are numbered and sorted, walked once, written in order."""

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pnl.arrow_columns import equals, integers, numbered, texts, times
from pnl.fifo import walk
from pnl.fifo_kernel import ASIDE, MOST, Flags, Integers, Taints, running_most
from pnl.fifo_tables import NO_LOT, FifoLots, FifoResult, FifoTrades

#: What a walk needs of a trade, and of a lot that is carried in; partition columns included.
TRADE_COLUMNS: Final = (
    "trade_id", "traded_at", "trader_address", "token_mint", "direction", "token_units", "sol_lamports", "fee_lamports",
    "fee_source", "amount_basis", "order_in_mint_day", "slot", "tx_index", "event_index", "known_at",
    "trade_date", "resolution_units",
)  # fmt: skip
LOT_COLUMNS: Final = (
    "trader_address", "token_mint", "lot_index", "lot_id", "opened_at", "open_units", "open_cost_lamports",
    "amount_basis", "is_fee_estimated", "known_at", "resolution_units",
)  # fmt: skip

# The taints of a lot, which pass to every sale that takes from it.
BALANCE_DELTA, CURVE, ESTIMATED = 1, 2, 4
_MIXED: Final = BALANCE_DELTA | CURVE


class Cohort:
    """Trades and carried lots of one cohort, in any order, as columns sorted for the walk."""

    def __init__(self, trades: pa.Table, lots: pa.Table) -> None:
        count = trades.num_rows
        self.trader, self.traders = numbered(trades["trader_address"], lots["trader_address"])
        self.mint, self.mints = numbered(trades["token_mint"], lots["token_mint"])
        position = self.trader * max(len(self.mints), 1) + self.mint
        day = integers(trades["trade_date"].cast(pa.int32()), "trade_date")
        self.order = _sorted(position[:count], day, integers(trades["order_in_mint_day"], "order_in_mint_day"))
        self.lot_order = np.lexsort((integers(lots["lot_index"]), position[count:]))
        self.trades, self.lots = trades, lots
        self.trade_ids = trades["trade_id"].cast(pa.string()).combine_chunks().take(pa.array(self.order))
        self.position, self.lot_position = position[:count][self.order], position[count:][self.lot_order]
        self.day = day[self.order].astype(np.int32)
        self.is_buy = equals(trades["direction"], "buy")[self.order]
        self.taints = _taints(trades["amount_basis"], equals(trades["fee_source"], "estimated"))[self.order]
        estimated = lots["is_fee_estimated"].fill_null(False).combine_chunks().to_numpy(zero_copy_only=False)
        self.lot_taints = _taints(lots["amount_basis"], estimated)[self.lot_order]
        self.known_at = self._known_at()

    def trade(self, name: str) -> Integers:
        """An integer or time column of the trades, sorted."""
        return integers(self.trades[name], name)[self.order]

    def lot(self, name: str) -> Integers:
        """An integer or time column of the lots, sorted; what is missing is 0."""
        return integers(self.lots[name].cast(pa.int64()).fill_null(0))[self.lot_order]

    def as_fifo(self) -> tuple[FifoTrades, FifoLots]:
        """What `fifo.walk` takes."""
        trades = FifoTrades(
            position=self.position,
            is_buy=self.is_buy,
            units=self.trade("token_units"),
            sol_lamports=self.trade("sol_lamports"),
            fee_lamports=self.trade("fee_lamports"),
            traded_at=self.trade("traded_at"),
            day=self.day,
            taints=self.taints,
            resolution=self.trade("resolution_units"),
        )
        lots = FifoLots(
            position=self.lot_position,
            opened_at=self.lot("opened_at"),
            units=self.lot("open_units"),
            cost_lamports=self.lot("open_cost_lamports"),
            taints=self.lot_taints,
            resolution=self.lot("resolution_units"),
        )
        return trades, lots

    def _known_at(self) -> Integers:
        """Since when each trade's position is known as it is after it: its latest dump so far, microseconds."""
        known = self.trade("known_at")
        running_most(self.position, known, self.lot_position, self.lot("known_at"))
        return known


def walk_rows(trades: pa.Table, lots: pa.Table) -> tuple[pa.Table, pa.Table]:
    """`silver_trade_pnl` of the trades and `silver_open_lots` of their days, sorted by day, then as the contracts say.

    Takes TRADE_COLUMNS and LOT_COLUMNS, rows in any order. Answers all columns but the cohort; text that repeats is in
    dictionaries. `resolution_units` are those of `FifoTrades.resolution`; without them amounts are exact. Raises
    ContractError where a value is missing, and what `fifo.walk` raises.
    """
    if "resolution_units" not in trades.column_names:
        trades = trades.append_column("resolution_units", pa.array(np.zeros(len(trades), np.int64)))
    cohort = Cohort(trades.select(TRADE_COLUMNS), lots.select(LOT_COLUMNS))
    trades_in_order, lots_in_order = cohort.as_fifo()
    result = walk(trades_in_order, lots_in_order)
    return _pnl(cohort, trades_in_order, result), _closes(cohort, result)


def _pnl(cohort: Cohort, trades: FifoTrades, result: FifoResult) -> pa.Table:
    is_buy, matched = trades.is_buy, result.matched_units
    unsold, is_aside = matched == 0, (result.taints & ASIDE) != 0
    unmatched = np.where(is_buy, np.where(is_aside, trades.units, 0), trades.units - matched)
    made = pa.table(
        {
            "trade_id": cohort.trade_ids,
            "traded_at": times(trades.traded_at),
            "trader_address": texts(cohort.trader[cohort.order], cohort.traders),
            "token_mint": texts(cohort.mint[cohort.order], cohort.mints),
            "direction": texts(np.where(is_buy, 0, 1), pa.array(["buy", "sell"])),
            "token_units": trades.units,
            "sol_lamports": trades.sol_lamports,
            "fee_lamports": trades.fee_lamports,
            "order_in_mint_day": cohort.trade("order_in_mint_day").astype(np.int32),
            "order_in_trader_day": _order_of_traders(cohort),
            "matched_units": matched,
            "unmatched_units": unmatched,
            "buy_cost_lamports": np.where(is_buy & ~is_aside, trades.sol_lamports + trades.fee_lamports, 0),
            "sold_cost_lamports": result.cost_lamports,
            "proceeds_lamports": result.proceeds_lamports,
            "pnl_lamports": pa.array(result.proceeds_lamports - result.cost_lamports, mask=unsold),
            "hold_seconds": pa.array(result.hold_seconds, mask=unsold),
            "residue_units": result.residue_units,
            "position_units": result.position_units_after,
            "position_cost_lamports": result.position_cost_after,
            "is_basis_mixed": (result.taints & _MIXED) == _MIXED,
            "is_fee_estimated": (result.taints & ESTIMATED) != 0,
            "known_at": times(cohort.known_at),
            "trade_date": pa.array(cohort.day).cast(pa.date32()),
        }
    )
    is_one_day = bool((cohort.day == cohort.day[:1]).all())
    return made if is_one_day else made.take(pa.array(np.argsort(cohort.day, kind="stable")))


def _order_of_traders(cohort: Cohort) -> npt.NDArray[np.int32]:
    """Number the trades of each trader and day over all mints, from 1.

    Slots come first, then the transaction within one slot and the event within one transaction; where they are missing,
    mints by name. Within one mint it is the mint's own order.
    """
    slot, tx_index, event = (_or_last(cohort, name) for name in ("slot", "tx_index", "event_index"))
    tx_index[slot == MOST] = MOST
    event[tx_index == MOST] = MOST
    trader, count = cohort.trader[cohort.order], len(cohort.day)
    # Rows stand by position and order in it, and a stable sort keeps that of equals.
    sorted_rows = np.lexsort((event, tx_index, slot, cohort.trade("traded_at"), cohort.day, trader))
    begins = np.ones(count, dtype=np.bool_)
    begins[1:] = (np.diff(trader[sorted_rows]) != 0) | (np.diff(cohort.day[sorted_rows]) != 0)
    first = np.maximum.accumulate(np.where(begins, np.arange(count), 0))
    order = np.empty(count, dtype=np.int32)
    order[sorted_rows] = np.arange(count) - first + 1
    return order


def _or_last(cohort: Cohort, name: str) -> Integers:
    """A native number of the trades, sorted; what is missing comes last."""
    return np.array(integers(cohort.trades[name].cast(pa.int64()).fill_null(MOST))[cohort.order])


def _closes(cohort: Cohort, result: FifoResult) -> pa.Table:
    closes = result.closes
    is_empty = closes.ref == NO_LOT
    trader, mint = np.divmod(closes.position, max(len(cohort.mints), 1))
    carried = cohort.lots["lot_id"].cast(pa.string()).combine_chunks().take(pa.array(cohort.lot_order))
    ids = pa.concat_arrays([cohort.trade_ids, carried])
    # `ref` counts the carried lots backwards from -1, after the trades.
    row = np.where(closes.ref >= 0, closes.ref, len(cohort.order) + ~np.where(is_empty, -1, closes.ref))
    basis = np.where(closes.taints & CURVE, 1, 0)
    made = pa.table(
        {
            "trader_address": texts(trader, cohort.traders),
            "token_mint": texts(mint, cohort.mints),
            "lot_index": closes.lot_index.astype(np.int32),
            "lot_id": ids.take(pa.array(row, mask=is_empty)),
            "opened_at": times(closes.opened_at, is_empty),
            "open_units": closes.units,
            "open_cost_lamports": closes.cost_lamports,
            "resolution_units": closes.resolution,
            "amount_basis": texts(basis, pa.array(["balance_delta", "curve"]), is_empty),
            "is_fee_estimated": pa.array((closes.taints & ESTIMATED) != 0, mask=is_empty),
            "known_at": times(_at_closes(cohort, result)),
            "close_day": pa.array(closes.day).cast(pa.date32()),
        }
    )
    return made.take(pa.array(np.lexsort((closes.lot_index, trader, mint, closes.day))))


def _at_closes(cohort: Cohort, result: FifoResult) -> Integers:
    """Since when the position of each close is known: as after its last trade of the day."""
    ends = np.ones(len(cohort.position), dtype=np.bool_)
    ends[:-1] = (cohort.position[1:] != cohort.position[:-1]) | (cohort.day[1:] != cohort.day[:-1])
    close = np.cumsum(result.closes.lot_index == 0) - 1
    return np.take(cohort.known_at[ends], close)


def _sorted(position: Integers, day: Integers, order_in_day: Integers) -> npt.NDArray[np.intp]:
    """The rows by position, day and order in it: by one number where all three fit into 63 bits of it."""
    if not len(position):
        return np.empty(0, dtype=np.intp)
    days, orders = int(np.ptp(day)) + 1, int(order_in_day.max()) + 1
    if (int(position.max()) + 1) * days * orders < 2**63 and order_in_day.min() >= 0:
        return np.argsort((position * days + (day - day.min())) * orders + order_in_day)
    return np.lexsort((order_in_day, day, position))


def _taints(basis: pa.ChunkedArray, is_estimated: Flags) -> Taints:
    taints = np.where(equals(basis, "balance_delta"), BALANCE_DELTA, CURVE).astype(np.uint8)
    taints[is_estimated] |= ESTIMATED
    return taints
