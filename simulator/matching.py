"""Matches a table of trades by plain FIFO: what each sell gained and how long its tokens were held."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pumploss.compiled import compiled
from simulator.arrays import Flags, Floats, Int64s


class Matched(NamedTuple):
    """Holds one value per row of the table; buys and sells without stock have share 0."""

    share: Floats  # of the sell's units that met known stock, 0..1
    gain: Floats  # lamports, fees included, of that share
    hold_seconds: Floats  # mean over the units that met


class Columns(NamedTuple):
    """Holds what matching needs of a table, as numbers."""

    trader: Int64s
    mint: Int64s
    second: Int64s
    is_buy: Flags
    units: Int64s
    lamports: Int64s
    fee: Int64s


def columns_of(table: pa.Table) -> Columns:
    """Take the table's columns as numbers; traders and mints numbered by first appearance."""
    return Columns(
        _codes(table["trader_address"]),
        _codes(table["token_mint"]),
        np.asarray(table["traded_at"].cast(pa.int64())) // 1_000_000,
        np.asarray(table["direction"].to_numpy(zero_copy_only=False) == "buy", np.bool_),
        table["token_units"].to_numpy(),
        table["sol_lamports"].to_numpy(),
        table["fee_lamports"].to_numpy(),
    )


def _codes(column: pa.ChunkedArray) -> Int64s:
    encoded = column.combine_chunks().dictionary_encode()
    return np.asarray(encoded.indices).astype(np.int64)


def match(columns: Columns) -> Matched:
    """Match sells with buys, FIFO per trader and mint, in the order of the rows."""
    rows = len(columns.trader)
    matched = Matched(np.zeros(rows), np.zeros(rows), np.zeros(rows))
    # A stable sort: rows of one trader and mint become neighbours and keep their order in time.
    order = np.lexsort((columns.mint, columns.trader))
    _match(order, columns, columns.units.copy(), matched)
    return matched


@compiled
def _match(order: Int64s, columns: Columns, left: Int64s, matched: Matched) -> None:
    """Walk rows in `order`, where those of one trader and mint are neighbours; `head` is the oldest open buy."""
    head = 0
    for at in range(len(order)):
        row = order[at]
        first = order[head]
        if columns.trader[row] != columns.trader[first] or columns.mint[row] != columns.mint[first]:
            # Another trader or mint begins here; lots left of the one before stay unsold.
            head = at
        if columns.is_buy[row]:
            continue
        wanted = columns.units[row]
        met, cost, held = 0, 0.0, 0.0
        # `head` only ever moves on, so all sells together pass each lot once.
        while met < wanted and head < at:
            lot = order[head]
            if not columns.is_buy[lot] or left[lot] == 0:
                head += 1  # a sell, or a lot that is used up
                continue
            part = min(left[lot], wanted - met)
            left[lot] -= part
            met += part
            cost += (columns.lamports[lot] + columns.fee[lot]) * (part / columns.units[lot])
            held += part * float(columns.second[row] - columns.second[lot])
        if met > 0:
            matched.share[row] = met / wanted
            matched.hold_seconds[row] = held / met
            # Only the part of the sell that met stock counts; its fee is shared out alike.
            proceeds = (columns.lamports[row] - columns.fee[row]) * (met / wanted)
            matched.gain[row] = proceeds - cost
