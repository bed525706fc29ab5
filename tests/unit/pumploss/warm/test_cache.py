"""Kept answers, on a real Redis: as they were, fresh for as long as said, and fetched by one at a time."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import redis

from pumploss.hot import open_hot
from pumploss.hot_keys import ANSWERS, EXPIRY_SECONDS, PUBLISHED
from pumploss.settings import Settings, from_environment
from pumploss.warm import queries
from pumploss.warm.cache import L1, L2, POLICY, Cache, Rows, open_cache

ROWS: Rows = (
    ["trader", "loss_amount", "at", "day", "reasons", "missing"],
    [["ann", Decimal("-1.000000001"), datetime(2026, 2, 1, tzinfo=UTC), date(2026, 2, 1), [{"time": "x"}, {}], None]],
)


class Store:
    """Counts how often it is asked."""

    def __init__(self, rows: Rows = ROWS) -> None:
        self.rows, self.asked = rows, 0
        self.gate, self.begun = threading.Event(), threading.Event()
        self.gate.set()

    def __call__(self) -> Rows:
        self.asked += 1
        self.begun.set()
        assert self.gate.wait(30)
        return self.rows


class Clock:
    """A clock that is set by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Without a warm store, which is not asked here."""
    return from_environment({"PUMPLOSS_HOME": str(tmp_path_factory.mktemp("cache"))})


@pytest.fixture(scope="module")
def hot(settings: Settings) -> Iterator[redis.Redis]:
    with open_hot(settings) as client:
        yield client


@pytest.fixture(autouse=True)
def emptied(hot: redis.Redis) -> None:
    hot.flushdb()


def test_an_answer_comes_back_as_it_was_and_is_asked_once(hot: redis.Redis) -> None:
    store, cache = Store(), Cache(hot)
    assert [cache.answer("trader_days", {"trader": "ann"}, store) for _ in range(3)] == [ROWS] * 3
    assert store.asked == 1
    assert cache.answer("trader_days", {"trader": "bob"}, store) == ROWS
    assert store.asked == 2
    for key in hot.scan_iter(f"{ANSWERS}*"):
        assert 0 < hot.ttl(key) <= 2 * L2.seconds  # type: ignore[operator]


def test_an_old_answer_is_shown_while_one_reader_fetches_a_new_one(hot: redis.Redis) -> None:
    clock, store = Clock(), Store()
    one, other = Cache(hot, clock), Cache(hot, clock)
    one.answer("find_traders", {"prefix": "a"}, store)
    clock.now += L1.seconds + 1
    newer, ignored = Store((["trader"], [["bob"]])), Store()
    newer.gate.clear()
    assert one.answer("find_traders", {"prefix": "a"}, newer) == ROWS
    assert newer.begun.wait(30)
    assert other.answer("find_traders", {"prefix": "a"}, ignored) == ROWS
    other.close()
    newer.gate.set()
    one.close()
    assert (newer.asked, ignored.asked) == (1, 0)
    assert Cache(hot, clock).answer("find_traders", {"prefix": "a"}, Store()) == newer.rows


def test_many_who_miss_the_same_ask_once(hot: redis.Redis) -> None:
    store = Store()
    store.gate.clear()
    with ThreadPoolExecutor(16) as pool:
        asked = [pool.submit(Cache(hot).answer, "token_summary", {"token": "m"}, store) for _ in range(16)]
        assert store.begun.wait(30)
        store.gate.set()
        assert [future.result() for future in asked] == [ROWS] * 16
    assert store.asked == 1


def test_boards_are_kept_until_the_next_publish(hot: redis.Redis) -> None:
    store, cache = Store(), Cache(hot)
    for version in ("p1", "p1", "p2", "p2"):
        hot.set(PUBLISHED, f'{{"version": "{version}"}}', ex=EXPIRY_SECONDS)
        cache.answer("leaderboard", {"period": "24h", "limit": 10}, store)
    assert store.asked == 2


def test_without_redis_everything_is_asked_and_answered(settings: Settings) -> None:
    store = Store()
    with redis.Redis.from_url("unix:///nowhere/redis.sock") as client:
        cache = Cache(client)
        assert [cache.answer("leaderboard", {"period": "24h"}, store) for _ in range(3)] == [ROWS] * 3
    assert store.asked == 3
    with open_cache(settings) as opened:
        assert opened.answer("leaderboard", {}, store) == ROWS


def test_what_a_store_raises_is_raised_and_not_kept(hot: redis.Redis) -> None:
    def broken() -> Rows:
        raise LookupError("no store")

    cache = Cache(hot)
    with pytest.raises(LookupError):
        cache.answer("trader_days", {}, broken)
    assert cache.answer("trader_days", {}, Store()) == ROWS


def test_every_named_query_has_a_level() -> None:
    assert {path.stem for path in Path(queries.__file__).parent.glob("*.sql")} == POLICY.keys()
