"""Losses of all traders by day: new days are summed up, others stay, and days that left are gone."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

import psycopg
import pyarrow as pa

from pumploss.days import shift
from pumploss.warm import publishing, swapping
from pumploss.warm.loss_sums import loss_sums
from pumploss.warm.slices import loss_slice
from pumploss.warm.tables import DAILY_LOSSES, LOSS_SUMS
from tests.building.loss_rows import DAY

D1, D2 = shift(DAY, -1), DAY
LAMPORTS = 10**9


def losses(day: date, *lost: int) -> pa.Table:
    traders = [f"t{number}" for number in range(len(lost))]
    return pa.table(
        {
            "day": [day] * len(lost),
            "trader_address": traders,
            "realised_loss_lamports": lost,
            "loss_count": [2] * len(lost),
        }
    )


def publish(warm: psycopg.Connection, name: str, new: dict[date, pa.Table], days: Collection[date]) -> None:
    with publishing.exclusive(warm) as staging:
        for day, rows in new.items():
            staging.load(DAILY_LOSSES, [loss_slice(rows)], day=day)
        staging.load(LOSS_SUMS, [loss_sums(warm, staging.loaded, days)])
        entry = publishing.Published(name, "run", max(days), "landing", "lake")
        swapping.swap(warm, staging.loaded, {DAILY_LOSSES.name: days, "trades_timeseries": [], "score_days": []}, entry)


def shown(warm: psycopg.Connection) -> list[tuple[object, ...]]:
    return warm.execute("SELECT day, losers, losing_sells, loss_sol FROM daily_loss_sums ORDER BY day").fetchall()


def test_days_are_summed_up_when_they_are_published(warm: psycopg.Connection) -> None:
    publish(warm, "s1", {D1: losses(D1, -LAMPORTS, -1), D2: losses(D2)}, [D1, D2])
    first = (D1, 2, 4, Decimal("-1.000000001"))
    assert shown(warm) == [first]
    publish(warm, "s2", {D2: losses(D2, -3 * LAMPORTS)}, [D1, D2])
    assert shown(warm) == [first, (D2, 1, 2, Decimal(-3))]
    publish(warm, "s3", {}, [D2])
    assert shown(warm) == [(D2, 1, 2, Decimal(-3))]
