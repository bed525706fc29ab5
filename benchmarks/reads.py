"""How long readers wait: every named query against trades of 90 days, while a day is published again; and of Redis.

Sixteen readers of the warm store, in four processes, ask all named queries in turn, with a pause after each answer and
without one; the hot store and kept answers are asked by one reader as well. `p50_ms` and `p99_ms` are milliseconds of
wall clock per answer, as rows in Python, of all answers, also those that wait for a swap and are planned anew after it;
what a new connection plans first is not in them. `reader_ms` is the processor time of a reader per answer of whatever
query. Traders and tokens are drawn as they trade, so that the busiest come most often.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

from benchmarks.measuring import line, stopwatch
from benchmarks.night import settings_in
from benchmarks.readers import Ask, Crowd, Opening, Readers, light_processes
from benchmarks.warm_market import LAST, WarmMarket, fill, stage_as_of, stage_day, stage_sums
from pumploss.days import midnight, shift
from pumploss.hot import leaderboard as hot_board
from pumploss.hot import open_hot, publish
from pumploss.settings import Settings
from pumploss.warm import leaderboard, open_reader, open_warm, publishing, swapping
from pumploss.warm.loaders import loaders

#: Trades in the store, and calls in all at least.
ROWS, CALLS = 2_000_000, 16_000
#: Processes of readers, threads of each, and seconds after an answer before a reader with a pause asks again.
PROCESSES, THREADS, PAUSE = 4, 4, 0.05


def run(rows: int = ROWS) -> Iterator[str]:
    """Print a line per named query, and for the hot store and for kept answers."""
    market = WarmMarket(rows)
    with tempfile.TemporaryDirectory(prefix="pumploss-bench-") as folder:
        settings = settings_in(Path(folder))
        with open_warm(settings) as warm, open_hot(settings) as hot, light_processes(PROCESSES) as readers:
            with stopwatch() as elapsed:
                fill(warm, market)
                yield line("reads", "fill", "postgres", rows, *elapsed())
            for pause in (PAUSE, 0.0):
                crowd, publishes = Crowd(PROCESSES, THREADS, pause), partial(_publish, warm, market)
                yield from _lines(rows, readers, partial(_warm, settings, rows), crowd, publishes)
            publish(hot, {"24h": leaderboard(warm, "24h")}, midnight(shift(LAST, 1)), "p")
            for opening in (_hot, _kept):
                for crowd in (Crowd(1, 1), Crowd(PROCESSES, THREADS, PAUSE), Crowd(PROCESSES, THREADS)):
                    yield from _lines(rows, readers, partial(opening, settings, rows), crowd)


@lru_cache(1)
def _market(rows: int) -> WarmMarket:
    return WarmMarket(rows)


@contextmanager
def _warm(settings: Settings, rows: int) -> Iterator[Ask]:
    """Ask the named queries in turn, with other values each time."""
    queries = asked(_market(rows))
    names = list(queries)
    with open_reader(settings, THREADS) as reader:

        def ask(draw: np.random.Generator) -> str:
            name = names[draw.integers(len(names))]
            reader.ask(name, **queries[name](draw))
            return name

        def plan(seed: int) -> None:
            for name in names * 2:
                reader.ask(name, **queries[name](np.random.default_rng(seed)))

        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(plan, range(THREADS)))
        yield ask


@contextmanager
def _kept(settings: Settings, rows: int) -> Iterator[Ask]:
    """Ask for the days of the same trader again and again, whose answer is kept."""
    one = {"trader": _market(rows).crowd.addresses[0].as_py()}
    with open_reader(settings, THREADS, cached=True) as reader:
        reader.ask("trader_days", **one)

        def ask(_: np.random.Generator) -> str:
            reader.ask("trader_days", **one)
            return "trader_days, kept"

        yield ask


@contextmanager
def _hot(settings: Settings, _: int) -> Iterator[Ask]:
    """Ask the hot store for a hundred places of a board."""
    with open_hot(settings) as hot:

        def ask(_: np.random.Generator) -> str:
            hot_board(hot, "24h", 100)
            return "hot leaderboard"

        yield ask


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
        **dict.fromkeys(("trader_scores", "trader_score_days", "trader_features"), trader),
        **dict.fromkeys(("trader_days", "trader_losses"), trader),
        "trader_trades": lambda draw: {**trader(draw), "limit": 100},
        "token_summary": token,
        "token_traders": lambda draw: {**token(draw), "limit": 100},
        "token_hours": lambda draw: {**token(draw), "since": since},
        **dict.fromkeys(("daily_losses", "market_days"), lambda _: {"first": market.days[0], "last": LAST}),
        "find_traders": lambda draw: {"prefix": trader(draw)["trader"][:3], "limit": 20},
        "find_tokens": lambda draw: {"prefix": token(draw)["token"][:3], "limit": 20},
    }


def _publish(warm: psycopg.Connection, market: WarmMarket) -> None:
    with publishing.exclusive(warm) as staging:
        shown = publishing.latest(warm)
        assert shown is not None
        with loaders(warm, staging) as by:
            stage_day(by, market, LAST)
        stage_as_of(staging, market)
        stage_sums(warm, staging, market, market.days)
        entry = publishing.Published(f"again {time.time_ns()}", "benchmark", LAST, "none", "none", days=shown.days)
        swapping.swap(warm, staging.loaded, shown.days, entry)


def _lines(
    rows: int, readers: Readers, opening: Opening, crowd: Crowd, publishes: Callable[[], None] | None = None
) -> Iterator[str]:
    """Measure so many readers, of the warm store while it is published; gives a line per case."""
    took: list[float] = []

    def meanwhile() -> None:
        if publishes is not None:
            started = time.perf_counter()
            publishes()
            took.append(time.perf_counter() - started)

    with stopwatch() as elapsed:
        waits = readers.read(opening, crowd, CALLS, meanwhile)
        seconds, peak = elapsed()
    share = 1e3 * waits.processor / sum(map(len, waits.milliseconds.values()))
    for case, found in sorted(waits.milliseconds.items()):
        p50, p99 = (round(float(np.percentile(found, part)), 2) for part in (50, 99))
        yield line(
            "reads", case, "postgres" if took else "redis", len(found), seconds, peak, trades=rows,
            readers=crowd.readers, pause_ms=round(1e3 * crowd.pause), p50_ms=p50, p99_ms=p99,
            publish_seconds=[round(one, 1) for one in took],
            reader_ms=round(share, 2),
        )  # fmt: skip
