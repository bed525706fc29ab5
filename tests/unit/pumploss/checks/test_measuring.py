"""Metrics and digests of a staged day."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pumploss import checks
from pumploss.contract import Check, Column, Metric, Table, Type, within
from tests.building.checked_table import MONDAY, TABLE, TUESDAY


def digest(staged):
    measured = checks.measure(TABLE, staged).digests
    assert checks.digests(TABLE, staged) == measured
    return measured


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


SHARES = [
    ([(9, 9, "bad"), (1, 1, "good")], 0.9, "of both sums"),
    ([(999, 1, "bad"), (1, 9, "good")], 0.1, "the least share counts: one row with a wrong unit does not stop a day"),
    ([(5, 5, "good")], 0.0, "nothing breaks it"),
    ([(0, 0, "bad")], 0.0, "a share of nothing is none"),
    ([(2**62, 3, "bad")] * 4, 1.0, "sums beyond 64 bits"),
    ([(None, 3, "bad"), (4, 1, "good")], 0.0, "what is missing weighs nothing"),
]


@pytest.mark.parametrize(("rows", "share", "why"), SHARES, ids=[why for _, _, why in SHARES])
def test_the_share_of_rows_that_break_a_condition(frame, rows, share, why):
    weights = ("size_units", "weight_units")
    check = Check(Metric.VIOLATION_SHARE, "thing <> 'bad'", "mostly good", highest=0.5, weights=weights)
    table = replace(TABLE, checks=(check,), key=(), no_key_because="things repeat")
    given = [{"day": MONDAY, "size_units": a, "weight_units": b, "thing": thing} for a, b, thing in rows]
    staged = frame(table, *given)
    verdicts = [found for found in checks.judge(checks.measure(table, staged)) if found.check == check]
    assert [found.value for found in verdicts] == ([share] if share > 0.5 else []), why
    assert checks.measure(table, staged).metrics.iloc[0, -1] == pytest.approx(share), why
    if verdicts:
        assert "bad" in checks.examples(table, staged, verdicts[0])[0]


def test_measures_of_earlier_days_are_not_measured_here(frame):
    table = replace(TABLE, checks=(Check(Metric.TRAILING_RATIO, "rows", "", lowest=1),))
    with pytest.raises(ValueError, match="needs earlier days"):
        checks.measure(table, frame(table, {"day": MONDAY, "thing": "a"}))


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
