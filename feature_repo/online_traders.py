"""Knows whose features are online, and as of which T, so that those who are no longer in the features leave.

Beside Feast's keys, which nobody can list without a scan of all of Redis:

    pumploss:online:<view>:as_of     string   the latest T of which features were written, or began to be
    pumploss:online:<view>:whole     string   that T, once all of its features are written
    pumploss:online:<view>:traders   set      every trader who may have a key, never fewer

While `whole` is not `as_of`, keys of two T may stand side by side; each row has its own T with it. A trader enters
the set before his key is written and leaves it with his key. So a run that is killed anywhere is mended by the next.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import cast

import redis
from redis.client import Pipeline

from pumploss.columns import TRADER
from pumploss.days import shift
from pumploss.errors import StoreError
from pumploss.hot_client import named, tag
from pumploss.hot_keys import EXPIRY_SECONDS, PREFIX

#: What is known of Feast's keys outlives them.
_KNOWN_SECONDS = EXPIRY_SECONDS + 24 * 3600

_BATCH = 5_000


class OnlineTraders:
    """Whose features of a view are online in a Redis."""

    def __init__(self, client: redis.Redis, project: str, view: str, key_version: int) -> None:
        self._client = client
        self._project = project
        self._key_version = key_version
        # Keys of traders change together with the T that they are of.
        self._tag = tag(client)
        self._as_of_key = named(client, f"{PREFIX}online:{view}:as_of")
        self._whole_key = named(client, whole_key(view))
        self._traders_key = named(client, f"{PREFIX}online:{view}:traders")

    def as_of(self) -> datetime | None:
        """Tell the latest T of which features were written; None before the first, or after all expired."""
        text = self._client.get(self._as_of_key)
        return datetime.fromisoformat(str(text)) if text else None

    def begin(self, at: datetime, traders: Iterable[str], is_withdrawn: Callable[[datetime], bool]) -> datetime | None:
        """Announce that the features as of a T are about to be written, of these traders.

        Answers a later T where there is one; then nothing must be written. A later T that has been withdrawn since
        leaves, with all its keys.
        """
        with self._client.pipeline(transaction=True) as both:
            while True:
                try:
                    both.watch(self._as_of_key)  # type: ignore[no-untyped-call]
                    newer = self.as_of()
                    is_later = newer is not None and newer > at
                    if newer is not None and is_later and not is_withdrawn(newer):
                        return newer
                    both.multi()
                    both.delete(self._whole_key)
                    both.set(self._as_of_key, at.isoformat(), ex=_KNOWN_SECONDS)
                    both.execute()
                    break
                except redis.WatchError:
                    continue
        if is_later:
            self.keep_only(at, ())
        self.add(traders)
        return None

    def join(self, latest: datetime | None) -> datetime | None:
        """Tell the T that rows of some traders must be of, who come beside those that are online; None without any.

        It is the one that is online, or the latest of the rows where that one was never whole: who was online as of it
        then leaves. Raises StoreError for rows that are later than a whole T.
        """
        current = self.as_of()
        if latest is None or (current and latest <= current):
            return current
        if current and self._client.get(self._whole_key):
            raise StoreError(
                f"Features as of {latest.date()} go online as a whole, in place of those as of {current.date()}: "
                f"`pumploss run materialize_features --day {shift(latest.date(), -1)}`."
            )
        if self.begin(latest, (), lambda _: False) is None:
            self.keep_only(latest, ())
        return self.as_of()

    def add(self, traders: Iterable[str]) -> None:
        """Announce who is about to have a key."""
        for batch in _batches(traders):
            self._client.sadd(self._traders_key, *batch)
        self._client.expire(self._traders_key, _KNOWN_SECONDS)

    def write(self, at: datetime, rows: Iterable[list[tuple[bytes, bytes]]], seconds: int) -> bool:
        """Write keys and rows as of a T, which expire after some seconds; False where another T has begun meanwhile."""
        for batch in rows:

            def put(both: Pipeline, batch: list[tuple[bytes, bytes]] = batch) -> None:
                for key, row in batch:
                    both.set(self._tag + key, row, ex=seconds)

            if not self._while_current(at, put):
                return False
        return True

    def finish(self, at: datetime) -> bool:
        """Announce that all features as of a T are written; False where another T has begun since."""
        return self._while_current(at, lambda both: both.set(self._whole_key, at.isoformat(), ex=_KNOWN_SECONDS))

    def count(self) -> int:
        """Tell how many traders may have a key."""
        return cast("int", self._client.scard(self._traders_key))

    def forget(self) -> None:
        """Forget whose features are online and of which T, after their keys are gone."""
        self._client.delete(self._as_of_key, self._whole_key, self._traders_key)

    def keep_only(self, at: datetime, traders: Collection[str]) -> int:
        """Remove the keys of all others, unless a later T has begun; answers how many."""
        kept, removed = set(traders), 0
        others = {str(trader) for trader in self._client.sscan_iter(self._traders_key, count=_BATCH)} - kept
        for batch in _batches(sorted(others)):

            def leave(both: Pipeline, batch: list[str] = batch) -> None:
                keys = trader_keys(batch, self._project, self._key_version)
                both.unlink(*(self._tag + key for key in keys))
                both.srem(self._traders_key, *batch)

            if not self._while_current(at, leave):
                break
            removed += len(batch)
        return removed

    def _while_current(self, at: datetime, add_to: Callable[[Pipeline], object]) -> bool:
        """Run commands in one transaction; False, and nothing is done, where the T that was begun is another one."""
        with self._client.pipeline(transaction=True) as both:
            while True:
                both.watch(self._as_of_key)  # type: ignore[no-untyped-call]
                if self.as_of() != at:
                    return False
                both.multi()
                add_to(both)
                try:
                    both.execute()
                    return True
                except redis.WatchError:
                    # Also raised where the connection was lost: what is the current T is asked again.
                    continue


def trader_keys(traders: Iterable[str], project: str, version: int) -> list[bytes]:
    """Write the keys under which Feast keeps traders: what it writes for one address, around each of the others."""
    from feast.infra.key_encoding_utils import serialize_entity_key
    from feast.protos.feast.types.EntityKey_pb2 import EntityKey
    from feast.protos.feast.types.Value_pb2 import Value

    heads: dict[int, bytes] = {}
    keys = []
    for trader in traders:
        address = trader.encode()
        if len(address) not in heads:
            own = EntityKey(join_keys=[TRADER.name], entity_values=[Value(string_val=trader)])
            heads[len(address)] = bytes(serialize_entity_key(own, version)).removesuffix(address)
        keys.append(heads[len(address)] + address + project.encode())
    return keys


def features_online(client: redis.Redis, view: str) -> datetime | None:
    """Tell the T whose features are all online; None while they are being written, and before the first."""
    text = client.get(named(client, whole_key(view)))
    return datetime.fromisoformat(str(text)) if text else None


def whole_key(view: str) -> str:
    """Name the key of the T whose features are all online."""
    return f"{PREFIX}online:{view}:whole"


def _batches(traders: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(traders)
    while batch := list(islice(rest, _BATCH)):
        yield batch
