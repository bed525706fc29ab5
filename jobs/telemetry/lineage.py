"""What a pass read and wrote, as OpenLineage events, where an address is given: tables with versions, files, rows."""

import json
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    RunFacet,
    dataset_version_dataset,
    error_message_run,
    nominal_time_run,
    output_statistics_output_dataset,
    parent_run,
)
from openlineage.client.transport.http import ApiKeyTokenProvider, HttpConfig, HttpTransport, TokenProvider

from jobs.pipeline import BY_NAME, LANDING
from jobs.running.context import Context
from jobs.telemetry.patience import within
from jobs.telemetry.places import BOARDS, STORES, in_files, in_warm
from pumploss import clock
from pumploss.catalog import tables
from pumploss.days import midnight, shift
from pumploss.errors import failure_text
from pumploss.report import RunReport
from pumploss.version import code_version

_NAMESPACE, _PRODUCER = "pumploss", f"pumploss {code_version()}"
_PATIENCE_SECONDS = 3.0
#: Addresses that did not take an event: they are left alone for the rest of the process.
_silent: set[str] = set()


def trace(context: Context, report: RunReport, rows: Sequence[dict[str, Any]]) -> None:
    """Send how a pass began and how it ended; an address that does not take it is named once, and left alone."""
    address = context.settings.lineage_url
    assert address is not None
    if not rows or address in _silent:
        return
    try:
        events = list(_events(context, rows))
    except Exception as error:  # noqa: BLE001 - a night is worth more than what is told of it
        context.say(f"What {report.step} read and wrote was not told: {failure_text(error)}.")
        return
    if refusal := within(_PATIENCE_SECONDS, lambda: _send(address, context.settings.lineage_key, events)):
        _silent.add(address)
        context.say(f"OPENLINEAGE_URL did not take what {report.step} read and wrote: {refusal}.")


def _send(address: str, key: str | None, events: Iterable[RunEvent]) -> None:
    client = _client(address, key)
    for event in events:
        client.emit(event)


@cache
def _client(address: str, key: str | None) -> OpenLineageClient:
    auth = ApiKeyTokenProvider({"apiKey": key}) if key else TokenProvider({})
    config = HttpConfig(address, timeout=_PATIENCE_SECONDS, auth=auth, retry={"total": 0})
    return OpenLineageClient(transport=HttpTransport(config))


def _events(context: Context, rows: Sequence[dict[str, Any]]) -> Iterable[RunEvent]:
    last, days = rows[-1], sorted(row["day"] for row in rows)
    ended, whole = clock.now(), uuid.uuid5(uuid.NAMESPACE_OID, context.settings.run or context.run_id)
    facets: dict[str, RunFacet] = {
        "nominalTime": nominal_time_run.NominalTimeRunFacet(
            midnight(days[0]).isoformat(), midnight(shift(days[-1], 1)).isoformat()
        ),
        "parent": parent_run.ParentRunFacet(parent_run.Run(str(whole)), parent_run.Job(_NAMESPACE, "night")),
    }
    run = Run(str(uuid.uuid5(whole, f"{last['step']} {days[0]} {days[-1]} {ended}")), facets)
    job = Job(_NAMESPACE, last["step"])
    began = ended - timedelta(seconds=last["seconds"])
    yield _event(RunState.START, began, run, job)
    if last["status"] == "failed":
        facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(last["error"], "python")
        yield _event(RunState.FAIL, ended, run, job, list(_inputs(context, rows)))
        return
    yield _event(RunState.COMPLETE, ended, run, job, list(_inputs(context, rows)), list(_outputs(context, rows)))


def _event(
    state: RunState,
    at: datetime,
    run: Run,
    job: Job,
    inputs: list[InputDataset] | None = None,
    outputs: list[OutputDataset] | None = None,
) -> RunEvent:
    return RunEvent(
        eventType=state, eventTime=at.isoformat(), run=run, job=job, producer=_PRODUCER, inputs=inputs or [],
        outputs=outputs or [],
    )  # fmt: skip


def _inputs(context: Context, rows: Sequence[dict[str, Any]]) -> Iterable[InputDataset]:
    for name in BY_NAME[rows[-1]["step"]].reads:
        if name != LANDING:
            version = context.lake.version(tables()[name])
            yield InputDataset(*in_files(context.lake.root, name), facets=_version(version))
    # What publishing notes of tables is named above.
    for entry in (entry for row in rows for entry in json.loads(row["inputs"] or "[]")):
        if "path" in entry:
            path = str(PurePosixPath(entry["path"]))
            yield InputDataset(*in_files(context.settings.landing, path), facets=_version(entry["sha256"]))
        elif entry.get("store") == "warm":
            for name in BOARDS:
                yield InputDataset(*in_warm(context.settings, name), facets=_version(entry["publish_id"]))


def _outputs(context: Context, rows: Sequence[dict[str, Any]]) -> Iterable[OutputDataset]:
    written = [json.loads(row["outputs"] or "{}") for row in rows]
    step = BY_NAME[rows[-1]["step"]]
    in_store = STORES.get(step.name)
    names = sorted({name for outputs in written for name in outputs}) if in_store else step.writes
    for name in names:
        told = [outputs[name] for outputs in written if name in outputs]
        counted = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
            rowCount=sum(one.get("rows", 0) for one in told)
        )
        version = max((one["version"] for one in told if one.get("version") is not None), default=None)
        place = in_store(context.settings, name) if in_store else in_files(context.lake.root, name)
        yield OutputDataset(*place, {"outputStatistics": counted}, facets=_version(version))


def _version(version: object) -> dict[str, Any]:
    if version is None:
        return {}
    return {"version": dataset_version_dataset.DatasetVersionDatasetFacet(str(version))}
