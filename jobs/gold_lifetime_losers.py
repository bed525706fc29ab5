"""Who has lost most in a lifetime, as of each day: those of the day before, carried on by the day's facts of traders.

A day costs its own rows and some thousands that are kept, whatever lies before it. All days are looked through only
where so many have recovered that boards would run short (`jobs/publishing/reserve.py`).
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import fsspec
import polars as pl
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyspark.sql import functions as F

from jobs.publishing.reserve import LEVELS, THRESHOLDS, Reserve, Size, levels_of
from jobs.running.step_context import StepContext
from pumploss.days import Days, ordered, shift
from pumploss.lake.files import write_partition
from pumploss.tables import gold_trader_day
from pumploss.tables.gold_lifetime_losers import LOSS, NET, TABLE

#: The net result of a lifetime, out of levels of `gold_trader_day`.
_NET = ("realised_pnl_close_lamports", "equity_close_lamports", "open_cost_close_lamports")
_KEPT = tuple(name for name in LEVELS if name != NET.name)
#: How many are kept, by the places of a board.
SIZE = Size()


def run(context: StepContext, days: Days) -> None:
    """Carry the reserve on from the latest day before these, over every day that has facts of traders since."""
    facts = context.lake.rows_by_day(gold_trader_day.TABLE)
    before = max((day for day in _own_days(context) if day < days[0]), default=None)
    since = [day for day in facts if day <= days[-1] and (before is None or day > before)]
    context.require_readable(gold_trader_day.TABLE, since)
    folder = context.lake.laying(TABLE)
    reserve = Reserve.of(_stored(context, before))
    for day in ordered({*since, *days}):
        reserve = _carried_on(context, reserve, day)
        if day in days:
            _lay(folder, day, reserve)
            context.report.day(day).rows_read = facts.get(day, 0)
    context.publish(TABLE, context.lake.laid(TABLE, folder), days, staged=True)


def _own_days(context: StepContext) -> set[date]:
    return context.ledger.held(TABLE.name) | context.lake.rows_by_day(TABLE).keys()


def _stored(context: StepContext, day: date | None) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(context.read(TABLE, [day] if day else []).toArrow()))


def _carried_on(context: StepContext, reserve: Reserve, day: date) -> Reserve:
    changed = pl.concat([reserve.rows.clear(), *_changed(context, reserve, day)])
    return reserve.carried_on(changed, lambda level, count: lowest(context, day, level, count), SIZE)


def _changed(context: StepContext, reserve: Reserve, day: date) -> Iterator[pl.DataFrame]:
    """Read, file by file, what a day says of those in the reserve, and of those who are at or below a threshold."""
    values = {LOSS.name: pc.field(LOSS.name), NET.name: _net(*map(pc.field, _NET))}
    wanted = pc.field("trader_address").isin(reserve.rows["trader_address"].to_arrow())
    for level, threshold in reserve.thresholds.items():
        wanted |= values[level] <= threshold
    for file in context.lake.require_sound(gold_trader_day.TABLE, [day]):
        storage, bare = fsspec.core.url_to_fs(file.path)
        with storage.open(bare, "rb") as opened:
            rows = pq.read_table(opened, columns=[*_KEPT, *_NET], filters=wanted)
        yield levels_of(rows.append_column(NET.name, _net(*map(rows.column, _NET))))


def _net(realised: Any, equity: Any, cost: Any) -> Any:
    return pc.subtract(pc.add(realised, equity), cost)


def lowest(context: StepContext, day: date, level: str, count: int) -> pl.DataFrame:
    """Look through all days up to one for the traders with the lowest values of a level below 0, ties included."""
    facts = context.read_before(gold_trader_day.TABLE, shift(day, 1))
    realised, equity, cost = map(F.col, _NET)
    latest = (
        facts.withColumn(NET.name, realised + equity - cost)
        .groupBy("trader_address")
        .agg(F.max_by(F.struct(*LEVELS[1:]), "day").alias("latest"))
        .select("trader_address", "latest.*")
        .where(F.col(level) < 0)
    )
    staged = context.lake.stage(f"lifetimes_by_{level}", latest.select(*LEVELS))
    last = staged.orderBy(level).limit(count).agg(F.max(level).alias("value"))
    found = staged.join(F.broadcast(last), staged[level] <= last["value"]).select(*LEVELS).toArrow()
    return levels_of(found)


def _lay(folder: str, day: date, reserve: Reserve) -> None:
    """Write the reserve as the day's file; a day without anybody has none."""
    thresholds = (pl.lit(value, pl.Int64).alias(THRESHOLDS[level]) for level, value in reserve.thresholds.items())
    rows = reserve.rows.with_columns(*thresholds).sort(*TABLE.order_by)
    if len(rows):
        names = [name for name in TABLE.names if name != TABLE.day]
        schema = TABLE.arrow_schema
        laid = rows.select(names).to_arrow().cast(schema.remove(schema.get_field_index(TABLE.day)))
        write_partition(TABLE, folder, {TABLE.day: day}, laid)
