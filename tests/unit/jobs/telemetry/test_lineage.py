"""What a lineage server is told of passes: what they read and wrote, with versions."""

import hashlib
import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from jobs.running.context import open_context
from jobs.running.runner import run_step, run_steps
from jobs.telemetry.lineage import trace
from pumploss.report import RunReport
from pumploss.tables import bronze_trades, silver_trades
from tests.building.collectors import dripping
from tests.building.dumps import land_day
from tests.building.said_rows import said
from tests.building.three_days import D1, more

STEPS = ("bronze_trades", "silver_tokens", "silver_trades")


@pytest.fixture
def server():
    """A server that keeps events, and the headers that they came with."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.events.append((self.path, dict(self.headers), json.loads(body)))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_):
            pass

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.events = []
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def landed(settings, server):
    """Settings with that server; one day has landed."""
    land_day(settings.landing, D1, [more(D1, "one"), more(D1, "two")])
    return replace(settings, lineage_url=f"http://127.0.0.1:{server.server_port}", lineage_key="s3cretKey")


def test_a_pass_is_told_with_files_tables_versions_and_rows(landed, spark, server):
    with open_context(landed) as context:
        run_steps(context, STEPS, [D1])
        versions = {table.name: context.lake.version(table) for table in (bronze_trades.TABLE, silver_trades.TABLE)}
        files = json.loads(context.ledger.latest()["bronze_trades", D1]["inputs"])
        root = context.lake.root
    assert {path for path, _, _ in server.events} == {"/api/v1/lineage"}
    assert {headers["Authorization"] for _, headers, _ in server.events} == {"Bearer s3cretKey"}
    events = [event for _, _, event in server.events]
    assert [event["eventType"] for event in events] == ["START", "COMPLETE"] * len(STEPS)
    assert [event["job"]["name"] for event in events[1::2]] == list(STEPS)
    for start, end in zip(events[::2], events[1::2], strict=True):
        assert start["run"]["runId"] == end["run"]["runId"]
        assert start["eventTime"] < end["eventTime"]
    assert len({event["run"]["runId"] for event in events}) == len(STEPS)
    assert len({event["run"]["facets"]["parent"]["run"]["runId"] for event in events}) == 1
    parsed, _, deduplicated = events[1::2]
    (dump,) = parsed["inputs"]
    content = (Path(landed.landing) / files[0]["path"]).read_bytes()
    assert (dump["namespace"], dump["name"]) == ("file", f"{landed.landing}/{files[0]['path']}")
    assert dump["facets"]["version"]["datasetVersion"] == hashlib.sha256(content).hexdigest()
    read = {one["name"]: one for one in deduplicated["inputs"]}
    written = {one["name"]: one for one in deduplicated["outputs"]}
    of_bronze = read[f"{root}/bronze_trades"]["facets"]["version"]["datasetVersion"]
    assert of_bronze == str(versions["bronze_trades"])
    told = written[f"{root}/silver_trades"]
    assert told["facets"]["version"]["datasetVersion"] == str(versions["silver_trades"])
    assert told["outputFacets"]["outputStatistics"]["rowCount"] == 2


def test_a_pass_that_failed_is_told_with_why(landed, spark, server, monkeypatch):
    monkeypatch.setattr("jobs.silver_trades.transform", lambda *_: 1 / 0)
    with open_context(landed) as context:
        run_steps(context, STEPS[:2], [D1])
        with pytest.raises(ZeroDivisionError):
            run_step(context, "silver_trades", [D1])
    event = server.events[-1][2]
    assert (event["eventType"], event["job"]["name"]) == ("FAIL", "silver_trades")
    assert event["run"]["facets"]["errorMessage"]["message"] == "ZeroDivisionError: division by zero"
    assert event["outputs"] == []


def test_a_server_that_is_away_is_named_once_and_left_alone(landed, spark, server, capfd):
    server.shutdown()
    server.server_close()
    lines = []
    with open_context(landed, lines.append) as context:
        run_steps(context, STEPS, [D1])
        assert context.ledger.held("silver_trades") == {D1}
    assert len([line for line in lines if "OPENLINEAGE_URL did not take" in line]) == 1
    assert "s3cretKey" not in "".join([*lines, *capfd.readouterr()])


def told_of(settings, server, step, inputs=(), outputs=None):
    """What the server is told at the end of a step whose ledger row notes these inputs and outputs."""
    with open_context(settings) as context:
        said(context, step, "ok", D1, inputs=json.dumps(inputs), outputs=outputs or {})
        trace(context, RunReport(step), [context.ledger.latest()[step, D1]])
    assert [event["eventType"] for _, _, event in server.events] == ["START", "COMPLETE"]
    return server.events[-1][2]


@pytest.mark.parametrize(
    ("step", "inputs"),
    [
        ("recompute_features", [{"table": "gold_trader_features", "version": 3, "traders": 20}]),
        ("publish_warm", [{"table": "gold_scores", "version": 3}]),
        ("publish_hot", [{"store": "warm", "publish_id": "a1", "day": str(D1)}]),
    ],
)
def test_steps_that_read_no_files_are_told_whole(landed, spark, server, step, inputs):
    told = told_of(landed, server, step, inputs=inputs)
    assert {one["namespace"] for one in told["inputs"]} == {"file"}


def test_what_is_published_is_told_with_its_store(landed, spark, server):
    warm = replace(landed, warm_dsn="postgresql://me:s3cretWord@db.example:5433/losses")
    (told,) = told_of(warm, server, "publish_warm", outputs={"leaderboards": {"rows": 7}})["outputs"]
    assert (told["namespace"], told["name"]) == ("postgres://db.example:5433", "losses.public.leaderboards")
    assert told["outputFacets"]["outputStatistics"]["rowCount"] == 7
    assert "s3cretWord" not in json.dumps([event for _, _, event in server.events])


def test_boards_are_told_with_the_publish_that_they_come_from(landed, spark, server):
    inputs = [{"store": "warm", "publish_id": "a1", "day": str(D1)}]
    told = told_of(landed, server, "publish_hot", inputs=inputs, outputs={"leaderboard:24h": {"rows": 3}})
    read = {one["name"]: one["facets"].get("version", {}).get("datasetVersion") for one in told["inputs"]}
    assert read[f"{landed.warm_dir}/public.leaderboards"] == "a1"
    assert [one["name"] for one in told["outputs"]] == [f"{landed.hot_dir}/leaderboard:24h"]


def test_an_answer_that_never_ends_is_not_waited_for(landed, spark):
    lines = []
    with dripping() as address, open_context(replace(landed, lineage_url=address), lines.append) as context:
        run_step(context, "bronze_trades", [D1])
        assert context.ledger.held("bronze_trades") == {D1}
    assert [line for line in lines if "no answer within 3 seconds" in line]
