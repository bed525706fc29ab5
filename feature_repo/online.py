"""Keeps a trader's features in Redis as one packed value per trader, which Feast reads through its own interface.

The stock store writes a hash field per feature, each converted in Python, and serves rows of any age. Here a row is
written whole or not at all, straight from Arrow, every view over the table reads what it needs of it, and a row older
than its view's time to live is refused.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

import numpy as np
import pyarrow as pa
import redis
from feast import FeatureView, RepoConfig, utils
from feast.infra.key_encoding_utils import serialize_entity_key, serialize_entity_key_prefix
from feast.infra.online_stores.online_store import OnlineStore
from feast.online_response import OnlineResponse
from feast.protos.feast.types.EntityKey_pb2 import EntityKey
from feast.protos.feast.types.Value_pb2 import Value
from feast.repo_config import FeastConfigBaseModel
from pydantic import Field, field_validator

from feature_repo.answers import PlainResponse, fill
from feature_repo.online_traders import OnlineTraders, trader_keys
from feature_repo.packed_rows import Layout
from feature_repo.store import VIEW, redis_url
from features.registry import features
from pumploss import clock
from pumploss.columns import TRADER
from pumploss.contract import Type
from pumploss.errors import StoreError
from pumploss.hot_client import answering, connect, tag
from pumploss.hot_keys import EXPIRY_SECONDS
from pumploss.settings import from_environment

_BATCH = 5_000
_ADVICE = "Ask again when it answers; mend or unset PUMPLOSS_HOT_URL."

#: How a value of each type is handed to Feast.
_AS_VALUE: dict[Type, Callable[[Any], Value]] = {
    Type.DOUBLE: lambda value: Value(double_val=value),
    Type.BIGINT: lambda value: Value(int64_val=value),
    Type.INT: lambda value: Value(int32_val=value),
    Type.BOOLEAN: lambda value: Value(bool_val=value),
    Type.TIMESTAMP: lambda value: Value(unix_timestamp_val=int(value.timestamp())),
}


@cache
def layout() -> Layout:
    """Lay out all registered features."""
    return Layout(tuple(feature.column for feature in features()))


class PackedRedisOnlineStoreConfig(FeastConfigBaseModel):  # type: ignore[misc]
    """Configures the store: `url` of a Redis, without one that of the settings.

    `asked_at` is the moment that rows are asked at, by which their age is judged: for a market of other days than
    today's. A row of a later T was not there then, and is not served. Without it, it is now.
    """

    type: str = "feature_repo.online.PackedRedisOnlineStore"
    url: str = Field(default_factory=lambda: redis_url(from_environment()))
    #: Where nothing is written any more, keys leave by themselves, as those of the hot store do.
    key_ttl_seconds: int = EXPIRY_SECONDS
    asked_at: datetime | None = None

    @field_validator("asked_at")
    @classmethod
    def _in_utc(cls, moment: datetime | None) -> datetime | None:
        return None if moment is None else utc(moment)


class PackedRedisOnlineStore(OnlineStore):  # type: ignore[misc]
    """Writes rows of the features' table packed, by `keys_and_rows` or Feast's own materialisation, and reads them."""

    _client: redis.Redis | None = None
    _versioned_read_supported = False  # unsaid, Feast would load all stores to find out: 0.9 s in each process

    def _redis(self, config: RepoConfig) -> redis.Redis:
        if self._client is None:
            self._client = connect(config.online_store.url)
        return self._client

    def online_write_batch(
        self,
        config: RepoConfig,
        table: FeatureView,
        data: list[tuple[EntityKey, dict[str, Value], datetime, datetime | None]],
        progress: Callable[[int], Any] | None,
    ) -> None:
        """Write rows of all features as of the T that is online; those of an earlier T are left out.

        Nobody is online who has no features as of that T: a later one goes online as a whole, by its own step, or here
        where none did. Raises StoreError for a later T otherwise, and for a view of some features.
        """
        if {field.name for field in table.features} != layout().places.keys():
            raise StoreError(f"{table.name} is read from the row of all features: materialise the view that has them.")
        # Of several rows of a trader the latest counts, whatever their order.
        ordered = sorted(data, key=lambda row: utc(row[2]))
        rows = {str(entity.entity_values[0].string_val): (utc(at), values) for entity, values, at, _ in ordered}
        with answering(config.online_store.url, _ADVICE), self._traders(config) as online:
            current = online.join(max((at for at, _ in rows.values()), default=None))
            own = {trader: values for trader, (at, values) in rows.items() if at == current}
            if current and own:
                online.add(own)
                keys = trader_keys(own, config.project, config.entity_key_serialization_version)
                packed = [(key, _packed(values, current)) for key, values in zip(keys, own.values(), strict=True)]
                online.write(current, [packed], config.online_store.key_ttl_seconds)
        if progress:
            progress(len(data))

    @contextmanager
    def _traders(self, config: RepoConfig) -> Iterator[OnlineTraders]:
        """Who is online, and as of which T."""
        with closing(connect(config.online_store.url, decode_responses=True)) as client:
            yield OnlineTraders(client, config.project, VIEW, config.entity_key_serialization_version)

    def online_read(
        self,
        config: RepoConfig,
        table: FeatureView,
        entity_keys: list[EntityKey],
        requested_features: list[str] | None = None,
        is_age_judged: bool = True,
    ) -> list[tuple[datetime | None, dict[str, Value] | None]]:
        """Read T and features of each key; (None, None) without a row, or where it is older than the view lets be."""
        names = [field.name for field in table.features] if requested_features is None else requested_features
        rows, times = self._served(config, table, entity_keys, is_age_judged)
        values = _values([row for row, at in zip(rows, times, strict=True) if row and at], names)
        return [(at, next(values)) if at else (None, None) for at in times]

    def _served(
        self, config: RepoConfig, table: FeatureView, entity_keys: list[EntityKey], is_age_judged: bool = True
    ) -> tuple[list[bytes | None], list[datetime | None]]:
        """Read the packed row of each key, and its T where it is served."""
        keys = self._redis_keys(config, entity_keys)
        with answering(config.online_store.url, _ADVICE):
            rows = cast("list[bytes | None]", self._redis(config).mget(keys) if keys else [])
        asked_at = config.online_store.asked_at if is_age_judged else None
        oldest = (asked_at or clock.now()) - table.ttl if table.ttl and is_age_judged else None
        return rows, served_times(rows, oldest, asked_at)

    def get_online_features(self, *given: Any, **named: Any) -> OnlineResponse:
        """Answer what Feast does."""
        answer = super().get_online_features(*given, **named)
        return PlainResponse(answer.proto, answer._feature_types)  # noqa: SLF001 - a copy of all that it holds

    def _read_features_per_fv(
        self, config: RepoConfig, grouped_refs: list[Any], join_key_values: Any, entity_names: Any, response: Any,
        full_feature_names: bool, include_feature_view_version_metadata: bool,
    ) -> None:  # fmt: skip
        """Fill a response from packed rows, view by view: Feast leaves this to stores that need no single values."""
        if include_feature_view_version_metadata:
            super()._read_features_per_fv(
                config, grouped_refs, join_key_values, entity_names, response, full_feature_names, True
            )
            return
        for table, names in grouped_refs:
            traders, places, length = utils._get_unique_entities(table, join_key_values, entity_names)  # noqa: SLF001
            rows, times = self._served(config, table, utils._get_entity_key_protos(traders))  # noqa: SLF001
            asked = np.empty(length, np.int64)
            for place, wanted in enumerate(places):
                asked[wanted] = place
            view = table.projection.name_to_use()
            shown = [f"{view}__{name}" if full_feature_names else name for name in names]
            kinds = [layout().columns[layout().places[name]].type for name in names]
            found = in_place(rows, times, names)
            if not np.array_equal(asked, np.arange(len(rows))):
                found = found.take(pa.array(asked))
            fill(response, shown, found, kinds, [times[place] for place in asked])

    def update(self, *_: Any, **__: Any) -> None:
        """Change nothing: a row belongs to all views, and one of other features is not served and leaves in time."""

    def teardown(self, config: RepoConfig, *_: Any) -> None:
        """Delete every row of the project, and its T. Raises StoreError where the store does not answer."""
        ends = config.project.encode()
        begins = serialize_entity_key_prefix([TRADER.name], config.entity_key_serialization_version)
        begins = tag(config.online_store.url) + begins
        with answering(config.online_store.url, _ADVICE):
            for key in self._redis(config).scan_iter(match=begins + b"*" + ends, count=_BATCH):
                self._redis(config).unlink(key)
            with self._traders(config) as online:
                online.forget()

    @staticmethod
    def _redis_keys(config: RepoConfig, entity_keys: Sequence[EntityKey]) -> list[bytes]:
        version, project = config.entity_key_serialization_version, config.project.encode()
        begins = tag(config.online_store.url)
        return [begins + bytes(serialize_entity_key(key, version)) + project for key in entity_keys]


def served_times(
    rows: Sequence[bytes | None], oldest: datetime | None = None, latest: datetime | None = None
) -> list[datetime | None]:
    """Read T of each row that is served: of this layout, and not as of a T before `oldest` or after `latest`."""
    times = (layout().time_of(row) for row in rows)
    return [at if at and (oldest or at) <= at <= (latest or at) else None for at in times]


def _values(rows: list[bytes], names: list[str]) -> Iterator[dict[str, Value]]:
    """Make what Feast takes of each row."""
    unpacked = layout().unpack(rows, names)
    makers = [_AS_VALUE[layout().columns[layout().places[name]].type] for name in names]
    columns = [
        [Value() if value is None else make(value) for value in unpacked[name].to_pylist()]
        for name, make in zip(names, makers, strict=True)
    ]
    for place in range(len(rows)):
        yield {name: column[place] for name, column in zip(names, columns, strict=True)}


def _packed(values: dict[str, Value], at: datetime) -> bytes:
    row = {}
    for column in layout().columns:
        value = values.get(column.name, Value())
        kind = value.WhichOneof("val")
        plain: Any = getattr(value, kind) if kind else None
        is_time = column.type is Type.TIMESTAMP and plain is not None
        row[column.name] = datetime.fromtimestamp(plain, UTC) if is_time else plain
    schema = pa.schema([(column.name, column.type.arrow) for column in layout().columns])
    return layout().pack(pa.Table.from_pylist([row], schema=schema), at)[0]


def keys_and_rows(rows: pa.Table, at: datetime, project: str, version: int) -> Iterator[list[tuple[bytes, bytes]]]:
    """Pack rows of the features' table as of T, some thousand at a time, each with its key."""
    for begin in range(0, rows.num_rows, _BATCH):
        part = rows.slice(begin, _BATCH)
        keys = trader_keys(part[TRADER.name].to_pylist(), project, version)
        yield list(zip(keys, layout().pack(part, at), strict=True))


def in_place(rows: Sequence[bytes | None], times: Sequence[datetime | None], names: Sequence[str]) -> pa.Table:
    """Unpack features of rows, nulls where a row is not served."""
    served = [row for row, at in zip(rows, times, strict=True) if row is not None and at is not None]
    if len(served) == len(rows):  # what all but a few reads find; taking rows costs as much as unpacking them
        return layout().unpack(served, names)
    places = np.cumsum([at is not None for at in times]) - 1
    taken = pa.array(places, pa.int64(), mask=np.array([at is None for at in times], np.bool_))
    return layout().unpack(served, names).take(taken)


def utc(moment: datetime) -> datetime:
    """Take a moment without a zone for one of UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
