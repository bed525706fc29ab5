"""FIFO profit and loss of every trade, and the lots that are left at each day's close.

A trade of the middle coin of a route (`is_hop`) is none of a holding: it has no row here.

The state is `silver_open_lots`: only the positions that trade in these days are read from it, so a night costs what its
trades cost. One pass over many days gives the rows of the days one by one.

Each split of the cohorts is one task: it reads their files of `silver_trades`, walks them, and writes the files that
the two tables then take over. Trades never pass through the engine. Small days are one split, large ones a split per
cohort, so memory is bounded by the largest cohort of a large day.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import accumulate
from typing import NamedTuple

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.running.context import Context
from jobs.running.lookups import latest_before
from jobs.running.step_context import StepContext
from pnl import walk_rows
from pnl.arrow_columns import DICTIONARY
from pnl.cohort import TRADE_COLUMNS
from pumploss.cohort import COHORTS
from pumploss.columns import COHORT, HOP, POSITION, TRADER
from pumploss.contract import Table
from pumploss.days import Days
from pumploss.errors import ConservationError
from pumploss.lake.files import StoredFile, write_partition
from pumploss.lake.splits import SPLIT, split_condition, splits_holding, splits_of
from pumploss.report import RunReport
from pumploss.tables import silver_open_lots, silver_trades
from pumploss.tables.silver_trade_pnl import TABLE
from sources import SOURCES

LOTS = silver_open_lots.TABLE

#: Text that repeats: read, sorted and written as numbers of a dictionary.
REPEATING = ("trader_address", "token_mint", "direction", "fee_source", "amount_basis", "source")
#: What a walk needs and no file of trades holds.
DERIVED = ("trade_date", "resolution_units")

#: So many days of the largest size that is not split are walked in one task; more days are split too.
_DAYS_AT_ONCE = 8

#: One row per table and day that a task wrote.
_WRITTEN = "name string, day date, rows bigint, aside bigint"


class Walked(NamedTuple):
    """Rows of a table in files as it takes them over, and how many there are of each day."""

    table: Table
    frame: DataFrame
    rows: dict[date, int]
    #: Buys that are set aside, by day.
    aside: dict[date, int]


def read_trades(files: Iterable[tuple[str, date]], cohorts: range = range(COHORTS)) -> pa.Table:
    """Read what a walk needs of these files of `silver_trades`, of some cohorts, with the day of each file."""
    kind = {**dict.fromkeys(REPEATING, DICTIONARY), "resolution_units": pa.int64()}
    names = (*TRADE_COLUMNS, HOP.name, COHORT.name)
    schema = pa.schema([(name, kind.get(name) or silver_trades.TABLE[name].type.arrow) for name in names])
    stored = [*(name for name in names if name not in DERIVED), "source", "token_decimals"]
    read = []
    for path, day in files:
        storage, bare = fsspec.core.url_to_fs(path)
        with storage.open(bare, "rb") as file:
            rows = pq.ParquetFile(file, read_dictionary=list(REPEATING)).read(stored, use_threads=False)
        if len(cohorts) < COHORTS:
            rows = rows.filter(pc.is_in(rows[COHORT.name], pa.array(cohorts, COHORT.type.arrow)))
        dated = rows.append_column("trade_date", pa.repeat(pa.scalar(day, pa.date32()), len(rows)))
        whole = dated.append_column("resolution_units", resolution(rows["source"], rows))
        read.append(whole.select(schema.names).cast(schema))
    return pa.concat_tables(read) if read else schema.empty_table()


def resolution(sources: pa.ChunkedArray, trades: pa.Table) -> pa.Array:
    """Work out the units below which the source of each trade tells nothing apart; 0 where it is exact."""
    found = np.zeros(len(trades), np.int64)
    for name in sources.unique().cast(pa.string()).to_pylist():
        if (declared := SOURCES.get(name)) and declared.is_float:
            rows = np.flatnonzero(pc.equal(sources.cast(pa.string()), name).to_numpy())
            units, decimals = (trades[column].to_numpy()[rows] for column in ("token_units", "token_decimals"))
            found[rows] = declared.resolution_units(units, decimals)
    return pa.array(found)


def write_split(folders: dict[str, str], splits: int, rows: pa.Table) -> pa.Table:
    """Walk one of the splits and write its files below the folder of each table; answers rows by table and day.

    `rows` are the lots that it carries in, and rows that name files of trades (`path`) and the day of each.
    """
    number, width = rows[SPLIT][0].as_py(), COHORTS // splits
    named = rows.filter(rows["path"].is_valid())
    files = zip(named["path"].to_pylist(), named["close_day"].to_pylist(), strict=True)
    trades = read_trades(files, range(number * width, (number + 1) * width))
    made = walk_rows(trades.filter(pc.invert(trades[HOP.name])), rows.filter(rows["path"].is_null()))
    passed_on = trades.filter(trades[HOP.name]).group_by("trade_date").aggregate([([], "count_all")]).to_pylist()
    counted: list[dict[str, object]] = [
        {"name": HOP.name, "day": hops["trade_date"], "rows": hops["count_all"], "aside": 0} for hops in passed_on
    ]
    for table, part in zip((TABLE, LOTS), made, strict=True):
        for day, of_day in by_day(with_cohort(part, trades), table.day):
            partition = {table.day: day, SPLIT: number}
            write_partition(table, folders[table.name], partition, of_day.drop_columns(table.day))
            counted.append({"name": table.name, "day": day, "rows": len(of_day), "aside": _set_aside(of_day)})
    schema = pa.schema([("name", pa.string()), ("day", pa.date32()), ("rows", pa.int64()), ("aside", pa.int64())])
    return pa.Table.from_pylist(counted, schema=schema)


def with_cohort(rows: pa.Table, trades: pa.Table) -> pa.Table:
    """Add the cohort of its trader, as the trades have it, to each row; traders are in a dictionary."""
    known = trades.select([TRADER.name, COHORT.name]).unify_dictionaries()
    cohorts = known.group_by(TRADER.name).aggregate([(COHORT.name, "min")])
    trader = rows[TRADER.name].combine_chunks()
    places = pc.index_in(trader.dictionary, cohorts[TRADER.name].cast(pa.string()).combine_chunks())
    of_traders = cohorts[f"{COHORT.name}_min"].combine_chunks().take(places)
    return rows.append_column(COHORT.name, of_traders.take(trader.indices))


def _set_aside(rows: pa.Table) -> int:
    """Count the buys that the walk set aside; none among lots."""
    if "unmatched_units" not in rows.column_names:
        return 0
    is_buy = pc.equal(rows["direction"].cast(pa.string()), "buy")
    aside: int = rows.filter(pc.and_(is_buy, pc.greater(rows["unmatched_units"], 0))).num_rows
    return aside


def by_day(rows: pa.Table, column: str) -> list[tuple[date, pa.Table]]:
    """Cut rows that are sorted by a day into the days."""
    runs = rows[column].combine_chunks().value_counts()
    counts = sorted((run["values"].as_py(), run["counts"].as_py()) for run in runs)
    begins = accumulate((count for _, count in counts), initial=0)
    return [(day, rows.slice(begin, count)) for (day, count), begin in zip(counts, begins, strict=False)]


def carried_lots(context: Context, trades: DataFrame, days: Days) -> DataFrame:
    """Look up the lots open before these days of the positions that trade in them: each one's latest close."""
    before = latest_before(context, LOTS, trades.select("token_mint"), days[0])
    return before.join(trades.select(*POSITION).distinct(), [*POSITION], "left_semi")


