"""Which scored days rest on features that have changed since."""

import json
from datetime import date

import pytest

from features.registry import TABLE as FEATURES
from jobs.running.step_context import StepContext
from jobs.scoring import versions
from pumploss.report import RunReport
from pumploss.tables import gold_scores

DAY, TONIGHT = date(2026, 1, 8), date(2026, 1, 9)


def ledger_row(step, day, status="ok", **noted):
    row = {"run_id": "r", "step": step, "status": status, "seconds": 0.5, "inputs": "[]", "landing": "l"}
    return {**row, "peak_memory_bytes": 1, "code_version": "0", "day": day, "outputs": json.dumps({step: noted})}


def features(digest, day=DAY, status="ok"):
    return ledger_row(FEATURES.name, day, status, digest=digest)


def scores(digest, day=DAY, status="ok"):
    return ledger_row(gold_scores.TABLE.name, day, status, features=digest, models=["1", "2"])


@pytest.mark.parametrize(
    ("rows", "expected", "why"),
    [
        ([features("a"), scores("a")], (), "what was scored stands"),
        ([features("a"), scores("a"), features("b")], (DAY,), "the features were rebuilt and differ"),
        ([features("a"), scores("a"), features("b"), features("a")], (), "they differed for a while and do no longer"),
        ([features("a"), scores("a"), features("b", status="stale")], (), "they are about to be rebuilt: not readable"),
        ([features("b"), scores(None)], (), "nothing was noted of what was scored"),
        ([features("b"), scores("a", status="skipped")], (), "the day was never scored"),
        ([features("b", TONIGHT), scores("a", TONIGHT)], (), "the day is scored tonight anyhow"),
        ([features("b"), scores("a"), scores("a", status="failed")], (DAY,), "a failure leaves the old scores there"),
    ],
)
def test_scored_days_whose_features_have_changed(context, rows, expected, why):
    for row in rows:
        context.ledger.append([row])
    step = StepContext(context, (TONIGHT,), RunReport("gold_scores"))
    assert versions.outdated(step, (TONIGHT,)) == expected, why
