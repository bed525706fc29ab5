"""What is told of a pass of a step: one span, and measures that a dashboard or an alert is made of."""

import time
from collections.abc import Sequence
from typing import Any

from opentelemetry.trace import Status, StatusCode

from jobs.alerting.freshness import freshness
from jobs.alerting.telling import days_of
from jobs.monitoring.recorded import of_day
from jobs.running.context import Context
from jobs.telemetry.exporting import Exporter, exporter
from pumploss.errors import failure_text
from pumploss.report import COUNTS, RunReport
from pumploss.tables.gold_monitoring import TABLE as MONITORING

#: Bytes, seconds, days; what is counted in rows and lines, and shares of one, as OpenTelemetry writes units.
_BYTES, _SECONDS, _DAYS, _ROWS, _SHARE, _BOUNDS = "By", "s", "d", "{row}", "1", "{bound}"


def observe(context: Context, report: RunReport, rows: Sequence[dict[str, Any]]) -> None:
    """Tell of a pass whose ledger rows these are; whatever is in the way of that is only said."""
    endpoint = context.settings.otlp_endpoint
    assert endpoint is not None
    if not rows:
        return
    try:
        to = exporter(endpoint, context.settings.run or context.run_id)
        _span(to, rows)
        _measures(to, context, report, rows)
        context.at_close["telemetry"] = lambda: _close(context, to)
    except Exception as error:  # noqa: BLE001 - a night is worth more than what is told of it
        context.say(f"Telemetry of {report.step} was not made: {failure_text(error)}.")


def _span(to: Exporter, rows: Sequence[dict[str, Any]]) -> None:
    last, days, ended = rows[-1], sorted(row["day"] for row in rows), time.time_ns()
    attributes = {
        "pumploss.run": last["run_id"],
        "pumploss.day.first": str(days[0]),
        "pumploss.day.last": str(days[-1]),
        "pumploss.days": len(rows),
        "pumploss.status": last["status"],
        "pumploss.peak_memory": last["peak_memory_bytes"],
        **{f"pumploss.{count}": sum(row[count] for row in rows) for count in COUNTS},
    }
    span = to.tracer.start_span(last["step"], start_time=ended - int(last["seconds"] * 1e9), attributes=attributes)
    if last["status"] == "failed":
        span.set_status(Status(StatusCode.ERROR, last["error"]))
    span.end(ended)


def _measures(to: Exporter, context: Context, report: RunReport, rows: Sequence[dict[str, Any]]) -> None:
    step, last, meter = report.step, rows[-1], to.meter
    told = meter.create_counter("pumploss.rows", _ROWS, "Rows that steps read, wrote, refused or left out as copies")
    for count in COUNTS:
        told.add(sum(row[count] for row in rows), {"step": step, "kind": count.removeprefix("rows_")})
    passes = meter.create_histogram("pumploss.step.duration", _SECONDS, "Seconds of a pass of a step")
    passes.record(last["seconds"], {"step": step, "status": last["status"]})
    memory = meter.create_gauge("pumploss.step.peak_memory", _BYTES, "Most memory of the process up to a step's end")
    memory.set(last["peak_memory_bytes"], {"step": step})
    _quarantine(to, report, rows)
    if step == MONITORING.name and last["status"] == "ok":
        _drift(to, context, rows)


def _quarantine(to: Exporter, report: RunReport, rows: Sequence[dict[str, Any]]) -> None:
    read = sum(row["rows_read"] for row in rows)
    share = to.meter.create_gauge("pumploss.quarantine.share", _SHARE, "Share of a pass's lines refused for a reason")
    for reason, lines in report.details.get("reasons", {}).items() if read else ():
        share.set(lines / read, {"reason": str(reason)})


def _drift(to: Exporter, context: Context, rows: Sequence[dict[str, Any]]) -> None:
    alarms = of_day(context, max(row["day"] for row in rows))
    broken = to.meter.create_gauge("pumploss.monitoring.broken_bounds", _BOUNDS, "Bounds that the latest night broke")
    broken.set(len(alarms.warns), {"severity": "warn"})
    broken.set(len(alarms.stops), {"severity": "stop"})


def _close(context: Context, to: Exporter) -> None:
    """Tell how far stores are behind, and send what is left; whatever is in the way of that is only said as well."""
    try:
        _freshness(context, to)
        complaint = to.flush()
    except Exception as error:  # noqa: BLE001 - as in `observe`
        complaint = failure_text(error)
    if complaint:
        context.say(f"The collector of OTEL_EXPORTER_OTLP_ENDPOINT did not take what steps did: {complaint}")


def _freshness(context: Context, to: Exporter) -> None:
    behind = to.meter.create_gauge("pumploss.freshness", _DAYS, "Days that a store is behind the newest dump")
    for store, found in freshness(context, max(days_of(context), default=None)).items():
        if found["days_behind_landing"] is not None:
            behind.set(found["days_behind_landing"], {"store": store})
