"""Opens a Feast store for the project's settings, with its configuration and definitions kept up to date."""

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pumploss import embedded
from pumploss.settings import ROOT, Settings

if TYPE_CHECKING:
    from feast import FeatureStore, RepoConfig

PROJECT = "pumploss"
KEY_VERSION = 3
VIEW = "trader_features"
#: A day's row serves until the next night has run, with a day of slack for a night that failed.
TTL = timedelta(hours=48)


def redis_url(settings: Settings) -> str:
    """Return the hot store's address: the given one, or the embedded server's whether it runs or not."""
    return settings.hot_url or embedded.redis(settings.hot_dir).url


@contextmanager
def online_redis(settings: Settings) -> Iterator[str]:
    """Return the address of a Redis that is up: the given one, or the embedded server, held while in use."""
    if settings.hot_url:
        yield settings.hot_url
        return
    with embedded.redis(settings.hot_dir) as server:
        yield server.url


def configuration(
    settings: Settings, redis: str, versions: Mapping[str, int] | None = None, asked_at: datetime | None = None
) -> dict[str, Any]:
    """Make from settings what feature_store.yaml would say; `versions` pins tables by name."""
    return {
        "project": PROJECT,
        "provider": "local",
        "registry": {"registry_type": "sql", "path": f"sqlite:///{settings.feast_registry}"},
        "offline_store": {
            "type": "feature_repo.offline.DeltaOfflineStore",
            **({"versions": dict(versions)} if versions else {}),
        },
        "online_store": {
            "type": "feature_repo.online.PackedRedisOnlineStore",
            "url": redis,
            **({"asked_at": asked_at} if asked_at else {}),
        },
        "materialization": {"online_write_batch_size": 10_000},
        "entity_key_serialization_version": KEY_VERSION,
    }


def feature_store(
    settings: Settings,
    redis_address: str | None = None,
    versions: Mapping[str, int] | None = None,
    asked_at: datetime | None = None,
) -> "FeatureStore":
    """Open a store whose registry holds today's definitions.

    `redis_address` is the URL of a running Redis; without it nothing online is reached before it is used. `versions`
    pins Delta tables by name. Online rows older than 48 hours at `asked_at`, or now, are not served: a market of other
    days, such as a simulated one, is asked as of one of its own.
    """
    from feast import RepoConfig
    from sqlalchemy.exc import DatabaseError

    settings.feast_registry.parent.mkdir(parents=True, exist_ok=True)
    given = configuration(settings, redis_address or redis_url(settings), versions, asked_at)
    with quiet():
        config = RepoConfig(repo_path=ROOT / "feature_repo", **given)
        try:
            return _opened(config, settings.lake)
        except DatabaseError:
            # The registry holds nothing but the definitions: a damaged one is made anew.
            settings.feast_registry.unlink(missing_ok=True)
            return _opened(config, settings.lake)


def _opened(config: "RepoConfig", lake: str) -> "FeatureStore":
    from feast import FeatureStore

    store = FeatureStore(config=config)
    _apply(store, lake)
    return store


def _apply(store: "FeatureStore", lake: str) -> None:
    """Register the definitions unless the registry holds the same ones: told by a digest in the view's tags, and names.

    Feast's own commands may have deleted some.
    """
    from feast.infra.offline_stores.file_source import FileSource

    from feature_repo import definitions

    view = definitions.view(lake)
    assert isinstance(view.batch_source, FileSource)
    services = [definitions.service(name, view) for name in ("loss-prediction", "risk-score")]
    views = [view, *definitions.group_views(lake), definitions.at_request(view)]
    wanted = {(made.name, made.tags.get("definition")) for made in (*views, *services)}
    known = (*store.list_all_feature_views(), *store.list_feature_services())
    if wanted <= {(made.name, made.tags.get("definition")) for made in known}:
        return
    store.apply([view.batch_source, definitions.entity(), *views, *services])


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Feast's progress off the screen and let one known deprecation in ibis pass."""
    logging.getLogger("feast").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"(ibis|feast)\b.*")
        warnings.filterwarnings("ignore", category=FutureWarning, module=r"(ibis|feast)\b.*")
        warnings.filterwarnings("ignore", "On demand feature view is an experimental", category=RuntimeWarning)
        yield
