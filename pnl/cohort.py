"""The rows of one cohort, Arrow to Arrow: positions numbered and sorted, walked once, written out in their order."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

import fsspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pnl.fifo import NO_LOT, FifoLots, FifoResult, FifoTrades, walk
from pnl.fifo_kernel import Flags, Integers, Marks, running_most
from pumploss.errors import ContractError
from pumploss.tables import silver_trades

#: What a walk needs of a trade, and of a lot that is carried in; partition columns included.
TRADE_COLUMNS: Final = (
    "trade_id", "traded_at", "trader_address", "token_mint", "direction", "token_units", "sol_lamports", "fee_lamports",
    "fee_source", "amount_basis", "order_in_mint_day", "known_at", "trade_date",
)  # fmt: skip
LOT_COLUMNS: Final = (
    "trader_address", "token_mint", "lot_index", "lot_id", "opened_at", "open_units", "open_cost_lamports",
    "amount_basis", "is_fee_estimated", "known_at",
)  # fmt: skip
#: Text that repeats: read, sorted and written as numbers of a dictionary.
REPEATING: Final = ("trader_address", "token_mint", "direction", "fee_source", "amount_basis")

# What is marked of a lot, and through the walk of every sale that took from it.
BALANCE_DELTA, CURVE, ESTIMATED = 1, 2, 4
_MIXED: Final = BALANCE_DELTA | CURVE


def read_trades(files: Iterable[tuple[str, date]]) -> pa.Table:
    """The trades of these files, each with the day that all its rows are of."""
    kind = {name: pa.dictionary(pa.int32(), pa.string()) for name in REPEATING}
    schema = pa.schema([(name, kind.get(name, silver_trades.TABLE[name].type.arrow)) for name in TRADE_COLUMNS])
    stored = [name for name in TRADE_COLUMNS if name != "trade_date"]
    read = []
    for path, day in files:
        storage, bare = fsspec.core.url_to_fs(path)
        with storage.open(bare, "rb") as file:
            rows = pq.ParquetFile(file, read_dictionary=list(REPEATING)).read(stored, use_threads=False)
        dated = rows.select(stored).append_column("trade_date", pa.repeat(pa.scalar(day, pa.date32()), len(rows)))
        read.append(dated.cast(schema))
    return pa.concat_tables(read) if read else schema.empty_table()


class Cohort:
    """Trades and carried lots of one cohort, in any order, as columns sorted for the walk."""

    def __init__(self, trades: pa.Table, lots: pa.Table) -> None:
        count = trades.num_rows
        self.trader, self.traders = _numbered(trades["trader_address"], lots["trader_address"])
        self.mint, self.mints = _numbered(trades["token_mint"], lots["token_mint"])
        position = self.trader * max(len(self.mints), 1) + self.mint
        day = _integers(trades["trade_date"].cast(pa.int32()), "trade_date")
        place = _integers(trades["order_in_mint_day"], "order_in_mint_day")
        self.order = _sorted(position[:count], day, place)
        self.lot_order = np.lexsort((_integers(lots["lot_index"]), position[count:]))
        self.trades, self.lots = trades, lots
        self.trade_ids = trades["trade_id"].cast(pa.string()).combine_chunks().take(pa.array(self.order))
        self.position, self.lot_position = position[:count][self.order], position[count:][self.lot_order]
        self.day = day[self.order].astype(np.int32)
        self.is_buy = _is(trades["direction"], "buy")[self.order]
        self.marks = _marks(trades["amount_basis"], _is(trades["fee_source"], "estimated"))[self.order]
        estimated = lots["is_fee_estimated"].fill_null(False).combine_chunks().to_numpy(zero_copy_only=False)
        self.lot_marks = _marks(lots["amount_basis"], estimated)[self.lot_order]
        self.known_at = self._known_at()

    def trade(self, name: str) -> Integers:
        """An integer or time column of the trades, sorted."""
        return _integers(self.trades[name], name)[self.order]

    def lot(self, name: str) -> Integers:
        """An integer or time column of the lots, sorted; what is missing is 0."""
        return _integers(self.lots[name].cast(pa.int64()).fill_null(0))[self.lot_order]

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
            marks=self.marks,
        )
        lots = FifoLots(
            position=self.lot_position,
            opened_at=self.lot("opened_at"),
            units=self.lot("open_units"),
            cost_lamports=self.lot("open_cost_lamports"),
            marks=self.lot_marks,
        )
        return trades, lots

    def _known_at(self) -> Integers:
        """Since when each trade's position is known as it is after it: its latest dump so far, microseconds."""
        known = self.trade("known_at")
        running_most(self.position, known, self.lot_position, self.lot("known_at"))
        return known


def walk_rows(trades: pa.Table, lots: pa.Table) -> tuple[pa.Table, pa.Table]:
    """`silver_trade_pnl` of the trades and `silver_open_lots` of their days, sorted by day, then as the contracts say.

    All columns but the cohort; text that repeats is in dictionaries. Raises what `fifo.walk` raises.
    """
    cohort = Cohort(trades.select(TRADE_COLUMNS), lots.select(LOT_COLUMNS))
    trades_in_order, lots_in_order = cohort.as_fifo()
    result = walk(trades_in_order, lots_in_order)
    return _pnl(cohort, trades_in_order, result), _closes(cohort, result)


