"""Metrics, digests and verdicts of a staged day."""

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from pumploss import checks
from pumploss.contract import Check, Column, Metric, Severity, Table, Type, holds, within

MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)
TABLE = Table(
    name="things",
    description="Things of a day.",
    columns=(
        Column("thing", Type.STRING, "Its name"),
        Column("size_units", Type.BIGINT, "Its size", nullable=True),
        Column("weight_units", Type.BIGINT, "Its weight", nullable=True),
        Column("parts", Type.BIGINTS, "Its parts"),
        Column("run_id", Type.STRING, "Who wrote it"),
        Column("day", Type.DATE, "Day"),
    ),
    key=("thing", "day"),
    partition_by=("day",),
    checks=(
        *within("size_units", 0, 10, "small things only"),
        holds("size_units <> 7", "seven is unlucky"),
        Check(Metric.NULL_SHARE, "size_units", "sizes are mostly known", highest=0.5, severity=Severity.WARN),
        Check(Metric.ROW_COUNT, "", "days are short", highest=3),
    ),
)


@pytest.fixture(scope="module")
def judged(frame):
    def judge(*rows):
        staged = frame(TABLE, *({"day": MONDAY, "thing": str(n), **row} for n, row in enumerate(rows)))
        return {
            (v.day, v.check.name): v.value
            for v in checks.confirmed(staged, checks.judge(checks.measure(TABLE, staged)))
        }

    return judge


def digest(staged):
    return checks.measure(TABLE, staged).digests


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


def test_examples_show_the_rows_that_break_a_check(frame):
    staged = frame(
        TABLE, {"day": MONDAY, "thing": "good", "size_units": 1}, {"day": MONDAY, "thing": "bad", "size_units": 7}
    )
    (verdict,) = checks.judge(checks.measure(TABLE, staged))
    (shown,) = checks.examples(TABLE, staged, verdict)
    assert "'bad'" in shown


def test_examples_are_rows_of_the_day_that_fails(frame):
    rows = [{"day": day, "thing": "twin", "size_units": 1} for day in (MONDAY, MONDAY, TUESDAY)]
    staged = frame(TABLE, *rows, {"day": TUESDAY, "thing": "big", "size_units": 99})
    first, second = checks.judge(checks.measure(TABLE, staged))
    assert checks.examples(TABLE, staged, first) == [f"{{'thing': 'twin', 'day': {MONDAY!r}, 'rows': 2}}"]
    assert checks.examples(TABLE, staged, second) == [f"{{'thing': 'big', 'size_units': 99, 'day': {TUESDAY!r}}}"]


def test_examples_of_endless_text_end(frame):
    staged = frame(TABLE, {"day": MONDAY, "thing": "x" * 10_000, "size_units": 7})
    (verdict,) = checks.judge(checks.measure(TABLE, staged))
    (shown,) = checks.examples(TABLE, staged, verdict)
    assert len(shown) < 600


def test_what_is_not_a_number_is_found_though_it_is_in_every_range(frame):
    table = Table(
        name="prices",
        description="Prices of a day.",
        columns=(Column("price_sol", Type.DOUBLE, "Price", nullable=True), Column("day", Type.DATE, "Day")),
        partition_by=("day",),
        checks=tuple(within("price_sol", 0, 1, "cheap things only")),
        no_key_because="prices repeat",
    )
    sound = frame(table, {"day": MONDAY, "price_sol": 0.5}, {"day": MONDAY})
    assert checks.judge(checks.measure(table, sound)) == []
    staged = frame(table, {"day": MONDAY, "price_sol": 0.5}, {"day": MONDAY, "price_sol": float("nan")})
    found = checks.judge(checks.measure(table, staged))
    assert (found[0].check.name, found[0].value) == ("nan_count(price_sol)", 1)
    (shown,) = checks.examples(table, staged, found[0])
    assert "nan" in shown


def test_units_in_names_are_judged_over_all_their_columns_at_once(frame):
    table = Table(
        name="facts",
        description="Facts of a day.",
        columns=(
            Column("won_share", Type.DOUBLE, "Share", nullable=True),
            Column("lost_share", Type.DOUBLE, "Share", nullable=True),
            Column("buy_count", Type.BIGINT, "Buys"),
            Column("sell_count", Type.BIGINT, "Sells"),
            Column("day", Type.DATE, "Day"),
        ),
        partition_by=("day",),
        no_key_because="facts repeat",
    )
    sound = [{"day": MONDAY}, {"day": MONDAY, "won_share": 1.0}, {"day": MONDAY, "lost_share": 0.0, "buy_count": 2}]
    assert checks.judge(checks.measure(table, frame(table, *sound))) == []
    staged = frame(table, *sound, {"day": MONDAY, "lost_share": 1.5, "won_share": 0.5, "sell_count": -3})
    found = checks.judge(checks.measure(table, staged))
    assert [(verdict.check.name, verdict.value) for verdict in found] == [
        ("maximum(won_share,lost_share)", 1.5),
        ("minimum(buy_count,sell_count)", -3),
    ]
    for verdict in found:
        (shown,) = checks.examples(table, staged, verdict)
        assert "1.5" in shown or "-3" in shown


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


def test_measures_of_earlier_days_are_not_measured_here(frame):
    table = replace(TABLE, checks=(Check(Metric.TRAILING_RATIO, "rows", "", lowest=1),))
    with pytest.raises(ValueError, match="needs earlier days"):
        checks.measure(table, frame(table, {"day": MONDAY, "thing": "a"}))


def test_a_repeat_that_only_hashes_alike_is_no_repeat(frame):
    staged = frame(
        TABLE, {"day": MONDAY, "thing": "a", "size_units": 1}, {"day": MONDAY, "thing": "b", "size_units": 1}
    )
    (check,) = (check for check in TABLE.all_checks if check.metric is Metric.DUPLICATE_COUNT)
    assert checks.confirmed(staged, [checks.Verdict(check, MONDAY, 1.0)]) == []


def test_digests_cover_content_by_day_and_not_its_order(frame):
    rows = [{"day": MONDAY + timedelta(n % 2), "thing": str(n), "size_units": n, "parts": [n, n + 1]} for n in range(9)]
    found = digest(frame(TABLE, *rows))
    assert found.keys() == {MONDAY, TUESDAY}
    assert found == digest(frame(TABLE, *reversed(rows)).repartition(3))
    assert found == digest(frame(TABLE, *({**row, "run_id": "another"} for row in rows)))
    changed = [{**row, "size_units": 99} if row["thing"] == "4" else row for row in rows]
    again = digest(frame(TABLE, *changed))
    assert again[TUESDAY] == found[TUESDAY]
    assert again[MONDAY] != found[MONDAY]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"size_units": 5}, {"weight_units": 5}),
        ({"size_units": 0}, {"size_units": None}),
        ({"parts": []}, {"parts": [0]}),
        ({"parts": [1, 2]}, {"parts": [2, 1]}),
    ],
)
def test_digests_tell_apart(frame, one, other):
    first, second = (digest(frame(TABLE, {"day": MONDAY, "thing": "a", **row})) for row in (one, other))
    assert first != second


def test_a_repeated_row_changes_the_digest(frame):
    row = {"day": MONDAY, "thing": "a"}
    assert digest(frame(TABLE, row)) != digest(frame(TABLE, row, row))


def test_the_suite_carries_the_reasons():
    expectations = checks.suite(TABLE).expectations
    assert [e.meta["why"] for e in expectations] == [check.why for check in TABLE.all_checks]
    assert {e.meta["severity"] for e in expectations} == {"STOP", "WARN"}
