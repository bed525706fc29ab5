"""Landed files to canonical trades, token events and refused lines; every record of every file is accounted for."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.bronze.accounting import Fates, account, by_file, refuse_files
from jobs.bronze.closing_rows import read_files
from jobs.bronze.erased_lines import ERASED, without_erased
from jobs.bronze.hops import flagged, legs, middles
from jobs.bronze.line_blocks import line_blocks
from jobs.bronze.parse_tasks import parse_tasks
from jobs.bronze.pool_records import remember, resting
from jobs.bronze.pool_retries import Resolved, resolve
from jobs.bronze.refused_lines import LINE, REFUSAL, with_text
from jobs.deduplication.within_source import identified
from jobs.gates import completeness, empty_days
from jobs.gates.refused_dumps import ROWS, refused_dumps
from jobs.gates.unit_mistakes import implausible
from jobs.running.step_context import StepContext
from pumploss.days import Days
from pumploss.lake.tombstones import Tombstones
from pumploss.reasons import Reason
from pumploss.report import RunReport
from pumploss.tables.bronze_token_events import TABLE as EVENTS
from pumploss.tables.bronze_trades import TABLE
from pumploss.tables.quarantine_trades import TABLE as QUARANTINE
from sources.landing.dump_days import daily_sources, require_landed
from sources.landing.folders import LandedFile
from sources.landing.stamps import settled_stamps
from sources.parsing.files import parse_files
from sources.parsing.schema import PARSED_DDL


def run(context: StepContext, days: Days) -> None:
    """Parses, refuses, deduplicates and publishes the dumps of these days, and of built ones that rest on what changed.

    Raises LandingError for a missing or empty day of a daily source, unless somebody has accepted it, and for a file
    that cannot be read, CheckError for a dump that a gate stops, and ConservationError where a record went missing;
    nothing of that pass is then written.
    """
    todo = days
    while todo:
        _build(context, todo)
        todo = resting(context, todo)
        if todo:
            context.report.notes.append(f"what is known of pools has changed: {todo[0]} to {todo[-1]} are built again")
    _tell_files(context.report)


def _build(context: StepContext, days: Days) -> None:
    """Makes one pass over days: nothing is published before all of them are read, judged and accounted for."""
    report = context.report
    for day in days:
        report.days.pop(day, None)
    taken = empty_days.accepted(context, days)
    require_landed(context.landing, days, taken)
    landed = [file for name in context.landing.sources() for day in days for file in _files(context, name, day)]
    parsed = context.lake.stage("parsed_lines", _parse(context, landed))
    files = read_files(parsed)
    refuse_files(files, days, report)
    resolved = resolve(context, parsed, landed, days)
    sound, refused = _sound(context, resolved, landed)
    trades, copies = identified(sound, context.lake.stage)
    records = {file.file: file.records or 0 for file in files}
    records |= {name: again.lines for (_, name), again in resolved.retried.items() if name not in records}
    blocks = line_blocks(records, context.settings.rows_at_once)
    staged = context.stage(TABLE, _routed(context, trades, parsed, resolved), blocks)
    kept = context.stage(QUARANTINE, _quarantine(parsed, [resolved.refused, refused], context.run_id))
    events = parsed.where("kind = 'event'").select(*EVENTS.names)
    erased = by_file(parsed.where(f"kind = '{ERASED}'"))
    copied = by_file(copies) if copies is not None else Counter()
    fates = Fates(by_file(staged), by_file(kept), copied, by_file(events), resolved.retried, erased)
    account(files, fates, report, settled_stamps(landed))
    empty = empty_days.empty_dumps(daily_sources(context.landing), files, days, taken)
    refused_whole = refused_dumps(context, files, fates, kept)
    accepted = {**dict.fromkeys(empty, empty_days.RECORDS), **dict.fromkeys(refused_whole, ROWS)}
    completeness.gate(context, _own(staged, resolved), files, _own(kept, resolved), days, accepted)
    # Rows are counted by file above: each is written, refused, a copy or an event.
    context.publish(QUARANTINE, kept, days, staged=True, counted=False)
    context.publish(EVENTS, events, days, counted=False)
    context.publish(TABLE, staged, days, staged=True, counted=False)
    remember(report, resolved, events, kept)
    _tell_lines(report, resolved, staged, kept)


def _files(context: StepContext, source: str, day: date) -> list[LandedFile]:
    return context.landing.files(source, day) if day in context.landing.days(source) else []


def _parse(context: StepContext, files: Sequence[LandedFile]) -> DataFrame:
    parse = without_erased(parse_files, Tombstones(context.lake, context.settings.home).marks())
    return parse_tasks(context.spark, files).mapInArrow(parse, PARSED_DDL)


def _sound(context: StepContext, resolved: Resolved, files: Sequence[LandedFile]) -> tuple[DataFrame, DataFrame | None]:
    """Tells the trades that can be from those whose amounts cannot, whole."""
    mistaken = context.lake.stage("implausible_trades", implausible(resolved.trades))
    if not mistaken.take(1):
        return resolved.trades, None
    # A file's name has its source in it.
    key = ["dump_day", "file", "line_number"]
    lines = mistaken.join(resolved.trades.select(*key, "source"), key)
    refused = with_text(lines.select(*LINE, "reason", "detail"), files, context.spark, resolved.texts)
    sound = resolved.trades.join(mistaken.select(*key), key, "left_anti")
    return sound, context.lake.stage("implausible_lines", refused)


def _routed(context: StepContext, trades: DataFrame, parsed: DataFrame, resolved: Resolved) -> DataFrame:
    """Flags the trades of coins that were only passed on."""
    refused = parsed.where("kind = 'refused'")
    between = legs(
        refused if resolved.judged is None else refused.unionByName(resolved.judged.select(*refused.columns))
    )
    if not between.take(1):
        return trades
    found = context.lake.stage("middles", middles(trades, context.lake.stage("legs", between)))
    counts = {row["is_hop"]: row["count"] for row in found.groupBy("is_hop").count().collect()}
    if counts.get(True):
        context.report.notes.append(f"{counts[True]} coins were only passed on in a transaction: no holding, no sale")
    if counts.get(False):
        context.report.warnings.append(
            f"{counts[False]} coins were passed on in a transaction in other amounts than it traded: taken as traded"
        )
    return flagged(trades, found)


def _quarantine(parsed: DataFrame, later: Iterable[DataFrame | None], run_id: str) -> DataFrame:
    refused = parsed.where("kind = 'refused'").select(*REFUSAL)
    for more in later:
        refused = refused if more is None else refused.unionByName(more)
    return refused.withColumn("run_id", F.lit(run_id)).select(*QUARANTINE.names)


def _own(lines: DataFrame, resolved: Resolved) -> DataFrame:
    """Keeps the lines of each day's own dump: whether it is whole is not told by what waited before it."""
    folder = F.concat_ws("/", "source", F.col("dump_day").cast("string"), F.lit(""))
    return lines.where(F.col("file").startswith(folder)) if resolved.retried else lines


