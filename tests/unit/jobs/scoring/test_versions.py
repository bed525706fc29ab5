"""Which scored days rest on features that have changed since."""

import json
from datetime import date

import pytest

from features.registry import TABLE as FEATURES
from jobs.running.step_context import StepContext
from jobs.scoring import versions
from pumploss.days import shift
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


class Champions:
    """A registry whose champions are of today."""

    def version(self, name):
        return {versions.LOSS: "8", versions.RISK: "9"}[name]


def test_a_day_between_scored_ones_gets_the_versions_of_the_scored_day_before(context):
    first, hole, last = DAY, shift(DAY, 1), shift(DAY, 3)
    for day, models in ((first, ["1", "2"]), (last, ["5", "6"])):
        context.ledger.append([ledger_row(gold_scores.TABLE.name, day, features="a", models=models)])
    step = StepContext(context, (hole,), RunReport("gold_scores"))
    score_days = [shift(day, 1) for day in (shift(first, -1), first, hole, shift(hole, 1), last, shift(last, 1))]
    assert versions.chosen(step, Champions(), score_days, set()) == {
        ("8", "9"): [score_days[0], score_days[5]],
        ("1", "2"): score_days[1:4],
        ("5", "6"): [score_days[4]],
    }
    assert versions.chosen(step, Champions(), score_days[2:3], {score_days[2]}) == {("8", "9"): [score_days[2]]}
