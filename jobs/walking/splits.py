"""Walks one split of the cohorts: its files of trades in, files of the three tables of a walk out.

Trades never pass through the engine. They are read and sorted once; round trips are followed on what the walk has made
of them, before it is written.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import accumulate
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from jobs.walking.trade_files import read_trades
from pnl import trace_cohort, uneven_closes, walk_rows
from pnl.round_trips import STATE
from pumploss.cohort import COHORTS
from pumploss.columns import COHORT, HOP, POSITION, TRADER
from pumploss.contract import Table
from pumploss.errors import ConservationError
from pumploss.lake.files import write_partition
from pumploss.lake.splits import SPLIT
from pumploss.tables import silver_open_lots, silver_round_trips, silver_trade_pnl

PNL, LOTS, TRIPS = silver_trade_pnl.TABLE, silver_open_lots.TABLE, silver_round_trips.TABLE

#: One row per table and day that a task wrote, or what it found that cannot be.
WRITTEN: Final = "name string, day date, rows bigint, aside bigint, fault string"
_WRITTEN: Final = pa.schema(
    [("name", pa.string()), ("day", pa.date32()), ("rows", pa.int64()), ("aside", pa.int64()), ("fault", pa.string())]
)
#: Text of round trips that repeats, written as numbers of a dictionary.
_REPEATING: Final = (*POSITION, "outcome")


def write_split(folders: Mapping[str, str], splits: int, rows: pa.Table) -> pa.Table:
    """Walk one of the splits and write its files below the folder of each table; answers rows by table and day.

    `rows` are the lots and round trips (these have an `episode_index`) that it carries in, and rows that name files of
    trades (`path`) and the day of each. Where what was walked contradicts itself, nothing is written and the one row
    says why.
    """
    number, width = rows[SPLIT][0].as_py(), COHORTS // splits
    is_file, is_trip = rows["path"].is_valid(), rows["episode_index"].is_valid()
    named = rows.filter(is_file)
    files = zip(named["path"].to_pylist(), named["close_day"].to_pylist(), strict=True)
    trades = read_trades(files, range(number * width, (number + 1) * width))
    passed_on = trades.filter(trades[HOP.name]).group_by("trade_date").aggregate([([], "count_all")]).to_pylist()
    held = trades.filter(pc.invert(trades[HOP.name]))
    lots = rows.filter(pc.invert(pc.or_(is_file, is_trip)))
    try:
        made = _walked(held, lots, rows.filter(is_trip))
    except ConservationError as fault:
        return pa.Table.from_pylist([{"fault": str(fault)}], schema=_WRITTEN)
    counted: list[dict[str, Any]] = [
        {"name": HOP.name, "day": hops["trade_date"], "rows": hops["count_all"], "aside": 0} for hops in passed_on
    ]
    for table, part in made:
        for day, of_day in by_day(part, table.day):
            write_partition(table, folders[table.name], {table.day: day, SPLIT: number}, of_day.drop_columns(table.day))
            counted.append({"name": table.name, "day": day, "rows": len(of_day), "aside": _set_aside(of_day)})
    return pa.Table.from_pylist(counted, schema=_WRITTEN)


def _walked(trades: pa.Table, lots: pa.Table, trips: pa.Table) -> Iterator[tuple[Table, pa.Table]]:
    """Walk trades on top of lots and round trips; answers the rows of each table, sorted by day, then as its files are.

    Raises ConservationError before the first is answered.
    """
    pnl, closes = (with_cohort(rows, trades) for rows in walk_rows(trades, lots))
    _refuse_uneven(uneven_closes(pnl, closes))
    followed = _traced(pnl, trips)
    return iter(((LOTS, closes), (PNL, pnl), (TRIPS, followed)))


def _traced(trades: pa.Table, before: pa.Table) -> pa.Table:
    """Follow round trips through trades, on top of the earlier ones."""
    carried = before.select(STATE).cast(pa.schema([TRIPS.arrow_schema.field(name) for name in STATE]))
    trips = trace_cohort(trades, carried)
    ordered = trips.sort_by([(name, "ascending") for name in (TRIPS.day, *TRIPS.order_by)])
    for name in _REPEATING:
        ordered = ordered.set_column(ordered.column_names.index(name), name, ordered[name].dictionary_encode())
    return ordered


def with_cohort(rows: pa.Table, trades: pa.Table) -> pa.Table:
    """Add the cohort of its trader, as the trades have it, to each row; traders are in a dictionary."""
    known = trades.select([TRADER.name, COHORT.name]).unify_dictionaries()
    cohorts = known.group_by(TRADER.name).aggregate([(COHORT.name, "min")])
    trader = rows[TRADER.name].combine_chunks()
    places = pc.index_in(trader.dictionary, cohorts[TRADER.name].cast(pa.string()).combine_chunks())
    of_traders = cohorts[f"{COHORT.name}_min"].combine_chunks().take(places)
    return rows.append_column(COHORT.name, of_traders.take(trader.indices))


def by_day(rows: pa.Table, column: str) -> list[tuple[date, pa.Table]]:
    """Cut rows that are sorted by a day into the days."""
    runs = rows[column].combine_chunks().value_counts()
    counts = sorted((run["values"].as_py(), run["counts"].as_py()) for run in runs)
    begins = accumulate((count for _, count in counts), initial=0)
    return [(day, rows.slice(begin, count)) for (day, count), begin in zip(counts, begins, strict=False)]


def _refuse_uneven(uneven: pa.Table) -> None:
    """Raise ConservationError where the lots of a position are not what its trades left."""
    for row in uneven.slice(0, 1).to_pylist():
        raise ConservationError(
            f"silver_open_lots of {row['close_day']}: the lots of {row['trader_address']} in {row['token_mint']} sum "
            f"to {row['lot_units']} units at {row['lot_cost']} lamports, its last trade left {row['units']} at "
            f"{row['cost']}. Run silver_trade_pnl again from the day before."
        )


def _set_aside(rows: pa.Table) -> int:
    """Count the buys that the walk set aside; none among lots and round trips."""
    if "unmatched_units" not in rows.column_names:
        return 0
    is_buy = pc.equal(rows["direction"].cast(pa.string()), "buy")
    aside: int = rows.filter(pc.and_(is_buy, pc.greater(rows["unmatched_units"], 0))).num_rows
    return aside
