"""State as of a day: of each key, the rows of its latest day, looked up without reading the days that came before."""

from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from jobs.running.context import Context
from pumploss.columns import POSITION
from pumploss.contract import Table
from pumploss.lake import Lake
from pumploss.lake.segments import Opened, State, built_days, coverage, keep, look_up
from pumploss.tables import (
    gold_token_day,
    gold_trader_day,
    silver_open_lots,
    silver_pools,
    silver_round_trips,
    silver_tokens,
    silver_trader_mint_day,
)

#: The closing row of a position that was emptied says nothing more, unless it became known later than its day: then
#: trades of the position that follow are not known earlier either.
_CLOSED = (
    "lot_id IS NULL AND open_units = 0 AND open_cost_lamports = 0 "
    "AND known_at <= CAST(date_add(close_day, 1) AS timestamp)"
)

#: Every table whose latest rows are state, and the column that they are looked up by.
STATES = {
    state.table.name: state
    for state in (
        State(silver_open_lots.TABLE, POSITION, "token_mint", spent=_CLOSED),
        State(silver_round_trips.TABLE, POSITION, "token_mint"),
        State(silver_trader_mint_day.TABLE, POSITION, "token_mint"),
        State(gold_token_day.TABLE, ("token_mint",), "token_mint"),
        State(gold_trader_day.TABLE, ("trader_address",), "trader_address"),
        State(silver_tokens.TABLE, ("token_mint",), "token_mint"),
        State(silver_pools.TABLE, ("pool_address",), "pool_address"),
    )
}

_opened: WeakKeyDictionary[Lake, list[Opened]] = WeakKeyDictionary()


def latest_rows(earlier: DataFrame, key: list[str], day: str) -> DataFrame:
    """Keeps the rows of each key's latest day; the frame is read once."""
    latest = F.max(day).over(Window.partitionBy(*key))
    return earlier.withColumn("latest_day", latest).where(F.col(day) == F.col("latest_day")).select(*earlier.columns)


def latest_before(context: Context, table: Table, wanted: DataFrame, day: date) -> DataFrame:
    """Looks up, per key of a table of STATES, the rows of its latest day before `day`, where its value is wanted.

    `wanted` has the looked-up column; a value may repeat. Segments are opened where they may hold wanted values, days
    that no segment covers are read whole; what was built since the last lookup is gathered first. Raises StaleError
    if any day before `day` is stale, LakeError inside a step that does not declare the table.
    """
    state = STATES[table.name]
    built = built_days(context.lake, table)
    context.require_readable(table, [earlier for earlier in built if earlier < day])
    keep_segments(context, table, day)
    covered = coverage(context.lake, state, day, built)
    values = _distinct(wanted, state.looked_up)
    opened = Opened(table.name, values.num_rows, days=len(covered.days))
    opened.day_bytes = sum(built[bare].bytes for bare in covered.days)
    opened.day_rows = sum(built[bare].rows for bare in covered.days)
    looked_up = look_up(context.lake, state, covered.segments, values, opened)
    _opened.setdefault(context.lake, []).append(opened)
    if looked_up is not None and not covered.days and (state.is_keyed or opened.segments == 1):
        return looked_up
    bare = _semi_joined(context, state, covered.days, values)
    if looked_up is None:
        return latest_rows(bare, list(state.key), table.day)
    both = looked_up.unionByName(bare) if covered.days else looked_up
    return latest_rows(both, list(state.key), table.day)


def bare_rows(context: Context, table: Table, day: date) -> int:
    """Count the rows of days before one that a lookup would read whole: no segment that ends before it has them."""
    built = built_days(context.lake, table)
    return sum(built[bare].rows for bare in coverage(context.lake, STATES[table.name], day, built).days)


def _distinct(wanted: DataFrame, column: str) -> pa.Table:
    """Collects the wanted values, each once, with the hash that segments are ordered by."""
    values = wanted.select(F.col(column).alias("value")).distinct()
    return values.select("value", F.xxhash64("value").alias("hash")).toArrow()


def _semi_joined(context: Context, state: State, days: tuple[date, ...], values: pa.Table) -> DataFrame:
    """Reads rows of the wanted values on days that no segment covers."""
    named = values.select(["value"]).rename_columns([state.looked_up])
    wanted = context.spark.createDataFrame(named, f"{state.looked_up} string")
    whole = context.lake.read(state.table, days)
    return whole.join(wanted, [state.looked_up], "left_semi").select(*state.table.names)


def opened(context: Context) -> list[dict[str, Any]]:
    """Lists what the lookups of this lake have opened so far, oldest first."""
    return [lookup.as_details() for lookup in _opened.get(context.lake, [])]


def keep_segments(context: Context, table: Table, before: date) -> int:
    """Gathers the table's built days before one into segments; answers how many were written. No result needs it."""
    return len(keep(context.lake, STATES[table.name], before))
