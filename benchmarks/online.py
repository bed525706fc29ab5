"""What reading features online takes, for one trader and for 100: straight from Redis, and by Feast's own interface.

Rows of all features are drawn, packed and written to the embedded Redis (or the given one); each call asks for every
feature of traders drawn anew. `p50_ms` and `p99_ms` are milliseconds of wall clock per call, `cpu_ms` of this process.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.crowd import Crowd
from benchmarks.crowd_features import AT, feature_rows
from benchmarks.measuring import line, stopwatch
from benchmarks.night import settings_in
from pumploss.columns import TRADER
from pumploss.hot_client import connect, tag

TRADERS = 100_000
#: Calls of each case, and how many come before that are not measured.
CALLS, WARM_CALLS = 500, 20
BATCHES = (1, 100)


def run(traders: int = TRADERS) -> Iterator[str]:
    """Print a line per interface and number of traders asked for at once, of so many that are online."""
    from feature_repo.online import keys_and_rows
    from feature_repo.services import read_online
    from feature_repo.store import KEY_VERSION, PROJECT, VIEW, feature_store, online_redis, quiet
    from features.registry import features

    names = [feature.name for feature in features()]
    crowd = Crowd(traders, 0)
    with tempfile.TemporaryDirectory(prefix="pumploss-bench-") as folder:
        settings = settings_in(Path(folder))
        with online_redis(settings) as url, quiet(), closing(connect(url)) as client:
            begins = tag(client)
            for batch in keys_and_rows(feature_rows(crowd), AT, PROJECT, KEY_VERSION):
                client.mset({begins + key: row for key, row in batch})
            store = feature_store(settings, url, asked_at=AT)
            wanted = [f"{VIEW}:{name}" for name in names]

            def by_feast(asked: Sequence[str]) -> Any:
                return store.get_online_features(wanted, [{TRADER.name: trader} for trader in asked]).to_dict()

            ways = {"read_online": lambda asked: read_online(client, asked, names, AT), "feast": by_feast}
            for way, read in ways.items():
                for size in BATCHES:
                    yield _measured(way, read, crowd, size, len(names))


def _measured(way: str, read: Callable[[Sequence[str]], Any], crowd: Crowd, size: int, width: int) -> str:
    draw = np.random.default_rng(crowd.seed)
    drawn = [draw.integers(0, crowd.traders, size) for _ in range(CALLS + WARM_CALLS)]
    asked = [crowd.addresses.take(numbers).to_pylist() for numbers in drawn]
    for traders in asked[:WARM_CALLS]:
        read(traders)
    waits, cpu = [], time.process_time()
    with stopwatch() as elapsed:
        for traders in asked[WARM_CALLS:]:
            started = time.perf_counter()
            read(traders)
            waits.append(1e3 * (time.perf_counter() - started))
        seconds, peak = elapsed()
    cpu = time.process_time() - cpu
    p50, p99 = (round(float(np.percentile(waits, part)), 3) for part in (50, 99))
    return line(
        "online", f"{way}, {size} traders", "redis", size * CALLS, seconds, peak, traders=crowd.traders,
        features=width, p50_ms=p50, p99_ms=p99, cpu_ms=round(1e3 * cpu / CALLS, 3),
    )  # fmt: skip
