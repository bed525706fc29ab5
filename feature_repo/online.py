"""Writes to Feast's Redis online store, but lets a row of the same T replace the one there.

The stock store skips rows whose time equals the stored one, so a day that was restated would stay wrong online.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from feast import FeatureView, RepoConfig
from feast.infra.online_stores.redis import RedisOnlineStore, RedisOnlineStoreConfig

from pumploss.hot import EXPIRY_SECONDS

#: Where nothing is written any more, keys leave by themselves, as those of the hot store do.
KEY_TTL_SECONDS = EXPIRY_SECONDS


class LatestRedisOnlineStoreConfig(RedisOnlineStoreConfig):  # type: ignore[misc]
    """Configures the stock store under this store's name."""

    type: str = "feature_repo.online.LatestRedisOnlineStore"
    key_ttl_seconds: int | None = KEY_TTL_SECONDS
    #: The check is made here, before the stock store writes without one.
    skip_dedup: bool = True


class LatestRedisOnlineStore(RedisOnlineStore):  # type: ignore[misc]
    """Replaces what is stored by newer and equal times, never by older ones."""

    def online_write_batch(
        self,
        config: RepoConfig,
        table: FeatureView,
        data: list[tuple[Any, dict[str, Any], datetime, datetime | None]],
        progress: Callable[[int], Any] | None,
    ) -> None:
        """Write the rows that are not older than what is stored; of rows with one key the latest counts."""
        stored = self.online_read(config, table, [row[0] for row in data], [table.features[0].name])
        kept = [row for row, (at, _) in zip(data, stored, strict=True) if at is None or _utc(row[2]) >= _utc(at)]
        kept.sort(key=lambda row: _utc(row[2]))
        super().online_write_batch(config, table, kept, progress)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
