"""Draws all windows of some traders: rows of daily facts in, one row per eligible trader and T out."""

from collections.abc import Callable, Collection
from datetime import date
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.rolling import entries, rhythm
from features.rolling.facts import READ, daily
from features.rolling.kernel import kernel
from features.rolling.mint_histories import MintHistories
from features.rolling.positions import columns, with_positions
from features.rolling.rows import epoch_days
from features.windows import AS_OF_DAY, key
from pumploss.contract import Table, Type
from pumploss.tables import (
    gold_market_day,
    gold_trader_day,
    gold_trader_entries,
    gold_trader_mints,
    gold_trader_positions,
    gold_trader_rhythm,
)

#: Gives all rows that a walk may see of a table, with these columns.
Read = Callable[[Table, Collection[str]], pa.Table]
#: The tables that a walk reads, beside the histories of mints.
TABLES = tuple(
    module.TABLE
    for module in (
        gold_market_day, gold_trader_day, gold_trader_mints, gold_trader_positions, gold_trader_entries,
        gold_trader_rhythm,
    )
)  # fmt: skip
_KEY = ("trader_address", AS_OF_DAY)


@cache
def window_columns() -> dict[str, Type]:
    """List name and type of the columns of `windows`."""
    return columns() | {
        name: kind for beside in (entries.COLUMNS, rhythm.COLUMNS) for name, kind in beside.items() if name not in _KEY
    }


def windows(read: Read, histories: Callable[[], MintHistories], as_of_days: Collection[date]) -> pa.Table:
    """Make `window_columns` for every trader who is eligible at a T; what a trader has no rows of is missing.

    `histories` gives those of all mints, and is asked last, since they take a while to make. A row per T without a
    trader sums up the entries of all traders (`entries.of_all`), also of those who are not eligible. Tables are read
    one after the other, so that memory holds one of them.
    """
    wanted = tuple(sorted(as_of_days))
    own = kernel(wanted)(
        daily(read(gold_trader_day.TABLE, READ), _losing_shares(read)), _whole(read, gold_trader_mints.TABLE)
    )
    own = with_positions(own, _whole(read, gold_trader_positions.TABLE))
    entered = entries.measured(_whole(read, gold_trader_entries.TABLE), histories(), wanted)
    paced = rhythm.measured(_whole(read, gold_trader_rhythm.TABLE), wanted)
    schema = pa.schema([(name, kind.arrow) for name, kind in window_columns().items()])
    whole = pa.table({**_columns(own), **beside(own, entered), **beside(own, paced)}).select(schema.names).cast(schema)
    return pa.concat_tables([whole, _filled(entries.of_all(entered), schema)])


def _whole(read: Read, table: Table) -> pa.Table:
    return read(table, table.names)


def _losing_shares(read: Read) -> dict[int, float]:
    """Read the share of the market's sells that lost, by days since 1970."""
    market = read(gold_market_day.TABLE, ("day", "losing_sell_share")).drop_null()
    return dict(zip(epoch_days(market["day"]).tolist(), market["losing_sell_share"].to_pylist(), strict=True))


def _columns(rows: pa.Table) -> dict[str, pa.ChunkedArray]:
    return {name: rows[name] for name in rows.column_names}


def beside(own: pa.Table, other: pa.Table) -> dict[str, pa.ChunkedArray]:
    """Take for each row the other columns of the row of the same trader and T, missing where there is none."""
    traders = pc.unique(own["trader_address"])
    sought, given = _keys(own, traders), _keys(other, traders)
    order = np.argsort(given)
    place = np.minimum(np.searchsorted(given[order], sought), max(len(given) - 1, 0))
    found = given[order][place] == sought if len(given) else np.zeros(len(sought), np.bool_)
    rows = pa.array(order[place] if len(given) else place, pa.int64(), mask=~found)
    return {name: other[name].take(rows) for name in other.column_names if name not in _KEY}


def _keys(rows: pa.Table, traders: pa.Array) -> np.ndarray:
    """Number the trader and T of each row; below 0 for who is not among the traders."""
    owners = pc.index_in(rows["trader_address"], traders).fill_null(-1).to_numpy()
    return key(owners, epoch_days(rows[AS_OF_DAY]))


def _filled(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    given = set(rows.column_names)
    return pa.table(
        {field.name: rows[field.name] if field.name in given else pa.nulls(len(rows), field.type) for field in schema}
    ).cast(schema)
