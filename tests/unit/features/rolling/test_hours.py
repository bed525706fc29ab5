"""Hours of trades, against plain Python over calendar days."""

from datetime import date, timedelta
from math import log, pi, sin
from random import Random

import numpy as np
import pyarrow as pa
import pytest

from features.windows import HOUR_COUNTS, HOURS, LOOKBACK_DAYS

FIRST = date(2026, 1, 1)
#: What the kernel leaves to features: means, and signs.
CLOSE = {"rel": 1e-9, "abs": 1e-7}


def drawn(seed):
    """Trades by hour on some days of one trader, on some of them none."""
    draw = Random(seed)
    busy = draw.sample(range(HOURS), draw.randint(1, 6))
    days = [FIRST + timedelta(days=age) for age in range(60) if draw.random() < 0.5]
    return {day: [draw.randrange(4) if hour in busy else 0 for hour in range(HOURS)] for day in days}


def measured(rows, as_of_days):
    from features.rolling.hours import hours
    from features.rolling.rows import by_trader

    counts = np.array(list(rows.values()), np.int64).reshape(-1, HOURS)
    table = pa.table(
        {
            "trader_address": pa.array(["ann"] * len(rows), pa.string()),
            "day": pa.array(list(rows), pa.date32()),
            "trade_count": counts.sum(axis=1),
            **{name: pa.array(counts[:, hour], pa.int32()) for hour, name in enumerate(HOUR_COUNTS)},
        }
    )
    wanted = np.array(as_of_days, "datetime64[D]").astype(np.int64)
    found = hours(by_trader(table, pa.array(["ann"])), np.zeros(len(wanted), np.int64), wanted)
    return [dict(zip(found, row, strict=True)) for row in zip(*(a.to_pylist() for a in found.values()), strict=True)]


def expected(rows, as_of):
    seen = [counts for day, counts in rows.items() if timedelta(0) < as_of - day <= timedelta(days=LOOKBACK_DAYS)]
    by_hour = [sum(counts[hour] for counts in seen) for hour in range(HOURS)]
    trades = sum(by_hour)
    angles = [2 * pi * hour / HOURS for hour in range(HOURS)]
    return {
        "active_hour_count_30d": sum(count > 0 for count in by_hour),
        "us_hour_trade_count_30d": sum(by_hour[13:21]),
        "hour_entropy_30d": pytest.approx(-sum(n / trades * log(n / trades) for n in by_hour if n), **CLOSE),
        "hour_sine_30d": pytest.approx(sum(n * sin(angle) for n, angle in zip(by_hour, angles, strict=True)), **CLOSE),
        "hour_cosine_30d": pytest.approx(
            sum(n * sin(angle + pi / 2) for n, angle in zip(by_hour, angles, strict=True)), **CLOSE
        ),
    }


@pytest.mark.parametrize("seed", range(10))
def test_hours_of_each_window_are_those_of_its_days_alone(seed):
    rows = drawn(seed)
    as_of_days = [FIRST + timedelta(days=age) for age in range(0, 95, 5)]
    assert measured(rows, as_of_days) == [expected(rows, as_of) for as_of in as_of_days]


def test_a_mean_that_is_half_of_a_last_decimal_is_the_same_beside_whatever_other_rows():
    rows = drawn(3)
    as_of = FIRST + timedelta(days=40)
    assert measured(rows, [as_of] * 7) == measured(rows, [as_of]) * 7
