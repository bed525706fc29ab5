"""The audit of a figure: what is published, what is worked out again, and the tables, versions and files in between."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import dict_row

from features.registry import TABLE as FEATURES
from jobs.auditing import recomputing
from jobs.auditing.figures import Figure, published
from jobs.auditing.lines import Lines
from jobs.pipeline import WRITER
from jobs.running.context import Context
from pumploss.contract import Table
from pumploss.days import shift
from pumploss.errors import StoreError
from pumploss.tables import (
    bronze_trades,
    gold_lifetime_losers,
    gold_scores,
    gold_trader_day,
    silver_trade_pnl,
    silver_trades,
)
from pumploss.warm import PERIODS

_PUBLISH = (
    "SELECT publish_id, run_id, day, as_of, versions, digests, published_at, published_by, seconds FROM publish_log "
    "ORDER BY number DESC LIMIT 1"
)
#: What losses pass through, from the published day back to the dump; those of all time, one table more.
_OF_LOSSES = (gold_trader_day.TABLE, silver_trade_pnl.TABLE, silver_trades.TABLE, bronze_trades.TABLE)


def audit(context: Context, warm: psycopg.Connection, lines: Lines, name: str) -> dict[str, Any]:
    """Audit a figure by its name: `published`, `recomputed`, `agrees`, `rests_on` (where the recomputation began),
    `publish` (from what, by whom), `tables` (version, digest and files by day), `files` (SHA-256 and lines of dumps).

    Raises SettingsError and StoreError for a figure that is not there, LandingError where a dump is another one now.
    """
    figure = published(warm, name)
    with warm.cursor(row_factory=dict_row) as cursor:
        publish = cursor.execute(_PUBLISH).fetchone()
    if publish is None:
        raise StoreError("Nothing has been published yet: run `pumploss nightly`.")
    last = publish["day"]
    found = _score(context, figure, last) if figure.kind == "score" else _losses(context, lines, figure, last)
    compared = {name: figure.values[name] for name in found["recomputed"]}
    agrees = compared == found["recomputed"]
    return {"figure": asdict(figure), "published": compared, **found, "agrees": agrees, "publish": publish}


def _losses(context: Context, lines: Lines, figure: Figure, last: date) -> dict[str, Any]:
    recomputed, read = recomputing.from_lines(lines, figure, last)
    rests_on = "lines of the dumps"
    if figure.kind == "net":
        recomputed["net_amount"] = recomputing.net_result(context, figure, last)
        rests_on = "lines of the dumps; net_amount: gold_trader_day, which rests on prices of others' trades"
    until = figure.day or last
    length = 1 if figure.day else PERIODS[figure.period or "all"]
    dates = read.trades["trade_date"].unique().to_list() if len(read.trades) else []
    days = [day for day in dates if length is None or day > shift(until, -length)]
    tables = _entries(context, gold_lifetime_losers.TABLE, [last]) if length is None else []
    tables += [entry for table in _OF_LOSSES for entry in _entries(context, table, _of(table, read, days))]
    return {"recomputed": recomputed, "rests_on": rests_on, "tables": tables, "files": read.files}


def _of(table: Table, read: Any, days: list[date]) -> list[date]:
    return (
        sorted(read.trades["dump_day"].unique()) if table is bronze_trades.TABLE and len(read.trades) else sorted(days)
    )


def _score(context: Context, figure: Figure, last: date) -> dict[str, Any]:
    as_of_day = shift(last, 1)
    again = recomputing.score(context, figure, as_of_day)
    tables = [entry for table in (gold_scores.TABLE, FEATURES) for entry in _entries(context, table, [as_of_day])]
    rests_on = f"gold_trader_features, scored by risk-score {figure.values['model_version']}"
    return {"recomputed": again, "rests_on": rests_on, "tables": tables, "files": {}}


def _entries(context: Context, table: Table, days: Iterable[date]) -> list[dict[str, Any]]:
    """Say of each day which run made it, at which version, with which digest, and in which files it lies.

    Raises StaleError for a day that something below it has changed since, DamagedError where a file is not what it was.
    """
    step, entries = WRITER[table.name], []
    standing = context.ledger.standing(step.name)
    for day in days:
        row = standing.get(shift(day, -step.offset_days))
        said = json.loads(row["outputs"] or "{}").get(table.name, {}) if row else {}
        context.require_readable(table, [day])
        files = [file.path for file in context.lake.require_sound(table, [day])]
        run = {"run_id": row["run_id"], "code_version": row["code_version"]} if row else {}
        known = {name: said.get(name) for name in ("version", "digest", "rows")}
        entries.append({"table": table.name, "day": day, **known, **run, "files": files})
    return entries
