"""What a collector is told of passes: the ledger's own figures, whatever became of them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from jobs.running.context import open_context
from jobs.running.runner import run_step, run_steps
from jobs.telemetry.steps import observe
from pumploss import clock
from pumploss.report import COUNTS, RunReport
from tests.building.collectors import attributes, collector, dripping
from tests.building.dumps import land_day
from tests.building.said_rows import said
from tests.building.three_days import D1, D2, D3, more

STEPS = ("bronze_trades", "silver_tokens", "silver_trades")


@pytest.fixture(scope="module")
def told():
    """A collector that answers."""
    with collector() as made:
        yield made


def landed(settings, address):
    """The settings with that collector; one day has landed, of which a line is refused."""
    land_day(settings.landing, D1, [more(D1, "one"), more(D1, "two"), more(D1, "odd", sol_lamports=0)])
    return replace(settings, otlp_endpoint=address)


def test_spans_and_measures_are_what_the_ledger_has_and_one_run_is_one_trace(settings, spark, told):
    before = clock.now()
    with open_context(landed(settings, told.address)) as context:
        run_steps(context, STEPS, [D1])
        rows = {name: row for (name, day), row in context.ledger.latest().items() if day == D1}
    spans = {span.name: span for span in told.spans}
    assert set(spans) == set(STEPS)
    assert told.services == {"pumploss"}
    assert len({span.trace_id for span in told.spans}) == 1
    for name, span in spans.items():
        given, row = attributes(span.attributes), rows[name]
        assert given["pumploss.run"] == row["run_id"]
        assert given["pumploss.status"] == "ok"
        assert (given["pumploss.day.first"], given["pumploss.day.last"]) == (str(D1), str(D1))
        assert given["pumploss.peak_memory"] == row["peak_memory_bytes"]
        for count in ("read", "written", "quarantined", "duplicate"):
            assert given[f"pumploss.rows_{count}"] == row[f"rows_{count}"]
            assert told.value("pumploss.rows", step=name, kind=count) == row[f"rows_{count}"]
        began, ended = (
            datetime.fromtimestamp(at / 1e9, UTC) for at in (span.start_time_unix_nano, span.end_time_unix_nano)
        )
        assert before <= began <= ended <= clock.now()
        nanoseconds = span.end_time_unix_nano - span.start_time_unix_nano
        assert nanoseconds == pytest.approx(row["seconds"] * 1e9, abs=1)
        assert told.value("pumploss.step.duration", step=name, status="ok") == pytest.approx(row["seconds"])
        assert told.value("pumploss.step.peak_memory", step=name) == row["peak_memory_bytes"]
    assert rows["bronze_trades"]["rows_quarantined"] == 1
    assert told.value("pumploss.quarantine.share", reason="zero_amount") == pytest.approx(1 / 3)


def test_a_step_that_failed_is_an_error_with_its_words(settings, spark, told, monkeypatch):
    monkeypatch.setattr("jobs.silver_trades.transform", lambda *_: 1 / 0)
    with open_context(landed(settings, told.address)) as context:
        run_steps(context, STEPS[:2], [D1])
        with pytest.raises(ZeroDivisionError):
            run_step(context, "silver_trades", [D1])
    failed = told.spans[-1]
    assert failed.name == "silver_trades"
    assert failed.status.message == "ZeroDivisionError: division by zero"
    assert attributes(failed.attributes)["pumploss.status"] == "failed"


def test_a_run_ends_with_how_far_each_store_is_behind_the_landing(settings, spark, told):
    land_day(settings.landing, D3, [more(D3)])
    with open_context(landed(settings, told.address)) as context:
        said(context, "gold_trader_features", "ok", D1, D2)
        said(context, "publish_warm", "ok", D1)
        run_step(context, "bronze_trades", [D1])
    assert told.value("pumploss.freshness", store="lake") == 1
    assert told.value("pumploss.freshness", store="warm store") == 2
    # Nothing was ever there that could be behind.
    assert ("pumploss.freshness", (("store", "hot store"),)) not in told.measures


def test_bounds_that_a_night_broke_are_counted(settings, spark, told):
    with open_context(landed(settings, told.address)) as context:
        watched = {"gold_monitoring": {"warns": ["one", "two"], "stops": ["three"], "stopped": ["risk-score"]}}
        said(context, "gold_monitoring", "ok", D2, outputs=watched, **dict.fromkeys(COUNTS, 7))
        observe(context, RunReport("gold_monitoring"), [context.ledger.latest()["gold_monitoring", D2]])
    assert told.value("pumploss.monitoring.broken_bounds", severity="warn") == 2
    assert told.value("pumploss.monitoring.broken_bounds", severity="stop") == 1


def test_a_collector_that_is_away_holds_nobody_up_and_is_named_once_without_its_password(settings, spark, capfd):
    with collector() as gone:
        address = gone.address.replace("http://", "http://operator:s3cretW0rd@")
    lines = []
    with open_context(landed(settings, address), lines.append) as context:
        run_steps(context, STEPS[:2], [D1])
        assert context.ledger.held("silver_tokens") == {D1}
    complaints = [line for line in lines if "OTEL_EXPORTER_OTLP_ENDPOINT" in line]
    assert len(complaints) == 1
    assert "did not take what steps did" in complaints[0]
    printed = "".join([*lines, *capfd.readouterr()])
    assert "s3cretW0rd" not in printed


def test_an_answer_that_never_ends_is_not_waited_for(settings, spark):
    lines = []
    with dripping() as address, open_context(landed(settings, address), lines.append) as context:
        run_step(context, "bronze_trades", [D1])
    assert [line for line in lines if "no answer within 5 seconds" in line]


def test_what_cannot_be_told_at_the_end_fails_no_run(settings, spark, told, monkeypatch):
    lines = []
    monkeypatch.setattr("jobs.telemetry.steps.freshness", lambda *_: 1 / 0)
    with open_context(landed(settings, told.address), lines.append) as context:
        run_step(context, "bronze_trades", [D1])
    assert [line for line in lines if "ZeroDivisionError" in line]


def test_without_an_address_nothing_is_told(settings, spark, told):
    told.spans.clear()
    with open_context(replace(landed(settings, told.address), otlp_endpoint=None)) as context:
        run_step(context, "bronze_trades", [D1])
        assert context.at_close == {}
    assert told.spans == []
