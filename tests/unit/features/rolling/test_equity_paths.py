"""Equity followed day by day, against plain Python over calendar days."""

from datetime import date, timedelta
from random import Random
from statistics import linear_regression

import numpy as np
import pyarrow as pa
import pytest

FIRST = date(2026, 1, 1)
NAMES = ("equity_change_lamports", "equity_close_lamports", "buy_cost_lamports", "proceeds_lamports")


def drawn(seed):
    """Some days of one trader, with their changes, closes, buys and proceeds."""
    draw = Random(seed)
    share = draw.choice([0.1, 0.5, 1.0])
    days = [FIRST + timedelta(days=age) for age in range(60) if draw.random() < share]
    return {
        day: [draw.randrange(-(10**9), 10**9), *(draw.choice([0, draw.randrange(10**9)]) for _ in "abc")]
        for day in days
    }


def followed(rows, as_of_days):
    from features.rolling.equity_paths import equity_paths
    from features.rolling.rows import by_trader

    table = pa.table(
        {
            "trader_address": pa.array(["ann"] * len(rows), pa.string()),
            "day": pa.array(list(rows), pa.date32()),
            **{name: pa.array([row[n] for row in rows.values()], pa.int64()) for n, name in enumerate(NAMES)},
        }
    )
    wanted = np.array(as_of_days, "datetime64[D]").astype(np.int64)
    days = by_trader(table, pa.array(["ann"]))
    found = equity_paths(days, np.zeros(len(wanted), np.int64), wanted)
    return [dict(zip(found, row, strict=True)) for row in zip(*(a.to_pylist() for a in found.values()), strict=True)]


def reckoned(rows, as_of):
    ages = range(30, 0, -1)
    days = [rows.get(as_of - timedelta(days=age), [0, 0, 0, 0]) for age in ages]
    made = [sum(day[0] for day in days[: n + 1]) for n in range(30)]
    put_in = [sum(day[2] - day[3] for day in days[: n + 1]) for n in range(30)]
    has_row = [as_of - timedelta(days=age) in rows for age in ages]
    stakes = [day[1] - day[0] + day[3] if seen else 0 for day, seen in zip(days, has_row, strict=True)]
    weights = [2 ** (-age / 7) if stake > 0 else 0 for age, stake in zip(ages, stakes, strict=True)]
    losses = [w * -day[0] / stake for w, day, stake in zip(weights, days, stakes, strict=True) if w]
    return {
        "deepest_fall_lamports_30d": max(max([0, *made[: n + 1]]) - made[n] for n in range(30)),
        "capital_lamports_30d": max(
            (day[1] + max(put, 0) for day, put, seen in zip(days, put_in, has_row, strict=True) if seen), default=0
        ),
        "staked_day_count_30d": len(losses),
        "fading_loss_ratios_30d": sum(losses),
        "fading_weights_30d": sum(weights),
        "equity_slope_lamports_30d": linear_regression(range(30), made).slope,
    }


@pytest.mark.parametrize("seed", range(8))
def test_paths_are_those_over_calendar_days(seed):
    rows = drawn(seed)
    wanted = [FIRST + timedelta(days=age) for age in range(0, 95, 3)]
    for as_of, found in zip(wanted, followed(rows, wanted), strict=True):
        expected = reckoned(rows, as_of)
        for name in ("fading_loss_ratios_30d", "fading_weights_30d", "equity_slope_lamports_30d"):
            assert found.pop(name) == pytest.approx(expected.pop(name), rel=1e-9, abs=1e-6)
        assert found == expected


def test_a_fall_counts_from_the_highest_not_from_the_start():
    rows = {FIRST + timedelta(days=n): [change, 0, 0, 0] for n, change in enumerate((5, -3, 4, -6, 1))}
    (found,) = followed(rows, [FIRST + timedelta(days=9)])
    assert found["deepest_fall_lamports_30d"] == 6
