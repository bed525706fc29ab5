"""Swaps of the warm store under readers, and where trades are not partitioned."""

import threading
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pumploss.days import midnight, shift
from pumploss.settings import Settings, from_environment
from pumploss.warm import leaderboard, open_warm, publishing, slices, swapping
from pumploss.warm import tables as warm_tables
from tests.building.postgres_pair import until
from tests.building.trades_of_a_day import trades_of
from tests.building.warm_servers import SERVERS, settings_on

DAY = date(2026, 1, 31)
WAITING = (
    "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()"
)


def board(period: str, size: int, as_of: datetime) -> list[dict[str, Any]]:
    numbers = dict.fromkeys(("loss_amount_24h", "loss_amount_all_time", "avg_loss_size"), Decimal(-1))
    counts = dict.fromkeys(("loss_trades", "loss_trades_24h", "tokens_traded_24h"), 1)
    rest = {
        "last_loss_time": None,
        "baseline_score": Decimal(5),
        "risk_score": None,
        "net_amount": Decimal(-1),
        "as_of": as_of,
    }
    return [
        {"period": period, "rank": rank, "trader": f"t{rank}", "loss_amount": Decimal(-size)}
        | {**numbers, **counts, **rest}
        for rank in range(1, size + 1)
    ]


@pytest.fixture(params=SERVERS)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    with settings_on(request.param, tmp_path) as settings:
        yield settings


def test_a_reader_during_swaps_sees_whole_states_only(settings: Settings) -> None:
    seen: list[tuple[int, set[Decimal]]] = []
    failures: list[Exception] = []
    done = threading.Event()

    def swap(warm: psycopg.Connection, number: int) -> None:
        size = 50 + number % 2
        day = shift(DAY, number)
        entry = publishing.Published(f"p{number}", "r", day, "l", "l")
        with publishing.exclusive(warm) as staging:
            found = slices.board_slice(warm_tables.LEADERBOARDS, board("24h", size, entry.as_of))
            staging.load(warm_tables.LEADERBOARDS, [found], size)
            part = trades_of(day, size)
            staging.load(warm_tables.TRADES, [part], size, day)
            swapping.swap(
                warm, staging.loaded, {"trades_timeseries": [day], "daily_losses": [], "score_days": []}, entry
            )

    def read() -> None:
        try:
            with open_warm(settings) as warm:
                while not done.is_set():
                    found = leaderboard(warm, "24h")
                    seen.append((len(found), {row["loss_amount"] for row in found}))
                    count = warm.execute("SELECT count(*) FROM trades_timeseries").fetchone()
                    assert count in [(50,), (51,)]
        except Exception as error:  # noqa: BLE001 - told by the main thread
            failures.append(error)

    with open_warm(settings) as warm:
        swap(warm, 0)
        reader = threading.Thread(target=read)
        reader.start()
        for number in range(1, 21):
            swap(warm, number)
        done.set()
        reader.join()
    assert not failures
    assert seen
    assert all(amounts == {Decimal(-size)} for size, amounts in seen)


def test_who_asks_in_the_middle_of_a_swap_waits_and_sees_what_it_shows(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The day that was there is gone by then, and the one that takes its place cannot be seen yet."""
    answers: list[tuple[Any, ...] | None] = []

    def ask() -> None:
        with open_warm(settings) as other:
            answers.append(other.execute("SELECT count(*), min(time) FROM trades_timeseries").fetchone())

    with open_warm(settings) as warm, open_warm(settings) as watcher:

        def publish(number: int, day: date) -> None:
            entry = publishing.Published(f"p{number}", "r", day, "l", "l", days={"trades_timeseries": {day: ("d", 9)}})
            with publishing.exclusive(warm) as staging:
                staging.load(warm_tables.TRADES, [trades_of(day, 9)], 9, day)
                keep = {"trades_timeseries": [day], "daily_losses": [], "score_days": []}
                swapping.swap(warm, staging.loaded, keep, entry)

        publish(0, DAY)
        reader, record = threading.Thread(target=ask), swapping.record

        def record_late(connection: psycopg.Connection, entry: publishing.Published) -> None:
            reader.start()
            until(lambda: watcher.execute(WAITING).fetchone() == (1,), "nobody waits")
            record(connection, entry)

        monkeypatch.setattr(swapping, "record", record_late)
        publish(1, shift(DAY, 1))
        reader.join()
    assert answers == [(9, midnight(shift(DAY, 1)))]


def test_a_hypertable_is_changed_row_by_row(tmp_path: Path) -> None:
    """A hypertable looks like a plain table, and takes rows the way a plain table does."""
    settings = from_environment({"PUMPLOSS_HOME": str(tmp_path)})
    with open_warm(settings) as warm:
        warm.execute("CREATE TABLE plain (LIKE trades_timeseries INCLUDING ALL)")
        warm.execute("DROP TABLE trades_timeseries")
        warm.execute("ALTER TABLE plain RENAME TO trades_timeseries")
        other = shift(DAY, 1)
        states: publishing.DayContents = {}
        for number, (day, size) in enumerate([(DAY, 3), (other, 2), (DAY, 4), (other, 1)]):
            states[day] = ("digest", size)
            if number == 3:
                del states[DAY]
            entry = publishing.Published(f"p{number}", "r", day, "l", "l", days={"trades_timeseries": dict(states)})
            with publishing.exclusive(warm) as staging:
                part = trades_of(day, size)
                staging.load(warm_tables.TRADES, [part], size, day)
                keep = {"trades_timeseries": list(states), "daily_losses": [], "score_days": []}
                swapping.swap(warm, staging.loaded, keep, entry)
            shown = publishing.latest(warm)
            assert swapping.live_days(warm, warm_tables.TRADES, shown) == states
            found = warm.execute("SELECT time::date, count(*) FROM trades_timeseries GROUP BY 1")
            assert dict(found.fetchall()) == {day: rows for day, (_, rows) in states.items()}
