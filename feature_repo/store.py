"""Opens a Feast store for the project's settings, with its configuration and definitions kept up to date."""

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pumploss import embedded
from pumploss.errors import SettingsError
from pumploss.settings import ROOT, Settings

if TYPE_CHECKING:
    from feast import FeatureStore, RepoConfig

PROJECT = "pumploss"
VIEW = "trader_features"


def connection_string(url: str) -> str:
    """Write a Redis URL (`redis://`, `rediss://` or `unix://`) in Feast's form.

    Raises SettingsError for other schemes and for a comma, which that form cannot carry.
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    if parts.scheme == "unix":
        address = "localhost:0"  # must be there, is ignored
        options = {"unix_socket_path": unquote(parts.path), **options}
    elif parts.scheme in ("redis", "rediss"):
        address = f"{parts.hostname or 'localhost'}:{parts.port or 6379}"
        options = {**({"db": parts.path.strip("/")} if parts.path.strip("/") else {}), **options}
        options |= {"ssl": "true"} if parts.scheme == "rediss" else {}
    else:
        raise SettingsError(f"PUMPLOSS_HOT_URL={url!r}: give redis://, rediss:// or unix://.")
    options |= {"username": unquote(parts.username)} if parts.username else {}
    options |= {"password": unquote(parts.password)} if parts.password else {}
    if any("," in value for value in options.values()):
        raise SettingsError("PUMPLOSS_HOT_URL: Feast cannot take a comma in a socket path or password; use others.")
    return ",".join([address, *(f"{name}={value}" for name, value in options.items())])


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


def configuration(settings: Settings, redis: str, versions: Mapping[str, int] | None = None) -> dict[str, Any]:
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
            "type": "feature_repo.online.LatestRedisOnlineStore",
            "connection_string": connection_string(redis),
        },
        "materialization": {"online_write_batch_size": 10_000},
        "entity_key_serialization_version": 3,
    }


def feature_store(
    settings: Settings, redis_address: str | None = None, versions: Mapping[str, int] | None = None
) -> "FeatureStore":
    """Open a store whose registry holds today's definitions.

    `redis_address` is the URL of a running Redis; without it nothing online is reached before it is used. `versions`
    pins Delta tables by name.
    """
    from feast import RepoConfig
    from sqlalchemy.exc import DatabaseError

    settings.feast_registry.parent.mkdir(parents=True, exist_ok=True)
    given = configuration(settings, redis_address or redis_url(settings), versions)
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
    """Register the definitions unless the registry holds the same ones, told by a digest in the view's tags."""
    from feast.errors import FeastObjectNotFoundException
    from feast.infra.offline_stores.file_source import FileSource

    from feature_repo import definitions

    view = definitions.view(lake)
    try:
        if store.get_feature_view(view.name).tags.get("definition") == view.tags["definition"]:
            return
    except FeastObjectNotFoundException:
        pass
    assert isinstance(view.batch_source, FileSource)
    services = [definitions.service(name, view) for name in ("loss-prediction", "risk-score")]
    store.apply([view.batch_source, definitions.entity(), view, *services])


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Feast's progress off the screen and let one known deprecation in ibis pass."""
    logging.getLogger("feast").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"(ibis|feast)\b.*")
        warnings.filterwarnings("ignore", category=FutureWarning, module=r"(ibis|feast)\b.*")
        yield
