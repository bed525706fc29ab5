"""FIFO profit and loss of every trade, the lots that are left at each day's close, and round trips, in one walk.

A trade of the middle coin of a route (`is_hop`) is none of a holding: it has no row here.

The state is the latest rows of `silver_open_lots` and `silver_round_trips` of the positions that trade in these days,
so a night costs what its trades cost. One pass over many days gives the rows of the days one by one.

Each split of the cohorts is one task, which writes the files that the three tables then take over. Small days are one
split, large ones a split per cohort, so memory is bounded by the largest cohort of a large day.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.running.context import Context
from jobs.running.lookups import latest_before
from jobs.running.step_context import StepContext
from jobs.walking.splits import LOTS, TRIPS, WRITTEN, write_split
from pnl.round_trips import STATE
from pumploss.cohort import COHORTS
from pumploss.columns import COHORT, HOP, POSITION
from pumploss.contract import Table
from pumploss.days import Days
from pumploss.errors import ConservationError
from pumploss.lake.files import StoredFile
from pumploss.lake.splits import SPLIT, split_condition, splits_holding, splits_of
from pumploss.report import RunReport
from pumploss.tables import silver_trades
from pumploss.tables.silver_trade_pnl import TABLE

#: In the order in which they are published.
_TABLES = (LOTS, TABLE, TRIPS)
#: What a task is handed of carried lots and round trips, and their types; what both have means the same.
_CARRIED = {name: table[name].type.spark for table, names in ((LOTS, LOTS.names), (TRIPS, STATE)) for name in names}

#: So many days of the largest size that is not split are walked in one task; more days are split too.
_DAYS_AT_ONCE = 8


class Walked(NamedTuple):
    """Rows of a table in files as it takes them over, and how many there are of each day."""

    table: Table
    frame: DataFrame
    rows: dict[date, int]
    #: Buys that are set aside, by day.
    aside: dict[date, int]


def run(context: StepContext, days: Days) -> None:
    """Walk these days on top of what was open before them.

    Raises ConservationError where a trade went missing, or trades, lots and round trips disagree about what a position
    holds.
    """
    for part in walked(context, days):
        context.publish(part.table, part.frame, days, staged=True, counted=part.table is TABLE)
        _tell(context.report, part.aside)


def walked(context: Context, days: Days) -> list[Walked]:
    """Walk these days and stage their open lots, trades and round trips, accounted for. Raises what `run` raises."""
    files = context.lake.require_sound(silver_trades.TABLE, days)
    folders = {table.name: context.lake.laying(table) for table in _TABLES}
    splits = task_splits(files)
    parts = tasks(context, carried(context, days), files, splits).groupBy(SPLIT)
    written = parts.applyInArrow(lambda rows: write_split(folders, splits, rows), WRITTEN).toArrow().to_pylist()
    if faults := sorted(row["fault"] for row in written if row["fault"] is not None):
        raise ConservationError(faults[0])
    counts: dict[str, Counter[date]] = {name: Counter() for name in (*folders, HOP.name)}
    aside: dict[str, Counter[date]] = {name: Counter() for name in counts}
    for row in written:
        counts[row["name"]][row["day"]] += row["rows"]
        aside[row["name"]][row["day"]] += row["aside"]
    _require_all(files, counts[TABLE.name] + counts[HOP.name], days)
    return [
        Walked(table, context.lake.laid(table, folders[table.name]), counts[table.name], aside[table.name])
        for table in _TABLES
    ]


def carried(context: Context, days: Days) -> DataFrame:
    """Look up lots and round trips, as of before these days, of the positions that trade in them: rows of _CARRIED."""
    traded = context.read(silver_trades.TABLE, days).select(*POSITION).distinct()
    positions = context.lake.stage("traded_positions", traded)
    lots, trips = (
        latest_before(context, table, positions, days[0]).join(positions, [*POSITION], "left_semi")
        for table in (LOTS, TRIPS)
    )
    return _filled(lots, LOTS.names).unionByName(_filled(trips, STATE))


def _filled(rows: DataFrame, names: Collection[str], *more: str) -> DataFrame:
    """Give rows all columns of _CARRIED: those named, the others without a value, and some more of their own."""
    nulls = {name: F.lit(None).cast(kind).alias(name) for name, kind in _CARRIED.items() if name not in names}
    return rows.select(*(nulls.get(name, F.col(name)) for name in _CARRIED), *more)


def task_splits(files: list[StoredFile]) -> int:
    """Choose into how many tasks, and files a day, these days are split: by the largest, or all where they are many."""
    of_days: Counter[str] = Counter()
    for file in files:
        of_days[file.partition["trade_date"]] += file.rows
    return splits_of(max(max(of_days.values(), default=0), of_days.total() // _DAYS_AT_ONCE))


def tasks(context: Context, state: DataFrame, files: list[StoredFile], splits: int) -> DataFrame:
    """Join what is carried in with a row for each file of trades and split in it: all that a split's task is handed."""
    rows = [
        (file.path, date.fromisoformat(file.partition["trade_date"]), split)
        for file in files
        for split in splits_holding(*(file.cohorts or (0, COHORTS - 1)), splits)
    ]
    named = context.spark.createDataFrame(rows, f"path string, {LOTS.day} date, {SPLIT} int")
    held = state.selectExpr("*", "CAST(NULL AS string) AS path", f"{split_condition(COHORT.name, splits)} AS {SPLIT}")
    return held.unionByName(_filled(named, [LOTS.day], "path", SPLIT))


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