def _tell_files(report: RunReport) -> None:
    """Tells people what they should know of the files that were read."""
    files = [file for day in report.days.values() for file in day.inputs]
    events = sum(sum(file.get("routed", {}).values()) for file in files)
    if events:
        report.notes.append(f"{events} events of tokens and pools")
    erased = sum(file.get(ERASED, 0) for file in files)
    if erased:
        report.notes.append(f"{erased} lines of erased traders were dropped when they were read (erased)")
    floats = sum(file.get("float_count", 0) for file in files)
    if floats:
        report.notes.append(f"{floats} lines have whole numbers that are written as floats, as 2.0")
    longer = sum(file.get("trailing_bytes_count", 0) for file in files)
    if longer:
        report.warnings.append(f"{longer} events hold bytes beyond every known layout: a program has a new version")


def _tell_lines(report: RunReport, resolved: Resolved, staged: DataFrame, refused: DataFrame) -> None:
    """Tells people what they should know of the lines of a pass."""
    flags = ("is_ambiguous_duplicate", "is_rounded")
    ((ambiguous, rounded),) = staged.agg(*(F.count_if(F.col(name)) for name in flags)).collect()
    if rounded:
        report.notes.append(f"{rounded} trades have an amount that was rounded (is_rounded): the rest was float noise")
    if ambiguous:
        report.warnings.append(f"{ambiguous} unsigned lines equal another of their file; they are kept and flagged")
    if resolved.retried:
        lines = sum(retried.lines for retried in resolved.retried.values())
        report.notes.append(f"{lines} lines of earlier dumps were read again: their pool is known since")
    if resolved.too_late_count:
        report.notes.append(f"{resolved.too_late_count} lines stay in quarantine: their pool became known too late")
    reasons = {row["reason"]: row["count"] for row in refused.groupBy("reason").count().collect()}
    if strays := reasons.get(Reason.UNKNOWN_FIELD):
        place = F.struct("file", "line_number", "detail")
        first = refused.where(F.col("reason") == Reason.UNKNOWN_FIELD.value).agg(F.min(place).alias("first")).collect()
        file, line, detail = first[0]["first"]
        where = f"the first {file} line {line}: {detail}"
        report.warnings.append(f"{strays} lines hold a field that their source does not name (unknown_field), {where}")
    report.details["reasons"] = dict(sorted((Counter(report.details.get("reasons", {})) + Counter(reasons)).items()))
