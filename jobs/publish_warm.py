"""Publishes the lake to PostgreSQL as of the end of a day: readers see the old state or the new one, whole.

Days of trades and daily losses are replaced only where their content has changed since they were published; the other
tables show T alone and are made anew.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import psycopg

from features import registry
from jobs.context import Context
from jobs.leaderboards import leaderboards
from pumploss.columns import COHORT
from pumploss.contract import Table
from pumploss.days import Days, shift
from pumploss.errors import LakeError, StoreError
from pumploss.report import RunReport
from pumploss.tables import gold_scores, gold_trader_day, silver_trade_pnl, silver_trades
from pumploss.warm import BOARD_COLUMNS, open_warm, publishing, slices
from pumploss.warm import tables as warm_tables
from pumploss.warm.loading import Slice
from pumploss.warm.publishing import Published
from pumploss.warm.staging import Staging
from pumploss.warm.tables import RETENTION_DAYS, WarmTable

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

#: Rows that are read and held at once.
SLICE_ROWS = 250_000
COHORTS = 16

PNL, TRADES, TRADER_DAYS = silver_trade_pnl.TABLE, silver_trades.TABLE, gold_trader_day.TABLE

#: Where each table that is kept by day comes from; the first names its days.
SOURCES = {warm_tables.TRADES: (PNL, TRADES), warm_tables.DAILY_LOSSES: (TRADER_DAYS,)}


@dataclass
class Plan:
    """One publish: what it is for, and by table name the state of the days and the rows that it will show."""

    context: Context
    staging: Staging
    day: date
    days: dict[str, publishing.Days] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)


def trades(pnl: "DataFrame", silver: "DataFrame") -> "DataFrame":
    """Trades with profit and loss, and the signature and decimals that only `silver_trades` has."""
    where = ["trade_date", "trader_cohort", "trade_id"]
    facts = silver.select(*where, "signature", "token_decimals")
    return pnl.join(facts, where).select(
        "trade_date",
        "traded_at",
        "trade_id",
        "trader_address",
        "token_mint",
        "direction",
        "token_units",
        "token_decimals",
        "sol_lamports",
        "pnl_lamports",
        "signature",
    )


def run(context: Context, days: Days, allow_older: bool = False) -> RunReport:
    """Publish as of the end of the last of the days.

    A store that shows a later day is left alone unless `allow_older`. Raises LakeError for a day that was never built,
    StaleError, CheckError where what arrived is not what the lake holds, StoreError; readers then keep what they have.
    """
    day = days[-1]
    if (
        day
        not in context.ledger.built("gold_trader_day")
        | context.lake.rows_by_day(TRADER_DAYS).keys()
    ):
        raise LakeError(
            f"gold_trader_day has never been built for {day}, so there is nothing to publish as of its end. "
            f"Run `pumploss nightly` for {day} first, or publish a day that exists."
        )
    publish_id = uuid.uuid4().hex
    try:
        return _publish(context, days, allow_older, publish_id)
    except StoreError as error:
        # The answer to a commit may be lost while the commit is not.
        if not isinstance(error.__cause__, psycopg.OperationalError):
            raise
        with open_warm(context.settings) as warm:
            if not publishing.is_published(warm, publish_id):
                raise
        return RunReport(
            "publish_warm", notes=["the connection was lost after everything was committed"]
        )


def _publish(context: Context, days: Days, allow_older: bool, publish_id: str) -> RunReport:
    report, day = RunReport("publish_warm"), days[-1]
    landing, lake = context.settings.landing, context.settings.lake
    with open_warm(context.settings) as warm, publishing.exclusive(warm) as staging:
        shown = publishing.latest(warm)
        publishing.refuse_foreign(shown, landing, lake)
        if shown and shown.day > day and not allow_older:
            report.skipped = f"the warm store shows {shown.day} already, which is later than {day}"
            return report
        plan = Plan(context, staging, day)
        for table in SOURCES:
            _stage_days(plan, table, publishing.live_days(warm, table, shown))
        _stage_as_of(plan, report)
        versions = {table.name: context.lake.version(table) for table in _read_tables()}
        entry = Published(
            publish_id, context.run_id, day, landing, lake, plan.rows, versions, plan.days
        )
        publishing.swap(warm, staging.loaded, plan.days, entry)
    _describe(report, days, plan, versions)
    return report


def _read_tables() -> tuple[Table, ...]:
    return (PNL, TRADES, TRADER_DAYS, registry.TABLE, gold_scores.TABLE)


def _stage_days(plan: Plan, table: WarmTable, live: publishing.Days) -> None:
    """Load the days of the retention window that differ from what is live."""
    context, source = plan.context, SOURCES[table][0]
    first = shift(plan.day, 1 - RETENTION_DAYS)
    rows = {
        day: count
        for day, count in context.lake.rows_by_day(source).items()
        if first <= day <= plan.day
    }
    digests = {day: _digest(context, SOURCES[table], day) for day in rows}
    changed = [
        day for day in rows if digests[day] is None or live.get(day, (None, 0))[0] != digests[day]
    ]
    plan.days[table.name] = {
        day: (digests[day], live[day][1]) for day in rows if day not in changed
    }
    pieces = _trade_pieces if table == warm_tables.TRADES else _loss_pieces
    columns = slices.TRADE_COLUMNS if table == warm_tables.TRADES else slices.LOSS_COLUMNS
    for day, found in pieces(context, changed, rows):
        wanted = rows[day] if table == warm_tables.TRADES else None
        staged = plan.staging.load(table, found, columns, wanted, day)
        plan.days[table.name][day] = (digests[day], staged.rows)
    plan.rows[table.name] = sum(count for _, count in plan.days[table.name].values())


def _digest(context: Context, sources: tuple[Table, ...], day: date) -> str | None:
    """What a published day depends on, or None where the ledger does not know all of it."""
    digests = [context.recorded_digest(source, day) for source in sources]
    return None if None in digests else "|".join([str(slices.LAYOUT), *map(str, digests)])


def _trade_pieces(
    context: Context, days: Iterable[date], rows: Mapping[date, int]
) -> Iterator[tuple[date, Iterable[Slice]]]:
    """Slices of each day: several small days are read at once, a large day by cohorts."""
    for group in _groups(days, rows):
        frame = trades(context.read(PNL, group), context.read(TRADES, group))
        if group[1:]:
            yield from _by_day(frame.toArrow(), "trade_date", group, slices.trade_slice)
        else:
            yield group[0], map(slices.trade_slice, _by_cohorts(frame, rows[group[0]]))


def _loss_pieces(
    context: Context, days: Iterable[date], rows: Mapping[date, int]
) -> Iterator[tuple[date, Iterable[Slice]]]:
    for group in _groups(days, rows):
        lost = context.read(TRADER_DAYS, group).where("loss_count > 0")
        frame = lost.select("day", "trader_address", "realised_loss_lamports", "loss_count")
        yield from _by_day(frame.toArrow(), "day", group, slices.loss_slice)


def _groups(days: Iterable[date], rows: Mapping[date, int]) -> Iterator[list[date]]:
    """The days in order, in groups that are read at once."""
    group: list[date] = []
    for day in sorted(days):
        if group and sum(rows[one] for one in group) + rows[day] > SLICE_ROWS:
            yield group
            group = []
        group.append(day)
    if group:
        yield group


def _by_day(
    found: "pa.Table", column: str, days: Iterable[date], make: Callable[["pa.Table"], Slice]
) -> Iterator[tuple[date, Iterable[Slice]]]:
    import pyarrow.compute as pc

    for day in days:
        yield day, [make(found.filter(pc.equal(found[column], day)))]


def _by_cohorts(frame: "DataFrame", rows: int) -> Iterator["pa.Table"]:
    """The rows of a frame with cohorts, some cohorts at a time where they are many."""
    width = max(1, min(COHORTS, COHORTS * SLICE_ROWS // max(rows, 1)))
    for first in range(0, COHORTS, width):
        yield frame.where(f"{COHORT.name} >= {first} AND {COHORT.name} < {first + width}").toArrow()


def _stage_as_of(plan: Plan, report: RunReport) -> None:
    """Load the tables that show T alone."""
    context, staging, as_of_day = plan.context, plan.staging, shift(plan.day, 1)
    contract = [c for c in registry.TABLE.columns if c.name not in registry.TABLE.partition_by]
    features = context.read(registry.TABLE, [as_of_day])
    expected = context.lake.rows_by_day(registry.TABLE).get(as_of_day, 0)
    found = map(Slice, _by_cohorts(features, expected))
    names = [column.name for column in contract]
    loaded = [staging.load(warm_tables.FEATURES, found, names, expected, contract=contract)]
    scores = context.read(gold_scores.TABLE, [as_of_day]).toArrow()
    predicted, scored = slices.prediction_slice(scores), slices.score_slice(scores)
    loaded.append(staging.load(warm_tables.PREDICTIONS, [predicted], slices.PREDICTION_COLUMNS))
    loaded.append(staging.load(warm_tables.SCORES, [scored], slices.SCORE_COLUMNS))
    columns = ("period", *BOARD_COLUMNS)
    board = slices.board_slice(leaderboards(context, plan.day), columns)
    loaded.append(staging.load(warm_tables.LEADERBOARDS, [board], columns))
    plan.rows.update({one.name: one.rows for one in loaded})
    if not expected:
        report.notes.append(f"no features of {as_of_day}: trader_features is empty")
    if not scores.num_rows:
        report.notes.append(f"no scores of {as_of_day}: loss_predictions and risk_scores are empty")


def _describe(
    report: RunReport, days: Days, plan: Plan, versions: Mapping[str, int | None]
) -> None:
    """Rows copied per day of trades, and on the last day those of every other table."""
    for day in days:
        report.day(day)
    for staged in plan.staging.loaded:
        counts = report.day(staged.day if staged.day in report.days else plan.day)
        counts.rows_read += staged.rows
        counts.rows_written += staged.rows
    last = report.day(plan.day)
    last.inputs = [{"table": name, "version": version} for name, version in versions.items()]
    last.outputs = {name: {"rows": rows} for name, rows in plan.rows.items()}
