"""Keeps answers of named queries in Redis for readers who ask for it, and works without it where Redis is away.

An answer is fresh for as long as its level says, and is still shown for as long again while one reader fetches a new
one. Of all processes that miss the same answer one asks PostgreSQL, the others wait for it.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, cast

import redis
from redis.backoff import NoBackoff
from redis.exceptions import LockError
from redis.retry import Retry

from pumploss import embedded
from pumploss.hot_client import FAILURES, connect, named
from pumploss.hot_keys import ANSWERS, PUBLISHED
from pumploss.settings import Settings


@dataclass(frozen=True)
class Level:
    """Says how long an answer is fresh, in seconds, and whether a publish makes it old at once."""

    name: str
    seconds: int
    ends_with_publish: bool = False


L1 = Level("L1", 5)
L2 = Level("L2", 300)
L3 = Level("L3", 24 * 3600, ends_with_publish=True)

#: The level of each named query; one that is not named is always asked.
POLICY: Final[Mapping[str, Level]] = {
    **dict.fromkeys(("find_traders", "find_tokens", "trader_trades", "token_hours"), L1),
    **dict.fromkeys(("trader_scores", "trader_score_days", "trader_features", "trader_days", "trader_losses"), L2),
    **dict.fromkeys(("token_summary", "token_traders"), L2),
    **dict.fromkeys(("leaderboard", "net_losers", "expected_losers", "top_losers"), L3),
    **dict.fromkeys(("daily_losses", "market_days"), L3),
}

#: Names of columns, and rows as lists of values.
Rows = tuple[list[str], list[list[Any]]]

#: How long one who asks PostgreSQL may take before others ask too, and how long Redis may, or is left alone after that.
_LOAD_SECONDS, _REDIS_SECONDS, _AWAY_SECONDS = 30.0, 1.0, 5.0


class Cache:
    """Answers by query and values, out of Redis or by `load`; may be shared by threads."""

    def __init__(self, client: redis.Redis, clock: Callable[[], float] = time.time) -> None:
        self._client, self._clock = client, clock
        self._away_until = 0.0
        self._refreshing = ThreadPoolExecutor(1, "cache")

    def close(self) -> None:
        """Wait for answers that are being fetched."""
        self._refreshing.shutdown()

    def answer(self, query: str, values: Mapping[str, Any], load: Callable[[], Rows]) -> Rows:
        """Return a fresh answer, or one that was until lately. Raises what `load` raises."""
        level = POLICY.get(query)
        if level is None or time.monotonic() < self._away_until:
            return load()
        try:
            key = self._key(level, query, values)
            kept = self._kept(key)
        except FAILURES:
            self._away_until = time.monotonic() + _AWAY_SECONDS
            return load()
        if kept is None:
            return self._missed(key, level, load)
        rows, fresh_until = kept
        if self._clock() > fresh_until:
            self._refreshing.submit(self._renewed, key, level, load)
        return rows

    def _key(self, level: Level, query: str, values: Mapping[str, Any]) -> str:
        """Name an answer. Of the last level, another one belongs to each publish."""
        said = self._client.get(named(self._client, PUBLISHED)) if level.ends_with_publish else None
        version = json.loads(cast("str", said))["version"] if said else ""
        asked = json.dumps([version, query, values], default=str, sort_keys=True).encode()
        return named(self._client, f"{ANSWERS}{query}:{hashlib.blake2b(asked, digest_size=16).hexdigest()}")

    def _kept(self, key: str) -> tuple[Rows, float] | None:
        text = self._client.get(key)
        if not text:
            return None
        names, rows, fresh_until = json.loads(cast("str", text), object_hook=_typed)
        return (names, rows), fresh_until

    def _missed(self, key: str, level: Level, load: Callable[[], Rows]) -> Rows:
        """Fetch an answer that nobody has, or wait for whoever fetches it."""
        try:
            with self._client.lock(f"{key}:lock", timeout=_LOAD_SECONDS, blocking_timeout=_LOAD_SECONDS, sleep=0.005):
                kept = self._kept(key)
                return kept[0] if kept is not None else self._fetched(key, level, load)
        except FAILURES:  # away, or whoever fetches it takes too long
            return load()

    def _renewed(self, key: str, level: Level, load: Callable[[], Rows]) -> None:
        """Fetch an answer anew, unless somebody does already. An old one is shown until it expires where this fails."""
        lock = self._client.lock(f"{key}:lock", timeout=_LOAD_SECONDS)
        with suppress(Exception):
            if not lock.acquire(blocking=False):
                return
            try:
                kept = self._kept(key)
                if kept is None or self._clock() > kept[1]:
                    self._fetched(key, level, load)
            finally:
                with suppress(LockError):
                    lock.release()

    def _fetched(self, key: str, level: Level, load: Callable[[], Rows]) -> Rows:
        names, rows = load()
        kept = [names, rows, self._clock() + level.seconds]
        with suppress(*FAILURES):
            self._client.set(key, json.dumps(kept, default=_tagged), ex=2 * level.seconds)
        return names, rows


@contextmanager
def open_cache(settings: Settings) -> Iterator[Cache | None]:
    """Open the cache in the hot store; where that is away, whatever is asked is asked of PostgreSQL.

    None where it is a cluster that is away, since its servers are not known then, and where TLS is wanted of a Redis
    without it.
    """
    with ExitStack() as stack:
        url = settings.hot_url or stack.enter_context(embedded.redis(settings.hot_dir)).url
        waits = {"socket_connect_timeout": _REDIS_SECONDS, "socket_timeout": _REDIS_SECONDS}
        try:
            client = connect(url, retry=Retry(NoBackoff(), 0), decode_responses=True, **waits)
        except FAILURES:
            yield None
            return
        stack.callback(client.close)
        cache = Cache(client)
        stack.callback(cache.close)
        yield cache


def _tagged(value: Any) -> dict[str, str]:
    """Write what JSON has no type for, so that it is read as it was."""
    for tag, kind in (("$decimal", Decimal), ("$time", datetime), ("$date", date)):
        if isinstance(value, kind):
            return {tag: str(value)}
    raise TypeError(f"{type(value).__name__} has no form in JSON")


_READ: Final[Mapping[str, Callable[[str], Any]]] = {
    "$decimal": Decimal, "$time": datetime.fromisoformat, "$date": date.fromisoformat,
}  # fmt: skip


def _typed(item: dict[str, Any]) -> Any:
    tag, *more = item or ("",)
    return _READ[tag](item[tag]) if not more and tag in _READ else item
