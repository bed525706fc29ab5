"""Landed files to canonical trades, token events and refused lines; every record of every file is accounted for."""

from collections import Counter
from datetime import date
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.bronze.accounting import Fates, account, by_file, refuse_empty, refuse_files
from jobs.bronze.pool_retries import Resolved, remember, resolve, resting
from jobs.bronze.refused_lines import PLACE, REFUSAL, with_text
from jobs.deduplication.within_source import identified
from jobs.gates.completeness import gate
from jobs.gates.unit_mistakes import implausible
from jobs.running.context import Context
from pumploss.days import Days
from pumploss.report import RunReport
from pumploss.tables.bronze_token_events import TABLE as EVENTS
from pumploss.tables.bronze_trades import TABLE
from pumploss.tables.quarantine_trades import TABLE as QUARANTINE
from sources.landing.dump_days import daily_sources, require_landed
from sources.parsing.files import parse_files
from sources.parsing.schema import PARSED_DDL


def run(context: Context, days: Days) -> RunReport:
    """Parse, refuse, deduplicate and publish the dumps of these days, and of built ones that rest on what they changed.

    Raises LandingError for a missing or empty day of a daily source and for a file that cannot be read, CheckError for
    a dump that a gate stops, and ConservationError where a record went missing; nothing of that pass is then written.
    """
    report = RunReport("bronze_trades")
    todo = days
    while todo:
        _build(context, todo, report)
        todo = resting(context, todo, report)
        if todo:
            report.notes.append(f"what is known of pools has changed: {todo[0]} to {todo[-1]} are built again")
    _tell_files(report)
    return report


def _build(context: Context, days: Days, report: RunReport) -> None:
    """One pass over days: nothing is published before all of them are read, judged and accounted for."""
    for day in days:
        report.days.pop(day, None)
    require_landed(context.landing, days)
    files = [file for name in context.landing.sources() for day in days for file in _files(context, name, day)]
    parsed = context.lake.stage("parsed_lines", _parse(context, files))
    landed = _landed(parsed)
    refuse_files(landed, days, report)
    resolved = resolve(context, parsed, files, days)
    sound, refused = _sound(context, resolved, files)
    trades, copies = identified(sound)
    staged = context.lake.stage(TABLE, trades)
    kept = context.lake.stage(QUARANTINE, _quarantine(parsed, [resolved.refused, refused], context.run_id))
    events = parsed.where("kind = 'event'").select(*EVENTS.names)
    fates = Fates(by_file(staged), by_file(kept), by_file(copies), by_file(events), resolved.retried)
    account(landed, fates, report)
    refuse_empty(daily_sources(context.landing), landed, days)
    gate(context, _own(staged, resolved), landed, _own(kept, resolved), days, report)
    context.publish(QUARANTINE, kept, days, report, staged=True)
    context.publish(EVENTS, events, days, report)
    context.publish(TABLE, staged, days, report, staged=True)
    remember(report, resolved, events, kept)
    _tell_lines(report, resolved, staged, kept)


def _landed(parsed: DataFrame) -> list[dict[str, Any]]:
    """The closing rows of the files, in order."""
    closing = parsed.where("kind = 'file'").select(
        "dump_day", "source", "file", "records", "sha256", "trailing_bytes_count", "reason", "detail"
    )
    return sorted((row.asDict() for row in closing.collect()), key=lambda row: (row["dump_day"], row["file"]))


def _files(context: Context, source: str, day: date) -> list[dict[str, Any]]:
    if day not in context.landing.days(source):
        return []
    found = context.landing.files(source, day)
    return [{"path": f.path, "name": f.name, "source": f.source, "dump_day": f.day} for f in found]


def _parse(context: Context, files: list[dict[str, Any]]) -> DataFrame:
    rows = [(file["path"], file["name"], file["source"], file["dump_day"]) for file in files]
    frame = context.spark.createDataFrame(rows, "path string, name string, source string, dump_day date")
    return frame.repartition(2, "name").mapInArrow(parse_files, PARSED_DDL)


def _sound(context: Context, resolved: Resolved, files: list[dict[str, Any]]) -> tuple[DataFrame, DataFrame | None]:
    """The trades that can be, and those whose amounts cannot, whole."""
    found = context.lake.stage("implausible_trades", implausible(resolved.trades))
    if not found.take(1):
        return resolved.trades, None
    place = ["dump_day", "file", "line_number"]
    places = found.join(resolved.trades.select(*place, "source"), place)
    refused = with_text(places.select(*PLACE, "reason", "detail"), files, context.spark, resolved.texts)
    sound = resolved.trades.join(found.select(*place), place, "left_anti")
    return sound, context.lake.stage("implausible_lines", refused)


def _quarantine(parsed: DataFrame, later: list[DataFrame | None], run_id: str) -> DataFrame:

    refused = parsed.where("kind = 'refused'").select(*REFUSAL)
    for more in later:
        refused = refused if more is None else refused.unionByName(more)
    return refused.withColumn("run_id", F.lit(run_id)).select(*QUARANTINE.names)


def _own(lines: DataFrame, resolved: Resolved) -> DataFrame:
    """The lines of each day's own dump: whether it is whole is not told by what waited before it."""
    folder = F.concat_ws("/", "source", F.col("dump_day").cast("string"), F.lit(""))
    return lines.where(F.col("file").startswith(folder)) if resolved.retried else lines


def _tell_files(report: RunReport) -> None:
    """What people should know of the files that were read."""
    files = [file for day in report.days.values() for file in day.inputs]
    events = sum(sum(file.get("routed", {}).values()) for file in files)
    if events:
        report.notes.append(f"{events} events of tokens and pools")
    longer = sum(file.get("trailing_bytes_count", 0) for file in files)
    if longer:
        report.warnings.append(f"{longer} events hold bytes beyond every known layout: a program has a new version")


def _tell_lines(report: RunReport, resolved: Resolved, staged: DataFrame, refused: DataFrame) -> None:
    """What people should know of the lines of a pass."""
    ambiguous = staged.where("is_ambiguous_duplicate").count()
    if ambiguous:
        report.warnings.append(f"{ambiguous} unsigned lines equal another of their file; they are kept and flagged")
    if resolved.retried:
        lines = sum(lines for _, lines in resolved.retried.values())
        report.notes.append(f"{lines} lines of earlier dumps were read again: their pool is known since")
    if resolved.too_late_count:
        report.notes.append(f"{resolved.too_late_count} lines stay in quarantine: their pool became known too late")
    reasons = {row["reason"]: row["count"] for row in refused.groupBy("reason").count().collect()}
    report.details["reasons"] = dict(sorted((Counter(report.details.get("reasons", {})) + Counter(reasons)).items()))
