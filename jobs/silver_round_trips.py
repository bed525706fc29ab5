"""Round trips of every trader and mint: from the first buy of an empty position until it is empty again.

State is this table's latest row of the positions that trade, so a night costs what its trades cost.

Each split of the cohorts is one task, as in `silver_trade_pnl`: it reads their files of trades and lots, holds the two
against each other, follows the round trips, and writes the files that the table then takes over.
"""

from collections.abc import Sequence
from datetime import date

import fsspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.running.context import Context
from jobs.running.lookups import latest_before
from jobs.running.step_context import StepContext
from jobs.silver_trade_pnl import by_day, task_splits
from pnl import trace_cohort, uneven_closes
from pnl.round_trips import STATE, TRADE
from pnl.uneven_closes import LOT
from pumploss.cohort import COHORTS
from pumploss.columns import COHORT, POSITION
from pumploss.contract import Table
from pumploss.days import Days
from pumploss.errors import ConservationError
from pumploss.lake.files import write_partition
from pumploss.lake.splits import SPLIT, split_condition, splits_holding
from pumploss.tables import silver_open_lots, silver_trade_pnl
from pumploss.tables.silver_round_trips import TABLE

#: What a split's task reads, and which columns of it.
INPUTS = {silver_trade_pnl.TABLE: TRADE, silver_open_lots.TABLE: (*LOT, COHORT.name)}
#: A file that a task reads, and its day.
_FILE = "input string, path string, path_day date"
#: Text that repeats, written as numbers of a dictionary.
_REPEATING = (*POSITION, "outcome")
#: One row per task: what it found that cannot be, if anything.
_TOLD = "fault string"


def trace_split(folder: str, splits: int, rows: pa.Table) -> pa.Table:
    """Follow the round trips of one of the splits and write its files below a folder; answers `fault`, missing or not.

    `rows` are the round trips that it carries on, and rows that name the files of INPUTS, each with its day.
    """
    number, width = rows[SPLIT][0].as_py(), COHORTS // splits
    cohorts = range(number * width, (number + 1) * width)
    trades, lots = (_read(rows, table, names, cohorts) for table, names in INPUTS.items())
    fault = _fault(uneven_closes(trades, lots))
    if fault is None and len(trades):
        for day, trips in _traced(trades, rows.filter(rows["path"].is_null())):
            write_partition(TABLE, folder, {TABLE.day: day, SPLIT: number}, trips.drop_columns(TABLE.day))
    return pa.table({"fault": pa.array([fault], pa.string())})


def _traced(trades: pa.Table, before: pa.Table) -> list[tuple[date, pa.Table]]:
    """Follow round trips; answers their rows by day, in the order of the table's files."""
    carried = before.select(STATE).cast(pa.schema([TABLE.arrow_schema.field(name) for name in STATE]))
    trips = trace_cohort(pa.concat_tables([trades, carried], promote_options="default"))
    ordered = trips.sort_by([(name, "ascending") for name in (TABLE.day, *TABLE.order_by)])
    for name in _REPEATING:
        ordered = ordered.set_column(ordered.column_names.index(name), name, ordered[name].dictionary_encode())
    return by_day(ordered, TABLE.day)


def _read(rows: pa.Table, table: Table, names: Sequence[str], cohorts: range) -> pa.Table:
    """Read columns of the files that rows name of a table, of some cohorts, with the day of each file."""
    schema = pa.schema([table.arrow_schema.field(name) for name in names])
    named = rows.filter(pc.fill_null(pc.equal(rows["input"], table.name), False))
    read = [schema.empty_table()]
    for path, day in zip(named["path"].to_pylist(), named["path_day"].to_pylist(), strict=True):
        storage, bare = fsspec.core.url_to_fs(path)
        with storage.open(bare, "rb") as file:
            found = pq.ParquetFile(file).read([name for name in names if name != table.day], use_threads=False)
        if len(cohorts) < COHORTS:
            found = found.filter(pc.is_in(found[COHORT.name], pa.array(cohorts, COHORT.type.arrow)))
        dated = found.append_column(table.day, pa.repeat(pa.scalar(day, pa.date32()), len(found)))
        read.append(dated.select(schema.names).cast(schema))
    return pa.concat_tables(read)


def _fault(uneven: pa.Table) -> str | None:
    """Tell of the first position whose lots are not what its trades left."""
    for row in uneven.slice(0, 1).to_pylist():
        return (
            f"silver_open_lots of {row['close_day']}: the lots of {row['trader_address']} in {row['token_mint']} sum "
            f"to {row['lot_units']} units at {row['lot_cost']} lamports, its last trade left {row['units']} at "
            f"{row['cost']}. Run silver_trade_pnl of {row['close_day']} again."
        )
    return None


def carried_trips(context: Context, pnl: DataFrame, days: Days) -> DataFrame:
    """The latest rows before these days of the positions that trade in them."""
    earlier = latest_before(context, TABLE, pnl.select("token_mint"), days[0])
    return earlier.join(pnl.select(*POSITION).distinct(), [*POSITION], "left_semi")


def run(context: StepContext, days: Days) -> None:
    """Trace these days on top of the round trips before them.

    Raises ConservationError where lots, trades and round trips disagree about what a position holds.
    """
    pnl = context.read(silver_trade_pnl.TABLE, days)
    context.require_readable(silver_open_lots.TABLE, days)
    splits = task_splits(context.lake.require_sound(silver_trade_pnl.TABLE, days))
    folder = context.lake.laying(TABLE)
    parts = _tasks(context, carried_trips(context, pnl, days), days, splits).groupBy(SPLIT)
    told = parts.applyInArrow(lambda rows: trace_split(folder, splits, rows), _TOLD).toArrow()["fault"].to_pylist()
    if faults := sorted(fault for fault in told if fault is not None):
        raise ConservationError(faults[0])
    context.publish(TABLE, context.lake.laid(TABLE, folder), days, staged=True)


def _tasks(context: StepContext, trips: DataFrame, days: Days, splits: int) -> DataFrame:
    """Join carried round trips with a row for each file and split in it: all that a split's task is handed."""
    rows = [
        (table.name, file.path, date.fromisoformat(file.partition[table.day]), split)
        for table in INPUTS
        for file in context.lake.require_sound(table, days)
        for split in splits_holding(*(file.cohorts or (0, COHORTS - 1)), splits)
    ]
    named = context.spark.createDataFrame(rows, f"{_FILE}, {SPLIT} int")
    nulls = [F.lit(None).cast(TABLE[name].type.spark).alias(name) for name in STATE]
    state = trips.select(*STATE).selectExpr(
        *STATE,
        *(f"CAST(NULL AS {kind}) AS {name}" for name, kind in (field.split() for field in _FILE.split(", "))),
        f"{split_condition(COHORT.name, splits)} AS {SPLIT}",
    )
    return state.unionByName(named.select("*", *nulls))
