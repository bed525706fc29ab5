"""Three traders online, in a Redis of their own."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import redis

from pumploss.columns import TRADER
from pumploss.settings import from_environment

T = datetime(2026, 1, 10, tzinfo=UTC)
NAMES = ("loss_trades_24h", "loss_24h_sol", "last_trade_time")


@contextmanager
def three_online(home: Path) -> Iterator[tuple[Callable[..., Any], redis.Redis]]:
    """What opens a Feast store, asked at a moment, and a client of the Redis that it reads."""
    from feature_repo.online import keys_and_rows
    from feature_repo.store import KEY_VERSION, PROJECT, feature_store, online_redis, quiet
    from features.registry import TABLE

    settings = from_environment({"PUMPLOSS_HOME": str(home)})
    rows = [
        {
            **dict.fromkeys(TABLE.names),
            TRADER.name: trader,
            "loss_trades_24h": n,
            "loss_24h_sol": None if n == 1 else n / 7,
            "stake_median_sol_30d": 0.5 if n == 1 else None,
            "last_trade_time": T - timedelta(hours=n, microseconds=5),
        }
        for n, trader in enumerate(("ann", "bob", "a" * 44))
    ]
    table = pa.Table.from_pylist(rows, schema=TABLE.arrow_schema)
    with online_redis(settings) as url, quiet(), closing(redis.Redis.from_url(url)) as client:
        for batch in keys_and_rows(table, T, PROJECT, KEY_VERSION):
            client.mset(dict(batch))
        yield lambda asked_at=None: feature_store(settings, url, asked_at=asked_at), client
