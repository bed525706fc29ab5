"""What a step may read and publish, and what of it goes into the report."""

import ast
from datetime import UTC, date, datetime

import pytest

from features import registry
from jobs.pipeline import BY_NAME, STEPS
from jobs.running.lookups import latest_before
from jobs.running.runner import run_pass
from jobs.running.step_context import StepContext
from pumploss.days import midnight, shift, span
from pumploss.errors import LakeError, StaleError
from pumploss.report import RunReport
from pumploss.settings import ROOT
from pumploss.tables import (
    bronze_token_events,
    gold_market_day,
    gold_token_day,
    silver_open_lots,
    silver_trade_pnl,
    silver_trades,
)
from tests.building.said_rows import said

D1, D2, D3 = DAYS = span(date(2026, 1, 5), date(2026, 1, 7))


@pytest.fixture
def inside(context):
    """`inside("silver_trade_pnl")`: the context of a pass of the step over three days."""
    return lambda name: StepContext(context, DAYS, RunReport(name))


@pytest.mark.parametrize(("of", "is_refused"), [(D1, True), (D3, False)])
def test_a_day_that_is_gone_and_stale_is_not_read_past(context, inside, of, is_refused):
    """The lake has nothing of it any more, and what is made of all days before would lack it without a word."""
    said(context, "silver_trades", "stale", of, error="a commit is gone")
    step = inside("silver_trade_pnl")
    if is_refused:
        with pytest.raises(StaleError, match=f"silver_trades of {of} is stale: a commit is gone"):
            step.read_before(silver_trades.TABLE, D3)
    else:
        assert step.read_before(silver_trades.TABLE, D3).count() == 0


def test_a_table_that_the_step_does_not_declare_is_refused(inside, frame):
    step = inside("silver_trade_pnl")
    with pytest.raises(LakeError, match="silver_trade_pnl reads gold_token_day without saying so"):
        step.read(gold_token_day.TABLE, [D1])
    with pytest.raises(LakeError, match="without saying so"):
        step.read_before(gold_token_day.TABLE, D2)
    with pytest.raises(LakeError, match="without saying so"):
        latest_before(step, gold_token_day.TABLE, frame(silver_trades.TABLE).select("token_mint"), D2)
    assert step.read(silver_trades.TABLE, [D1]).count() == 0
    assert latest_before(step, silver_open_lots.TABLE, frame(silver_trades.TABLE).select("token_mint"), D2).count() == 0


def test_a_real_step_whose_declaration_lacks_a_table_fails_and_writes_nothing(context, monkeypatch):
    step = BY_NAME["gold_market_day"]
    monkeypatch.setitem(BY_NAME, step.name, type(step)(step.name, ("gold_token_day",), step.writes))
    with pytest.raises(LakeError, match="gold_market_day reads gold_trader_day without saying so"):
        run_pass(context, RunReport(step.name), DAYS)
    assert not context.lake.exists(gold_market_day.TABLE)


def test_outside_a_step_every_table_is_read(context):
    assert context.read(gold_token_day.TABLE, [D1]).count() == 0


def test_a_step_publishes_and_reads_as_its_own_only_what_it_writes(inside, frame):
    step = inside("silver_trades")
    with pytest.raises(LakeError, match="silver_trades does not write silver_trade_pnl"):
        step.publish(silver_trade_pnl.TABLE, frame(silver_trade_pnl.TABLE), [D1])
    with pytest.raises(LakeError, match="does not write silver_trade_pnl"):
        step.read_own(silver_trade_pnl.TABLE)


def test_its_own_table_is_read_as_it_stands_though_it_is_stale(context, inside):
    context.ledger.append([{"run_id": "r", "step": "silver_trades", "day": D1, "status": "stale", "error": "why"}])
    step = inside("silver_trades")
    assert step.read_own(silver_trades.TABLE, [D1]).count() == 0
    with pytest.raises(StaleError):
        step.read(silver_trades.TABLE, [D1])


def events(*days):
    return [
        {"dump_day": day, "event_kind": "create", "token_mint": f"m{n}", "occurred_at": midnight(day), "line_number": n}
        for n, day in enumerate(days)
    ]


def test_rows_read_are_those_of_the_first_input_and_rows_written_those_that_count(context, inside, frame):
    table = bronze_token_events.TABLE
    inside("bronze_trades").publish(table, frame(table, *events(D1, D1, D2)), [D1, D2], counted=False)
    report = RunReport("silver_tokens")
    StepContext(context, (D2, D3), report).read(table, DAYS)
    assert {day: counts.rows_read for day, counts in report.days.items()} == {D2: 1, D3: 0}
    bronze = inside("bronze_trades")
    for counted in (False, True):
        written = bronze.publish(table, frame(table, *events(D1, D1, D2)), [D1, D2, D3], counted=counted)
        assert written == {D1: 2, D2: 1}
    assert {day: counts.rows_written for day, counts in bronze.report.days.items()} == {D1: 2, D2: 1, D3: 0}
    assert bronze.report.days[D1].outputs[table.name].keys() == {"rows", "digest", "version", "files"}
    assert bronze.report.changed == {D1, D2}


def test_days_of_a_table_count_for_the_run_that_reads_them(context, inside, frame):
    """Dump day D scores T = D + 1."""
    as_of = shift(D3, 1)
    row = {"trader_address": "ann", "feature_day": as_of, "as_of": datetime(2026, 1, 8, tzinfo=UTC)}
    context.lake.replace(registry.TABLE, frame(registry.TABLE, row), [as_of], {as_of: 1})
    step = inside("gold_scores")
    step.read(registry.TABLE, [as_of])
    assert {day: counts.rows_read for day, counts in step.report.days.items()} == {D3: 1}
    publishing = inside("publish_warm")
    publishing.read(registry.TABLE, [as_of])
    assert not publishing.report.days, "a step that builds no table counts for itself"


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_no_step_reads_past_its_context(step):
    tree = ast.parse((ROOT / "jobs" / f"{step.name}.py").read_text())
    past = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "read" and ast.unparse(node.value).endswith("lake")
    ]
    assert not past, f"jobs/{step.name}.py reads the lake itself in lines {past}: use context.read or read_own"
