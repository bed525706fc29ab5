"""Verdicts on a staged day."""

import pandas as pd
import pytest

from pumploss import checks
from pumploss.contract import Check, Metric, Severity, holds
from tests.building.checked_table import MONDAY, TABLE, TUESDAY


@pytest.fixture(scope="module")
def judged(frame):
    def judge(*rows):
        staged = frame(TABLE, *({"day": MONDAY, "thing": str(n), **row} for n, row in enumerate(rows)))
        return {
            (v.day, v.check.name): v.value
            for v in checks.confirmed(staged, checks.judge(checks.measure(TABLE, staged)))
        }

    return judge


def test_a_sound_day_has_no_verdict(judged):
    assert judged({"size_units": 0}, {"size_units": 10}) == {}


def test_every_broken_check_is_found_with_its_value(judged):
    found = judged({"size_units": 7}, {"size_units": -1}, {"size_units": 12, "thing": "0"}, {"size_units": 1})
    assert found == {
        (MONDAY, "duplicate_count(thing,day)"): 1,
        (MONDAY, "minimum(size_units)"): -1,
        (MONDAY, "maximum(size_units)"): 12,
        (MONDAY, "violation_count(size_units <> 7)"): 1,
        (MONDAY, "row_count"): 4,
    }


def test_each_day_is_judged_by_itself(judged):
    assert judged({"size_units": 3}, {"size_units": 11, "day": TUESDAY}) == {(TUESDAY, "maximum(size_units)"): 11}


def test_missing_values_break_only_what_forbids_them(judged):
    assert judged({"thing": None}, {"size_units": 1}) == {(MONDAY, "null_count(thing)"): 1}
    assert judged({}, {}) == {(MONDAY, "null_share(size_units)"): 1.0}


def test_nothing_staged_breaks_nothing(judged):
    assert judged() == {}


def test_only_stop_forbids_publishing(frame):
    staged = frame(TABLE, {"day": MONDAY, "thing": "a"}, {"day": MONDAY, "thing": "b"})
    verdicts = checks.judge(checks.measure(TABLE, staged))
    assert [v.check.severity for v in verdicts] == [Severity.WARN]
    assert checks.stops(verdicts) == []
    assert str(verdicts[0]) == "2026-01-05: null_share(size_units) is 1.0, outside [-inf, 0.5]: sizes are mostly known"


def test_bounds_on_both_sides_hold_on_every_day():
    both = Check(Metric.ROW_COUNT, "", "neither empty nor endless", lowest=2, highest=4)
    frame = pd.DataFrame({"m0": [1, 2, 3, 4, 5, None]})
    assert checks.judged("days", [both], frame).failures == [(0, 0, 1.0), (0, 4, 5.0)]


@pytest.mark.parametrize("missing", [[None], [None, 3.0], [float("nan"), float("nan")]])
def test_what_was_not_measured_breaks_nothing(missing):
    half = [Check(Metric.MINIMUM, "size_units", "", lowest=0), Check(Metric.MAXIMUM, "size_units", "", highest=9)]
    judged = checks.judged("days", half, pd.DataFrame({"m0": missing, "m1": missing}))
    assert judged.failures == []
    assert judged.result.success


def test_checks_that_say_the_same_are_told_apart():
    twice = [holds("size_units < 9", "nine", Severity.WARN), holds("size_units < 9", "nine")]
    judged = checks.judged("days", twice, pd.DataFrame({"m0": [0], "m1": [1]}))
    assert judged.failures == [(1, 0, 1.0)]
    columns = [one.column for one in judged.suite.expectations]
    assert columns == ["violation_count(size_units below 9)", "violation_count(size_units below 9) (2)"]


def test_a_repeat_that_only_hashes_alike_is_no_repeat(frame):
    staged = frame(
        TABLE, {"day": MONDAY, "thing": "a", "size_units": 1}, {"day": MONDAY, "thing": "b", "size_units": 1}
    )
    (check,) = (check for check in TABLE.all_checks if check.metric is Metric.DUPLICATE_COUNT)
    assert checks.confirmed(staged, [checks.Verdict(check, MONDAY, 1.0)]) == []


def test_the_suite_carries_the_reasons():
    expectations = checks.suite(TABLE).expectations
    assert [e.meta["why"] for e in expectations] == [check.why for check in TABLE.all_checks]
    assert {e.meta["severity"] for e in expectations} == {"STOP", "WARN"}
