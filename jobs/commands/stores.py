"""Where every store is, and whether its server runs; starts nothing."""

from contextlib import closing
from typing import Any, Final

from redis.backoff import NoBackoff
from redis.retry import Retry

from pumploss import embedded
from pumploss.embedded import EmbeddedServer, PostgresServer, locks
from pumploss.hot_client import FAILURES, connect, dropping
from pumploss.redaction import redacted
from pumploss.settings import Settings
from pumploss.warm import READER

#: How long a server may take to be reached, and to answer, before nothing is said of it.
_WAIT_SECONDS: Final = 2.0


def stores(settings: Settings) -> dict[str, dict[str, Any]]:
    """Lists every store by its role: `address`, whether the project runs it itself, and for servers whether it runs."""
    warm, hot = embedded.postgres(settings.warm_dir), embedded.redis(settings.hot_dir)
    remote = settings.spark_remote
    return {
        "engine": {
            "address": redacted(remote) if remote else "Sail, in the process that runs a step",
            "is_embedded": remote is None,
        },
        "landing": {"address": redacted(settings.landing)},
        "lake": {"address": redacted(settings.lake)},
        "warm": _warm(warm) if settings.warm_dsn is None else _own(settings.warm_dsn),
        **({"warm, for readers": _own(settings.warm_read_dsn)} if settings.warm_read_dsn else {}),
        "hot": _server(hot) if settings.hot_url is None else _own(settings.hot_url),
        "registry": {"address": redacted(settings.tracking_uri)},
        "feature_store": {"address": str(settings.feast_registry)},
        "airflow": {
            "address": str(settings.airflow_home),
            "is_running": locks.is_locked(settings.airflow_home / "running.lock"),
        },
    }


def hot_warning(settings: Settings) -> str | None:
    """Tell what is wrong with how a Redis that runs is set; None where nothing is, or where it does not answer soon."""
    server = embedded.redis(settings.hot_dir)
    url = settings.hot_url or (server.url if server.status().is_running else None)
    if url is None:
        return None
    try:
        waits = {"socket_connect_timeout": _WAIT_SECONDS, "socket_timeout": _WAIT_SECONDS}
        with closing(connect(url, retry=Retry(NoBackoff(), 0), decode_responses=True, **waits)) as client:
            return dropping(client)
    except (*FAILURES, ValueError):
        return None


def _own(address: str) -> dict[str, Any]:
    return {"address": redacted(address), "is_embedded": False}


def _warm(server: PostgresServer) -> dict[str, Any]:
    return {**_server(server), "reader_address": server.dsn_of(READER)}


def _server(server: EmbeddedServer) -> dict[str, Any]:
    state = server.status()
    return {
        "address": state.address,
        "is_embedded": True,
        "is_running": state.is_running,
        "pid": state.pid,
        "user_pids": list(state.user_pids),
        "data_dir": str(state.data_dir),
        "socket_dir": str(state.socket_dir),
        "log": str(state.log),
    }


def addresses(stores: dict[str, dict[str, Any]]) -> list[tuple[str, str]]:
    """Lists what to print of every store: its name and where it is; the warm store also as readers reach it."""
    shown = []
    for name, store in stores.items():
        shown.append((name, address_of(store)))
        if "reader_address" in store:
            shown.append((f"{name}, to read", store["reader_address"]))
    return shown


def address_of(store: dict[str, Any]) -> str:
    """Shows an address, and for a server whether it runs."""
    if "is_running" not in store:
        return str(store["address"])
    pid = f", process {store['pid']}" if store.get("pid") else ""
    return f"{store['address']} ({f'running{pid}' if store['is_running'] else 'not running'})"