def run(context: StepContext, days: Days) -> None:
    """Walk these days on top of what was open before them. Raises ConservationError where a trade went missing."""
    for part in walked(context, days):
        context.publish(part.table, part.frame, days, staged=True, counted=part.table is TABLE)
        _tell(context.report, part.aside)


def walked(context: Context, days: Days) -> tuple[Walked, Walked]:
    """Walk these days and stage their open lots and trades, accounted for. Raises what `run` raises."""
    trades = context.read(silver_trades.TABLE, days)
    files = context.lake.require_sound(silver_trades.TABLE, days)
    folders = {table.name: context.lake.laying(table) for table in (LOTS, TABLE)}
    splits = task_splits(files)
    parts = tasks(context, carried_lots(context, trades, days), files, splits).groupBy(SPLIT)
    written = parts.applyInArrow(lambda rows: write_split(folders, splits, rows), _WRITTEN).toArrow().to_pylist()
    counts: dict[str, Counter[date]] = {name: Counter() for name in (*folders, HOP.name)}
    aside: Counter[date] = Counter()
    for row in written:
        counts[row["name"]][row["day"]] += row["rows"]
        aside[row["day"]] += row["aside"]
    _require_all(files, counts[TABLE.name] + counts[HOP.name], days)
    lots = Walked(LOTS, context.lake.laid(LOTS, folders[LOTS.name]), counts[LOTS.name], {})
    return lots, Walked(TABLE, context.lake.laid(TABLE, folders[TABLE.name]), counts[TABLE.name], aside)


def task_splits(files: list[StoredFile]) -> int:
    """Choose into how many tasks, and files a day, these days are split: by the largest, or all where they are many."""
    of_days: Counter[str] = Counter()
    for file in files:
        of_days[file.partition["trade_date"]] += file.rows
    return splits_of(max(max(of_days.values(), default=0), of_days.total() // _DAYS_AT_ONCE))


def tasks(context: Context, lots: DataFrame, files: list[StoredFile], splits: int) -> DataFrame:
    """Join carried lots with a row for each file of trades and split in it: all that a split's task is handed."""
    rows = [
        (file.path, date.fromisoformat(file.partition["trade_date"]), split)
        for file in files
        for split in splits_holding(*(file.cohorts or (0, COHORTS - 1)), splits)
    ]
    named = context.spark.createDataFrame(rows, f"path string, close_day date, {SPLIT} int")
    nulls = [F.lit(None).cast(c.type.spark).alias(c.name) for c in LOTS.columns if c.name != LOTS.day]
    held = lots.selectExpr(
        *LOTS.names, "CAST(NULL AS string) AS path", f"{split_condition(COHORT.name, splits)} AS {SPLIT}"
    )
    return held.unionByName(named.select("*", *nulls))


def _tell(report: RunReport, aside: Mapping[date, int]) -> None:
    """Name the days on which buys were set aside."""
    for day in sorted(day for day, count in aside.items() if count):
        report.warnings.append(
            f"{aside[day]} buys of {day} are set aside: with them a wallet would hold more than 2^63 - 1 base units of "
            "a coin, or at a higher cost (silver_trade_pnl: direction = 'buy', unmatched_units > 0)"
        )


def _require_all(files: list[StoredFile], written: Mapping[date, int], days: Days) -> None:
    """Raise ConservationError where a trade went missing."""
    for day in days:
        rows_read = sum(file.rows for file in files if file.partition["trade_date"] == day.isoformat())
        if rows_read != written.get(day, 0):
            raise ConservationError(
                f"silver_trade_pnl of {day}: {rows_read} trades became {written.get(day, 0)}; none was written."
            )
