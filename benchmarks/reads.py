"""How long readers wait: every named query against trades of 90 days, sixteen at once, while a day is published again.

Redis is asked by one reader: sixteen threads of one Python would wait for each other, not for it.

`p50_ms` and `p99_ms` are milliseconds of wall clock per answer, as rows in Python. Traders and tokens are drawn as they
trade, so that the busiest come most often.
"""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

from benchmarks.measuring import line, stopwatch
from benchmarks.night import settings_in
from benchmarks.warm_market import LAST, WarmMarket, fill, stage_as_of, stage_day, stage_sums
from pumploss.days import midnight, shift
from pumploss.hot import leaderboard as hot_board
from pumploss.hot import open_hot, publish
from pumploss.settings import Settings
from pumploss.warm import Answer, Reader, leaderboard, open_reader, open_warm, publishing, swapping

#: Trades in the store, calls per query, and readers at once.
ROWS, CALLS, READERS = 2_000_000, 400, 16
#: How long a publish may take that a case waits for.
MOST_SECONDS = 60.0


def run(rows: int = ROWS) -> Iterator[str]:
    """Print a line per named query, and for the hot store and for kept answers."""
    market = WarmMarket(rows)
    with tempfile.TemporaryDirectory(prefix="pumploss-bench-") as folder:
        settings = settings_in(Path(folder))
        with open_warm(settings) as warm:
            with stopwatch() as elapsed:
                fill(warm, market)
                yield line("reads", "fill", "postgres", rows, *elapsed())
            for name, values in asked(market).items():
                with open_reader(settings, READERS) as reader, publishing_again(settings, market) as publishes:
                    yield _measured(name, partial(_ask, reader, name), values, rows, publishes)
            yield from _kept(settings, market, rows)
            with open_hot(settings) as hot:
                publish(hot, {"24h": leaderboard(warm, "24h")}, midnight(shift(LAST, 1)), "p")
                yield _measured("hot leaderboard", lambda _: hot_board(hot, "24h", 100), lambda _: {}, rows, readers=1)


def _ask(reader: Reader, name: str, values: dict[str, Any]) -> Answer:
    return reader.ask(name, **values)


def asked(market: WarmMarket) -> dict[str, Callable[[np.random.Generator], dict[str, Any]]]:
    """Draw what each named query is asked with."""
    traders, tokens = market.crowd.addresses, market.tokens
    since = midnight(LAST) - timedelta(days=6)

    def trader(draw: np.random.Generator) -> dict[str, Any]:
        return {"trader": traders[int(len(traders) * draw.random() ** 2)].as_py()}

    def token(draw: np.random.Generator) -> dict[str, Any]:
        return {"token": tokens[int(len(tokens) * draw.random() ** 4)].as_py()}

    def board(draw: np.random.Generator) -> dict[str, Any]:
        return {"period": str(draw.choice(["24h", "7d", "30d", "all"])), "limit": 100}

    return {
        "leaderboard": board,
        "net_losers": board,
        "top_losers": board,
        "expected_losers": lambda _: {"limit": 100},
        **dict.fromkeys(("trader_scores", "trader_features", "trader_days", "trader_losses"), trader),
        "trader_trades": lambda draw: {**trader(draw), "limit": 100},
        "token_summary": token,
        "token_traders": lambda draw: {**token(draw), "limit": 100},
        "token_hours": lambda draw: {**token(draw), "since": since},
        "daily_losses": lambda _: {"first": market.days[0], "last": LAST},
        "find_traders": lambda draw: {"prefix": trader(draw)["trader"][:3], "limit": 20},
        "find_tokens": lambda draw: {"prefix": token(draw)["token"][:3], "limit": 20},
    }


@contextmanager
def publishing_again(settings: Settings, market: WarmMarket) -> Iterator[list[float]]:
    """Publish the last day and what shows T again and again meanwhile; gives the seconds that each publish took."""
    ended, took = threading.Event(), list[float]()

    def publishes() -> None:
        with open_warm(settings) as warm:
            while not ended.is_set():
                started = time.perf_counter()
                _publish(warm, market)
                took.append(time.perf_counter() - started)

    with ThreadPoolExecutor(1) as publisher:
        running = publisher.submit(publishes)
        try:
            yield took
        finally:
            ended.set()
            running.result()


def _publish(warm: psycopg.Connection, market: WarmMarket) -> None:
    with publishing.exclusive(warm) as staging:
        shown = publishing.latest(warm)
        assert shown is not None
        list(stage_day(staging, market, LAST))
        stage_as_of(staging, market)
        stage_sums(warm, staging, market, market.days)
        entry = publishing.Published(f"again {time.time_ns()}", "benchmark", LAST, "none", "none", days=shown.days)
        swapping.swap(warm, staging.loaded, shown.days, entry)


def _kept(settings: Settings, market: WarmMarket, rows: int) -> Iterator[str]:
    """Measure answers that are kept: the same trader is asked for again."""
    with open_reader(settings, READERS, cached=True) as reader:
        one = {"trader": market.crowd.addresses[0].as_py()}
        reader.ask("trader_days", **one)
        yield _measured("trader_days, kept", lambda _: reader.ask("trader_days", **one), lambda _: {}, rows, readers=1)


def _measured(
    case: str,
    ask: Callable[[dict[str, Any]], Any],
    values: Callable[[np.random.Generator], dict[str, Any]],
    rows: int,
    publishes: list[float] | None = None,
    readers: int = READERS,
) -> str:
    """Measure so many readers, until each has asked often enough and a publish has ended, or takes too long."""
    latest = time.perf_counter() + MOST_SECONDS

    def reader(number: int) -> list[float]:
        draw, waits = np.random.default_rng(number), list[float]()
        while len(waits) < CALLS // readers or (publishes == [] and time.perf_counter() < latest):
            given = values(draw)
            started = time.perf_counter()
            ask(given)
            waits.append(1e3 * (time.perf_counter() - started))
        return waits

    with ThreadPoolExecutor(readers) as pool, stopwatch() as elapsed:
        waits = [wait for waits in pool.map(reader, range(readers)) for wait in waits]
        seconds, peak = elapsed()
    p50, p99 = (round(float(np.percentile(waits, part)), 2) for part in (50, 99))
    return line(
        "reads", case, "redis" if "kept" in case or "hot" in case else "postgres", len(waits), seconds, peak,
        trades=rows, readers=readers, publishes=len(publishes or ()), p50_ms=p50, p99_ms=p99,
    )  # fmt: skip
