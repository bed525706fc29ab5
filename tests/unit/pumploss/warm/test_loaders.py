"""What several connections stage is what one stages, and what goes wrong with one ends all."""

import time
from collections.abc import Iterator
from datetime import date
from functools import partial
from random import Random
from typing import Any

import psycopg
import pytest
from psycopg import sql

from pumploss.days import shift
from pumploss.errors import CheckError
from pumploss.warm import publishing
from pumploss.warm.loaders import LOADERS, loaders
from pumploss.warm.loading import Slice
from pumploss.warm.staging import Staging
from pumploss.warm.summing import stage_trades, sum_up
from pumploss.warm.tables import DAILY_LOSSES, TRADES
from tests.building.loss_rows import DAY, losses
from tests.building.trades_of_a_day import drawn_trades

DAYS = [shift(DAY, back) for back in range(-5, 1)]
_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'pumploss%'
"""


def drawn() -> dict[date, Slice]:
    return {day: drawn_trades(Random(day.toordinal()), day, 150) for day in DAYS}


def held(warm: psycopg.Connection, staging: Staging) -> dict[str, Any]:
    query = sql.SQL("SELECT * FROM {} ORDER BY 1, 2, 3")
    return {
        staged.name: (staged.rows, staged.day, warm.execute(query.format(staged.identifier)).fetchall())
        for staged in staging.loaded
    }


def has_others(warm: psycopg.Connection, expected: int) -> bool:
    """Tell whether there come to be so many connections of publishers beside this one: a server ends one in a while."""
    for _ in range(200):
        if warm.execute(_OTHERS).fetchone() == (expected,):
            return True
        time.sleep(0.05)
    return False


def test_days_are_staged_as_one_connection_stages_them(warm: psycopg.Connection) -> None:
    with publishing.exclusive(warm) as staging:
        for day, trades in drawn().items():
            sum_up(staging, staging.load(TRADES, [trades], 150, day))
        one_by_one = held(warm, staging)
    with publishing.exclusive(warm) as staging:
        with loaders(warm, staging) as by:
            for day, trades in drawn().items():
                by.begin(partial(stage_trades, by=by, slices=[trades], day=day, expected_rows=150))
        assert held(warm, staging) == one_by_one
        assert len(one_by_one) == 5 * len(DAYS)
        assert has_others(warm, 1), "the guard of the publisher alone"


@pytest.mark.parametrize("is_first", [True, False])
def test_a_day_that_fails_ends_the_others(warm: psycopg.Connection, is_first: bool) -> None:
    begun = []

    def pieces(day: date) -> Iterator[Slice]:
        begun.append(day)
        yield drawn_trades(Random(1), day, 20)

    def stage_all() -> None:
        with publishing.exclusive(warm) as staging, loaders(warm, staging) as by:
            if is_first:
                by.begin(partial(Staging.load, table=DAILY_LOSSES, slices=[losses(("a", "1", 1))], day=DAY))
            for day in [shift(DAY, back) for back in range(40)]:
                by.begin(partial(Staging.load, table=TRADES, slices=pieces(day), day=day))
            by.begin(partial(Staging.load, table=DAILY_LOSSES, slices=[losses(("a", "1", 1))], day=DAY))

    with pytest.raises(CheckError, match="daily_losses of 2026-01-31 was not published"):
        stage_all()
    assert (len(begun) < 20) == is_first
    assert has_others(warm, 0)
    with publishing.exclusive(warm):
        left = warm.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'pumploss_staging'").fetchone()
    assert left == (0,)


def test_who_is_interrupted_waits_for_no_statement(warm: psycopg.Connection) -> None:
    def sleep(staging: Staging) -> None:
        staging._connection.execute("SELECT pg_sleep(60)")

    def run() -> None:
        with publishing.exclusive(warm) as staging, loaders(warm, staging) as by:
            for _ in range(LOADERS):
                by.begin(sleep)
            time.sleep(0.3)
            raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run()
    assert has_others(warm, 0)
    assert time.monotonic() - started < 30, "the statements were broken off"
