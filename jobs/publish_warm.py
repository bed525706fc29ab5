"""Publishes the lake to PostgreSQL as of the end of a day; readers see one state, whole.

Days of trades, losses and scores are replaced only where their content has changed since they were published, and with
trades their sums; the other tables are made anew.
"""

import getpass
import os
import socket
import time
import uuid
from collections.abc import Iterable, Mapping

import psycopg

from features import registry
from jobs.gates import published_rows
from jobs.publishing.staged_tables import (
    MARKET,
    PNL,
    SCORES,
    TRADER_DAYS,
    TRADES,
    stage_as_of,
    stage_days,
    stage_sums,
)
from jobs.running.step_context import StepContext
from pumploss.days import Days
from pumploss.errors import LakeError, StoreError
from pumploss.lake.owner import identity
from pumploss.lake.proof import refuse_disproved
from pumploss.report import RunReport
from pumploss.tables import gold_lifetime_losers
from pumploss.warm import open_warm, publishing, swapping
from pumploss.warm.publishing import Published
from pumploss.warm.staged import StagedTable
from pumploss.warm.tables import TABLES

#: Every table of the lake that is published.
READ = (PNL, TRADES, TRADER_DAYS, gold_lifetime_losers.TABLE, MARKET, registry.TABLE, SCORES)


def run(context: StepContext, days: Days, allow_older: bool = False) -> None:
    """Publishes as of the end of the last of the days.

    A store that shows a later day is left alone unless `allow_older`. Raises LakeError for a day that was never built,
    StaleError, ParityError where its features were found to be wrong, CheckError where what arrived is not what the
    lake holds, StoreError; readers then keep what they have.
    """
    day = days[-1]
    refuse_disproved(context.ledger, [day])
    for table in (TRADER_DAYS, gold_lifetime_losers.TABLE):
        if day not in context.ledger.built(table.name) | context.lake.rows_by_day(table).keys():
            raise LakeError(
                f"{table.name} has never been built for {day}, so there is nothing to publish as of its end. "
                f"Run `pumploss nightly` for {day} first, or publish a day that exists."
            )
    publish_id = uuid.uuid4().hex
    try:
        _publish(context, days, allow_older, publish_id)
    except StoreError as error:
        # The answer to a commit may be lost while the commit is not.
        if not isinstance(error.__cause__, psycopg.OperationalError):
            raise
        with open_warm(context.settings) as warm:
            if not publishing.is_published(warm, publish_id):
                raise
        context.report.notes.append("the connection was lost after everything was committed")


def _publish(context: StepContext, days: Days, allow_older: bool, publish_id: str) -> None:
    day, started = days[-1], time.monotonic()
    origin = context.settings.landing, context.settings.lake
    lake_id = identity(context.lake)
    with open_warm(context.settings) as warm, publishing.exclusive(warm) as staging:
        shown = publishing.latest(warm)
        publishing.refuse_foreign(shown, *origin, lake_id)
        if shown and shown.day > day and not allow_older:
            context.report.skipped = f"the warm store shows {shown.day} already, which is later than {day}"
            return
        live = {table.name: swapping.live_days(warm, table, shown) for table in TABLES if table.day_column}
        by_day = stage_days(context, warm, staging, day, live)
        rows = {name: sum(count for _, count in of_days.values()) for name, of_days in by_day.items()}
        rows |= stage_as_of(context, staging, day)
        rows |= stage_sums(context, warm, staging, live, by_day)
        versions = {table.name: context.lake.version(table) for table in READ}
        _describe(context.report, days, staging.loaded, rows, versions)
        published_rows.gate(context, warm, staging.loaded, day)
        context.require_unmoved()
        audited = {table.name: context.recorded_digest(table, day) for table in (registry.TABLE, SCORES)}
        by, seconds = _publisher(), time.monotonic() - started
        entry = Published(
            publish_id, context.run_id, day, *origin, rows, versions, by_day, lake_id, audited, by, seconds
        )
        swapping.swap(warm, staging.loaded, by_day, entry)


def _publisher() -> str:
    """Says who publishes: the machine, the user and the process, and not the command, which may name a trader."""
    return f"{getpass.getuser()} on {socket.gethostname()}, process {os.getpid()}"


def _describe(
    report: RunReport,
    days: Days,
    loaded: Iterable[StagedTable],
    rows: Mapping[str, int],
    versions: Mapping[str, int | None],
) -> None:
    """Reports the rows copied per day of trades, and on the last day those of every other table."""
    for day in days:
        report.day(day)
    for staged in loaded:
        # Most days of the window are none of the run.
        counts = report.day(staged.day if staged.day in days else days[-1])
        counts.rows_read += staged.rows
        counts.rows_written += staged.rows
    last = report.day(days[-1])
    last.inputs = [{"table": name, "version": version} for name, version in versions.items()]
    last.outputs = {name: {"rows": count} for name, count in rows.items()}