def _pnl(cohort: Cohort, trades: FifoTrades, result: FifoResult) -> pa.Table:
    is_buy, matched = trades.is_buy, result.matched_units
    unsold = matched == 0
    made = pa.table(
        {
            "trade_id": cohort.trade_ids,
            "traded_at": _times(trades.traded_at),
            "trader_address": _texts(cohort.trader[cohort.order], cohort.traders),
            "token_mint": _texts(cohort.mint[cohort.order], cohort.mints),
            "direction": _texts(np.where(is_buy, 0, 1), pa.array(["buy", "sell"])),
            "token_units": trades.units,
            "sol_lamports": trades.sol_lamports,
            "fee_lamports": trades.fee_lamports,
            "order_in_mint_day": cohort.trade("order_in_mint_day").astype(np.int32),
            "matched_units": matched,
            "unmatched_units": np.where(is_buy, 0, trades.units - matched),
            "buy_cost_lamports": np.where(is_buy, trades.sol_lamports + trades.fee_lamports, 0),
            "sold_cost_lamports": result.cost_lamports,
            "proceeds_lamports": result.proceeds_lamports,
            "pnl_lamports": pa.array(result.proceeds_lamports - result.cost_lamports, mask=unsold),
            "hold_seconds": pa.array(result.hold_seconds, mask=unsold),
            "position_units": result.position_units_after,
            "position_cost_lamports": result.position_cost_after,
            "is_basis_mixed": (result.marks & _MIXED) == _MIXED,
            "is_fee_estimated": (result.marks & ESTIMATED) != 0,
            "known_at": _times(cohort.known_at),
            "trade_date": pa.array(cohort.day).cast(pa.date32()),
        }
    )
    is_one_day = bool((cohort.day == cohort.day[:1]).all())
    return made if is_one_day else made.take(pa.array(np.argsort(cohort.day, kind="stable")))


def _closes(cohort: Cohort, result: FifoResult) -> pa.Table:

    closes = result.closes
    is_empty = closes.ref == NO_LOT
    trader, mint = np.divmod(closes.position, max(len(cohort.mints), 1))
    carried = cohort.lots["lot_id"].cast(pa.string()).combine_chunks().take(pa.array(cohort.lot_order))
    ids = pa.concat_arrays([cohort.trade_ids, carried])
    # `ref` counts the carried lots backwards from -1, after the trades.
    row = np.where(closes.ref >= 0, closes.ref, len(cohort.order) + ~np.where(is_empty, -1, closes.ref))
    basis = np.where(closes.marks & CURVE, 1, 0)
    made = pa.table(
        {
            "trader_address": _texts(trader, cohort.traders),
            "token_mint": _texts(mint, cohort.mints),
            "lot_index": closes.lot_index.astype(np.int32),
            "lot_id": ids.take(pa.array(row, mask=is_empty)),
            "opened_at": _times(closes.opened_at, is_empty),
            "open_units": closes.units,
            "open_cost_lamports": closes.cost_lamports,
            "amount_basis": _texts(basis, pa.array(["balance_delta", "curve"]), is_empty),
            "is_fee_estimated": pa.array((closes.marks & ESTIMATED) != 0, mask=is_empty),
            "known_at": _times(_at_closes(cohort, result)),
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


def _numbered(*columns: pa.ChunkedArray) -> tuple[Integers, pa.Array]:
    """Texts as places in the sorted list of them, the columns one after the other; and that list."""
    chunks = [chunk for column in columns for chunk in _dictionary(column).chunks]
    whole = pa.chunked_array(chunks, pa.dictionary(pa.int32(), pa.string())).unify_dictionaries().combine_chunks()
    order = pc.sort_indices(whole.dictionary)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order.to_numpy()] = np.arange(len(order))
    return rank[_integers(whole.indices, "an address")], whole.dictionary.take(order)


def _dictionary(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = pa.dictionary(pa.int32(), pa.string())
    return column if column.type == kind else column.cast(pa.string()).dictionary_encode()


def _sorted(position: Integers, day: Integers, place: Integers) -> npt.NDArray[np.intp]:
    """The rows by position, day and place: by one number where all three fit into 63 bits of it."""
    if not len(position):
        return np.empty(0, dtype=np.intp)
    days, places = int(np.ptp(day)) + 1, int(place.max()) + 1
    if (int(position.max()) + 1) * days * places < 2**63 and place.min() >= 0:
        return np.argsort((position * days + (day - day.min())) * places + place)
    return np.lexsort((place, day, position))


def _is(column: pa.ChunkedArray, value: str) -> Flags:
    """Whether each text is that value."""
    whole = _dictionary(column).unify_dictionaries().combine_chunks()
    hits = np.array([text == value for text in whole.dictionary.to_pylist()] + [False])
    return hits[_integers(whole.indices.fill_null(len(hits) - 1))]


def _marks(basis: pa.ChunkedArray, is_estimated: Flags) -> Marks:
    marks = np.where(_is(basis, "balance_delta"), BALANCE_DELTA, CURVE).astype(np.uint8)
    marks[is_estimated] |= ESTIMATED
    return marks


def _integers(column: Any, name: str = "a column") -> Integers:
    """A column of integers or times without missing values, as 64-bit integers; times in their own unit."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    plain = whole.cast(pa.int64()) if not pa.types.is_integer(whole.type) else whole
    if plain.null_count:
        raise ContractError(f"{plain.null_count} of {len(plain)} values of {name} are missing: it cannot be walked.")
    return np.asarray(plain.to_numpy(zero_copy_only=False), dtype=np.int64)


def _texts(numbers: Integers, texts: pa.Array, is_missing: Flags | None = None) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(numbers.astype(np.int32), mask=is_missing), texts)


def _times(microseconds: Integers, is_missing: Flags | None = None) -> pa.Array:
    return pa.array(microseconds, mask=is_missing).cast(pa.timestamp("us", tz="UTC"))
