"""Whether a day's dump seems whole: its measures against those of earlier days of its source, before anything is shown.

A dump that was cut, shifted by some hours or landed in part is well-formed, line by line: only its neighbours tell.
What was measured is kept in the ledger, with the outputs of `bronze_trades`, so a day is judged by days before it only.
"""

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame

from jobs.gates.completeness_rules import CHECKS, RULES, Finding
from jobs.gates.dump_measures import Measures, Trail, compared, measure, trail, values
from jobs.running.context import Context
from pumploss import checks
from pumploss.checks.data_docs import Failed
from pumploss.days import Days
from pumploss.errors import CheckError
from pumploss.report import RunReport
from pumploss.tables.bronze_trades import TABLE
from sources import SOURCES

SUITE = f"{TABLE.name}_completeness"

#: A dump day of a source.
Place = tuple[date, str]


def gate(
    context: Context,
    staged: DataFrame,
    landed: list[dict[str, Any]],
    refused: DataFrame,
    days: Days,
    report: RunReport,
) -> None:
    """Judge each day and source of a pass against the days before it, and note its measures for the ledger.

    `staged` are the trades of all sources and days of the pass, `landed` one row per file (`dump_day`, `source`,
    `records`), `refused` the quarantined lines. What does not stop becomes a warning. Raises CheckError where a day of
    a daily source breaks a rule after seven days in a row, unless somebody accepted the day.
    """
    started = time.perf_counter()
    measured = measure(staged, landed, refused)
    known = _recorded(context, report)
    trails = _trails(measured, {place: noted for place, noted in known.items() if place[0] not in days})
    findings = _judge(context, measured, trails, max(days), report)
    accepted = _accepted(context, findings, measured, known)
    for place, found in measured.items():
        _note(report, place, {**found, "accepted": accepted[place]} if place in accepted else found)
    stops = [one for one in findings if one.is_stop and one.subject not in accepted.get((one.day, one.source), ())]
    report.warnings.extend(f"{TABLE.name} {one}" for one in findings if one not in stops)
    report.details.setdefault("gate_seconds", {})[SUITE] = time.perf_counter() - started
    if stops:
        raise _refusal(stops, report)


def _recorded(context: Context, report: RunReport) -> dict[Place, dict[str, Any]]:
    """What was noted of built days: the ledger's words, and over them those of an earlier part of this run."""
    noted = {day: json.loads(context.ledger.outputs(TABLE.name, day)) for day in context.ledger.held(TABLE.name)}
    own = {day: counts.outputs for day, counts in report.days.items()}
    return {
        (day, source): measures
        for days in (noted, own)
        for day, outputs in days.items()
        for source, measures in outputs.get(TABLE.name, {}).get("completeness", {}).items()
    }


def _trails(measured: Mapping[Place, Measures], earlier: Mapping[Place, Measures]) -> list[Trail]:
    """For each place, in order of days, the days before it: those of the pass among them, as if done one by one."""
    past: dict[str, dict[date, Measures]] = defaultdict(dict)
    for (day, source), found in earlier.items():
        past[source][day] = found
    trails = []
    for (day, source), found in measured.items():
        trails.append(trail(past[source], day))
        past[source][day] = found
    return trails


def _judge(
    context: Context, measured: Mapping[Place, Measures], trails: list[Trail], night: date, report: RunReport
) -> list[Finding]:
    """Every rule that a day broke, as Great Expectations says, in order of days; the result is kept for its pages."""
    rows = [compared(found, before) for found, before in zip(measured.values(), trails, strict=True)]
    frame = pd.DataFrame(rows, columns=[f"m{n}" for n in range(len(CHECKS))], dtype="float64")
    judged = checks.judged(SUITE, CHECKS, frame)
    places = list(measured)
    findings = [
        _finding(number, places[row], value, measured[places[row]], trails[row])
        for number, row, value in judged.failures
    ]
    failed = {
        check.name: Failed([f"{one.day} {one.source}" for one in findings if one.rule.check == check])
        for check in CHECKS
    }
    if places:
        first, last = places[0][0], places[-1][0]
        context.document(judged, (first,) if first == last else (first, last), night, failed, report)
    return sorted(findings, key=lambda one: (one.day, one.source))


def _finding(number: int, place: Place, value: float, measures: Measures, before: Trail) -> Finding:
    day, source = place
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
    context: Context,
    findings: Iterable[Finding],
    measured: Mapping[Place, Measures],
    known: Mapping[Place, dict[str, Any]],
) -> dict[Place, list[str]]:
    """Measures that would stop but were accepted, by place: in this run, or before, of as many records.

    Lines that were refused may become trades later, which is no reason to ask again.
    """
    accepted: dict[Place, list[str]] = {}
    for one in findings:
        place = (one.day, one.source)
        before = known.get(place, {})
        is_same = before.get("records") == measured[place]["records"]
        if one.is_stop and (context.accept_completeness or (is_same and one.subject in before.get("accepted", ()))):
            accepted.setdefault(place, []).append(one.subject)
    return accepted


def _note(report: RunReport, place: Place, noted: Mapping[str, Any]) -> None:
    day, source = place
    outputs = report.day(day).outputs.setdefault(TABLE.name, {})
    outputs.setdefault("completeness", {})[source] = noted


def _refusal(stops: list[Finding], report: RunReport) -> CheckError:
    listed = "\n  ".join(map(str, stops[:10])) + (f"\n  and {len(stops) - 10} more" if stops[10:] else "")
    days = sorted({one.day for one in stops})
    error = CheckError(
        f"{TABLE.name} was not published, readers keep what they have: dumps do not seem whole.\n  {listed}\n"
        "Land these days again, whole, and run them again. If a day really was so, accept it: "
        f"`pumploss run {TABLE.name} --day {days[0]} --accept-completeness`."
    )
    error.days = report.days
    return error
