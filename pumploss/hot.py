"""Keeps leaderboards in the hot store, Redis, and replaces them whole.

All keys begin with `pumploss:`, on a cluster with `{pumploss}:` (`pumploss.hot_client` says why). Nothing else in the
same Redis, such as Feast's online store, is touched:

    pumploss:leaderboard:<period>:current     string   JSON: version, as_of, rows of the current
    pumploss:leaderboard:<period>:<version>   list     one JSON object per rank, worst first
    pumploss:leaderboard:net:<period>:...     the same of those who lost most by net result
    pumploss:leaderboard:expected:...         the same of those who are about to lose most
    pumploss:published                        string   JSON: version, as_of of the boards, and that of Feast's features
    pumploss:cache:<query>:<hash>             string   JSON: an answer that a reader keeps (`pumploss.warm.cache`)

New lists and the pointers to them appear in one MULTI/EXEC, which deletes the lists that they replace. `published` is
the last word of a night: where its two times are equal, boards and features are of one T. Everything
expires after seven days, so a store that nobody fills any more empties itself.

`publish_hot` calls `publish`; `leaderboard`, `net_losers`, `hot_losers` and `expected_losers` are for consumers, which
are no part of this project.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, cast

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from pumploss import embedded
from pumploss.errors import StoreError
from pumploss.hot_client import answering, connect, named
from pumploss.hot_keys import EXPIRY_SECONDS, PREFIX, PUBLISHED
from pumploss.settings import Settings
from pumploss.warm.boards import known_period
from pumploss.warm.tables import BOARD_ROWS, TABLES
from pumploss.warm.warm_table import AMOUNT, TIME

#: Stand for a period in the keys of other boards: of expected losses, and before a period of net results.
EXPECTED, NET = "expected", "net:"

_DECIMALS = {column.name for table in TABLES for column in table.columns if column.kind == AMOUNT}
_TIMES = {column.name for table in TABLES for column in table.columns if column.kind == TIME}
#: What the first consumers were promised, by what the boards call it.
_PROMISED = {
    **{name: name for name in ("rank", "trader", "loss_amount_24h", "loss_amount_all_time", "loss_trades_24h")},
    **{name: name for name in ("avg_loss_size", "tokens_traded_24h", "last_loss_time")},
    "risk_score": "baseline_score",
}
_ADVICE = (
    "The lake and the warm store are not affected: mend or unset PUMPLOSS_HOT_URL, or make room, then run "
    "materialize_features and publish_hot again."
)
# A board may be replaced between reading its pointer and reading it.
_READ_TRIES = 5


@contextmanager
def open_hot(settings: Settings) -> Iterator[redis.Redis]:
    """Open a client that answers; an embedded server lives at least as long as it. Raises StoreError."""
    with ExitStack() as stack:
        url = settings.hot_url or stack.enter_context(embedded.redis(settings.hot_dir)).url
        stack.enter_context(answering(url, _ADVICE))
        # A transaction that is sent a second time would no longer see what changed since it was begun.
        never = Retry(NoBackoff(), 0)
        client = connect(url, retry=never, decode_responses=True, socket_connect_timeout=5, socket_timeout=30)
        stack.callback(client.close)
        client.ping()
        yield client


def publish(
    client: redis.Redis,
    boards: Mapping[str, list[dict[str, Any]]],
    as_of: datetime,
    version: str,
    features_as_of: datetime | None = None,
) -> None:
    """Make these leaderboards, by period, the current ones, and delete those before; say what T is published.

    EXPECTED stands for the period of the board of who is about to lose most, NET before one of net results.
    `features_as_of` is the T of Feast's features, where all of them are online. The same `version` again changes
    nothing.
    """
    pointers = {period: _pointer(client, period) for period in boards}
    replaced = [_list_key(client, period, pointer["version"]) for period, pointer in pointers.items() if pointer]
    with client.pipeline(transaction=True) as both:
        both.delete(*replaced, *(_list_key(client, period, version) for period in boards))
        for period, rows in boards.items():
            key = _list_key(client, period, version)
            if rows:
                both.rpush(key, *(json.dumps(row, default=_as_text) for row in rows))
                both.expire(key, EXPIRY_SECONDS)
            pointer = {"version": version, "as_of": as_of.isoformat(), "rows": len(rows)}
            both.set(_pointer_key(client, period), json.dumps(pointer), ex=EXPIRY_SECONDS)
        features = features_as_of.isoformat() if features_as_of else None
        said = {"version": version, "as_of": as_of.isoformat(), "features_as_of": features}
        both.set(named(client, PUBLISHED), json.dumps(said), ex=EXPIRY_SECONDS)
        both.execute()


class Announced(NamedTuple):
    """Says of which T the boards are, and the features online, as consumers are told; None while those are written."""

    as_of: datetime
    features_as_of: datetime | None


def announced(client: redis.Redis) -> Announced | None:
    """Read what the last publish said of itself; None where that is gone, or is nothing that a publish wrote."""
    text = client.get(named(client, PUBLISHED))
    try:
        said = json.loads(cast("str", text)) if text else {}
        features = said["features_as_of"]
        return Announced(
            datetime.fromisoformat(said["as_of"]), None if features is None else datetime.fromisoformat(features)
        )
    except (ValueError, TypeError, KeyError):
        return None


def leaderboard(client: redis.Redis, period: str = "24h", limit: int = BOARD_ROWS) -> list[dict[str, Any]]:
    """Read the current leaderboard of a period, equal to the warm store's value by value.

    Raises StoreError where none was published in the last seven days, SettingsError for an unknown period.
    """
    return _read(client, known_period(period), limit)


def net_losers(client: redis.Redis, period: str = "24h", limit: int = BOARD_ROWS) -> list[dict[str, Any]]:
    """Read who lost most by net result in a period, as `warm.net_losers` does. Raises as `leaderboard`."""
    return _read(client, NET + known_period(period), limit)


def expected_losers(client: redis.Redis, limit: int = 100) -> list[dict[str, Any]]:
    """Read who is about to lose most, as `warm.expected_losers` does. Raises StoreError where none was published."""
    return _read(client, EXPECTED, limit)


def _read(client: redis.Redis, period: str, limit: int) -> list[dict[str, Any]]:
    for _ in range(_READ_TRIES):
        pointer = _pointer(client, period)
        if pointer is None:
            raise StoreError(
                f"The hot store has no leaderboard of {period}: none was published, it expired, or Redis was emptied. "
                "Run publish_hot; the warm store has it as well."
            )
        wanted = max(0, min(limit, pointer["rows"]))
        key = _list_key(client, period, pointer["version"])
        texts = cast("list[str]", client.lrange(key, 0, wanted - 1)) if wanted else []
        if len(texts) == wanted:
            return [_row(text) for text in texts]
    raise StoreError(f"The leaderboard of {period} in the hot store is incomplete: run publish_hot again.")


def hot_losers(client: redis.Redis, period: str = "24h", limit: int = 100) -> list[dict[str, Any]]:
    """Read what `warm.top_losers` reads, from the hot store."""
    return [{name: row[kept] for name, kept in _PROMISED.items()} for row in leaderboard(client, period, limit)]


def _pointer_key(client: redis.Redis, period: str) -> str:
    return named(client, f"{PREFIX}leaderboard:{period}:current")


def _list_key(client: redis.Redis, period: str, version: str) -> str:
    return named(client, f"{PREFIX}leaderboard:{period}:{version}")


def _pointer(client: redis.Redis, period: str) -> dict[str, Any] | None:
    text = client.get(_pointer_key(client, period))
    return json.loads(cast("str", text)) if text else None


def _as_text(value: Any) -> str:
    """Write decimals and times as text that loses nothing."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _row(text: str) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(text)
    for name in row.keys() & _DECIMALS:
        row[name] = Decimal(row[name])
    for name in row.keys() & _TIMES:
        row[name] = datetime.fromisoformat(row[name]) if row[name] else None
    return row
