"""Whether a day's dump seems whole: its measures against those of earlier days of its source, before anything is shown.

A dump that was cut, shifted by some hours or landed in part is well-formed, line by line: only its neighbours tell.
What was measured is kept in the ledger, with the outputs of `bronze_trades`, so a day is judged by days before it only.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame

from jobs.gates.completeness_rules import CHECKS, RULES, Finding
from jobs.gates.dump_measures import Dump, Measures, Trail, compared, measure, trail, values
from jobs.gates.empty_days import RECORDS
from jobs.gates.recorded import recorded
from jobs.running.gate import document, took
from jobs.running.step_context import StepContext
from pumploss import checks
from pumploss.checks.data_docs import Failed
from pumploss.days import Days, as_options, listed
from pumploss.errors import CheckError
from pumploss.report import RunReport
from pumploss.tables.bronze_trades import TABLE
from sources import SOURCES
from sources.parsing.read_file import ReadFile

SUITE = f"{TABLE.name}_completeness"
EMPTY: Mapping[Dump, str] = MappingProxyType({})


def gate(
    context: StepContext,
    staged: DataFrame,
    files: Iterable[ReadFile],
    refused: DataFrame,
    days: Days,
    taken: Mapping[Dump, str] = EMPTY,
) -> None:
    """Judges each day and source of a pass against the days before it, and notes its measures for the ledger.

    `staged` are the trades of all sources and days of the pass, `files` what was read, `refused` the quarantined lines.
    `taken` are dumps of which somebody has accepted a measure, as those without a record: no rule is about them.
    What does not stop becomes a warning. Raises CheckError where a day of a daily source breaks a rule after seven
    days in a row, unless somebody accepted the day.
    """
    started, report = time.perf_counter(), context.report
    empty = [dump for dump, subject in taken.items() if subject == RECORDS]
    measured = measure(staged, files, refused, empty)
    known = recorded(context, report.days)
    trails = _trails(measured, {dump: noted for dump, noted in known.items() if dump[0] not in days})
    findings = [found for found in _judge(context, measured, trails, max(days)) if found.dump not in taken]
    accepted = _accepted(context, findings, measured, known) | {dump: [subject] for dump, subject in taken.items()}
    if empty:
        said = listed(f"{source}/{day}" for day, source in sorted(empty))
        report.warnings.append(f"{said} landed without a single record, as somebody has accepted")
    for dump, counts in measured.items():
        _note(report, dump, {**counts, "accepted": accepted[dump]} if dump in accepted else counts)
    stops = [
        finding for finding in findings if finding.is_stop and finding.subject not in accepted.get(finding.dump, ())
    ]
    report.warnings.extend(f"{TABLE.name} {finding}" for finding in findings if finding not in stops)
    took(report, SUITE, started)
    if stops:
        report.is_evidence = True
        raise _refusal(stops)


def _trails(measured: Mapping[Dump, Measures], earlier: Mapping[Dump, Measures]) -> list[Trail]:
    """Collects, for each dump in order of days, those before it: those of the pass too, as if done one by one."""
    past: dict[str, dict[date, Measures]] = defaultdict(dict)
    for (day, source), counts in earlier.items():
        past[source][day] = counts
    trails = []
    for (day, source), counts in measured.items():
        trails.append(trail(past[source], day))
        past[source][day] = counts
    return trails


def _judge(context: StepContext, measured: Mapping[Dump, Measures], trails: list[Trail], night: date) -> list[Finding]:
    """Finds every rule that a day broke, in order of days, and keeps what Great Expectations said for its pages."""
    rows = [compared(counts, before) for counts, before in zip(measured.values(), trails, strict=True)]
    frame = pd.DataFrame(rows, columns=[f"m{n}" for n in range(len(CHECKS))], dtype="float64")
    judged = checks.judged(SUITE, CHECKS, frame)
    dumps = list(measured)
    findings = [
        _finding(number, dumps[row], value, measured[dumps[row]], trails[row]) for number, row, value in judged.failures
    ]
    failed = {
        check.name: Failed([f"{finding.day} {finding.source}" for finding in findings if finding.rule.check == check])
        for check in CHECKS
    }
    if dumps:
        first, last = dumps[0][0], dumps[-1][0]
        days = (first,) if first == last else (first, last)
        document(context.settings.data_docs_dir, judged, days, night, failed, context.report)
    return sorted(findings, key=lambda finding: finding.dump)


def _finding(number: int, dump: Dump, value: float, measures: Measures, before: Trail) -> Finding:
    day, source = dump
    rule = RULES[number]
    is_strict = SOURCES[source].is_daily and before.is_gapless
    return Finding(
        rule,
        day,
        source,
        value=values(measures)[rule.check.subject],
        usual=before.usual(rule.check.subject) or 0.0,
        earlier=len(before.days),
        compared=value,
        is_stop=is_strict and (before.usual("rows") or 0) >= rule.least_trades,
    )


def _accepted(
    context: StepContext,
    findings: Iterable[Finding],
    measured: Mapping[Dump, Measures],
    known: Mapping[Dump, dict[str, Any]],
) -> dict[Dump, list[str]]:
    """Finds measures that would stop but were accepted, by dump: in this run, or before, of as many records.

    Lines that were refused may become trades later, which is no reason to ask again.
    """
    accepted: dict[Dump, list[str]] = {}
    for finding in findings:
        before = known.get(finding.dump, {})
        is_same = before.get("records") == measured[finding.dump]["records"]
        was_accepted = is_same and finding.subject in before.get("accepted", ())
        if finding.is_stop and (context.accept_completeness or was_accepted):
            accepted.setdefault(finding.dump, []).append(finding.subject)
    return accepted


def _note(report: RunReport, dump: Dump, noted: Mapping[str, Any]) -> None:
    day, source = dump
    counts = report.day(day)
    others = counts.outputs.get(TABLE.name, {}).get("completeness", {})
    counts.note(TABLE.name, completeness={**others, source: noted})


def _refusal(stops: list[Finding]) -> CheckError:
    listed = "\n  ".join(map(str, stops[:10])) + (f"\n  and {len(stops) - 10} more" if stops[10:] else "")
    options = as_options(finding.day for finding in stops)
    return CheckError(
        f"{TABLE.name} was not published, readers keep what they have: dumps do not seem whole.\n  {listed}\n"
        "Land these days again, whole, and run them again. If a day really was so, accept it: "
        f"`pumploss run {TABLE.name} {options} --accept-completeness`."
    )
