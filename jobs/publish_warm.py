"""Publishes the lake to PostgreSQL as of the end of a day; readers see one state, whole.

Days of trades and daily losses are replaced only where their content has changed since they were
published; the other tables show T alone and are made anew.
"""

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import psycopg

from features import registry
from jobs.gates.published_rows import gate
from jobs.pipeline import WRITER
from jobs.publishing.leaderboards import leaderboards
from jobs.publishing.pieces import by_cohorts, loss_pieces, trade_pieces
from jobs.running.context import Context
from pumploss.contract import Table
from pumploss.days import Days, shift
from pumploss.errors import LakeError, StoreError
from pumploss.report import RunReport
from pumploss.tables import gold_scores, gold_trader_day, silver_trade_pnl, silver_trades
from pumploss.warm import BOARD_COLUMNS, open_warm, publishing, slices, swapping
from pumploss.warm import tables as warm_tables
from pumploss.warm.loading import Slice
from pumploss.warm.publishing import Published
from pumploss.warm.staging import Staging
from pumploss.warm.tables import RETENTION_DAYS, WarmTable

PNL, TRADES, TRADER_DAYS = silver_trade_pnl.TABLE, silver_trades.TABLE, gold_trader_day.TABLE

#: Where each table that is kept by day comes from; the first names its days.
SOURCES = {warm_tables.TRADES: (PNL, TRADES), warm_tables.DAILY_LOSSES: (TRADER_DAYS,)}


@dataclass
class Plan:
    """One publish: its day, and by table name the days and rows that it will show."""

    context: Context
    staging: Staging
    day: date
    days: dict[str, publishing.DayContents] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)


def run(context: Context, days: Days, allow_older: bool = False) -> RunReport:
    """Publish as of the end of the last of the days.

    A store that shows a later day is left alone unless `allow_older`. Raises LakeError for a day
    that was never built, StaleError, CheckError where what arrived is not what the lake holds,
    StoreError; readers then keep what they have.
    """
    day = days[-1]
    built = context.ledger.built("gold_trader_day") | context.lake.rows_by_day(TRADER_DAYS).keys()
    if day not in built:
        raise LakeError(
            f"gold_trader_day has never been built for {day}, so there is nothing to publish as of "
            "its end. "
            f"Run `pumploss nightly` for {day} first, or publish a day that exists."
        )
    report, publish_id = RunReport("publish_warm"), uuid.uuid4().hex
    try:
        _publish(context, days, allow_older, publish_id, report)
    except StoreError as error:
        # The answer to a commit may be lost while the commit is not.
        if not isinstance(error.__cause__, psycopg.OperationalError):
            raise
        with open_warm(context.settings) as warm:
            if not publishing.is_published(warm, publish_id):
                raise
        report.notes.append("the connection was lost after everything was committed")
    return report


def _publish(context: Context, days: Days, allow_older: bool, publish_id: str, report: RunReport) -> None:
    day = days[-1]
    landing, lake = context.settings.landing, context.settings.lake
    with open_warm(context.settings) as warm, publishing.exclusive(warm) as staging:
        shown = publishing.latest(warm)
        publishing.refuse_foreign(shown, landing, lake)
        if shown and shown.day > day and not allow_older:
            report.skipped = f"the warm store shows {shown.day} already, which is later than {day}"
            return
        plan = Plan(context, staging, day)
        for table in SOURCES:
            _stage_days(plan, table, swapping.live_days(warm, table, shown))
        _stage_as_of(plan, report)
        versions = {table.name: context.lake.version(table) for table in _read_tables()}
        entry = Published(publish_id, context.run_id, day, landing, lake, plan.rows, versions, plan.days)
        _describe(report, days, plan, versions)
        gate(context, warm, staging.loaded, day, report)
        swapping.swap(warm, staging.loaded, plan.days, entry)


def _read_tables() -> tuple[Table, ...]:
    return (PNL, TRADES, TRADER_DAYS, registry.TABLE, gold_scores.TABLE)


def _stage_days(plan: Plan, table: WarmTable, live: publishing.DayContents) -> None:
    """Load the days of the retention window that differ from what is live."""
    context, source = plan.context, SOURCES[table][0]
    first = shift(plan.day, 1 - RETENTION_DAYS)
    rows = {day: count for day, count in context.lake.rows_by_day(source).items() if first <= day <= plan.day}
    for one in SOURCES[table]:
        context.ledger.refuse_stale(WRITER[one.name].name, rows)
    digests = _digests(context, SOURCES[table], rows)
    changed = [day for day in rows if digests[day] is None or live.get(day, (None, 0))[0] != digests[day]]
    plan.days[table.name] = {day: (digests[day], live[day][1]) for day in rows if day not in changed}
    pieces = trade_pieces if table == warm_tables.TRADES else loss_pieces
    columns = slices.TRADE_COLUMNS if table == warm_tables.TRADES else slices.LOSS_COLUMNS
    for day, found in pieces(context, changed, rows):
        wanted = rows[day] if table == warm_tables.TRADES else None
        staged = plan.staging.load(table, found, columns, wanted, day)
        plan.days[table.name][day] = (digests[day], staged.rows)
    plan.rows[table.name] = sum(count for _, count in plan.days[table.name].values())


def _digests(context: Context, sources: tuple[Table, ...], days: Iterable[date]) -> dict[date, str | None]:
    """What each published day depends on, or None where the ledger does not know all of it."""
    recorded = context.ledger.latest()
    digests: dict[date, str | None] = {}
    for day in days:
        outputs = [
            json.loads(recorded.get((WRITER[source.name].name, day), {}).get("outputs") or "{}") for source in sources
        ]
        found = [one.get(source.name, {}).get("digest") for one, source in zip(outputs, sources, strict=True)]
        digests[day] = None if None in found else "|".join([str(slices.LAYOUT), *found])
    return digests


def _stage_as_of(plan: Plan, report: RunReport) -> None:
    """Load the tables that show T alone."""
    context, staging, as_of_day = plan.context, plan.staging, shift(plan.day, 1)
    contract = [c for c in registry.TABLE.columns if c.name not in registry.TABLE.partition_by]
    features = context.read(registry.TABLE, [as_of_day])
    expected = context.lake.rows_by_day(registry.TABLE).get(as_of_day, 0)
    found = map(Slice, by_cohorts(features, expected))
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


def _describe(report: RunReport, days: Days, plan: Plan, versions: Mapping[str, int | None]) -> None:
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
