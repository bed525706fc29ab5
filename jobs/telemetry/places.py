"""Names what is read and written as OpenLineage names datasets: by the server or file system, and the place there."""

from collections.abc import Callable, Mapping
from typing import Final

from psycopg import Error
from psycopg.conninfo import conninfo_to_dict

from pumploss.hot_client import address
from pumploss.settings import Settings
from pumploss.warm.tables import EXPECTED_LOSERS, LEADERBOARDS, LIVE, NET_LOSERS

Place = tuple[str, str]
#: The tables of the warm store that the hot one shows.
BOARDS: Final = tuple(table.name for table in (LEADERBOARDS, NET_LOSERS, EXPECTED_LOSERS))
_POSTGRES_PORT: Final = "5432"


def in_files(root: str, name: str) -> Place:
    """Name a thing below a root: by bucket, or by the file system."""
    if root.startswith("s3://"):
        bucket, _, prefix = root.removeprefix("s3://").partition("/")
        return f"s3://{bucket}", "/".join(filter(None, (prefix, name)))
    return "file", f"{root}/{name}"


def in_warm(settings: Settings, table: str) -> Place:
    """Name a table of the warm store by server and database; that of the embedded server by its folder."""
    if settings.warm_dsn is None:
        return in_files(str(settings.warm_dir), f"{LIVE}.{table}")
    try:
        parts = conninfo_to_dict(settings.warm_dsn)
    except Error:  # its message would quote the address, password and all; connecting says what is wrong with it
        parts = {}
    hosts, ports = str(parts.get("host") or "localhost").split(","), str(parts.get("port") or _POSTGRES_PORT).split(",")
    port = ports[0] or _POSTGRES_PORT
    return f"postgres://{hosts[0]}:{port}", f"{parts.get('dbname') or parts.get('user') or ''}.{LIVE}.{table}"


def in_hot(settings: Settings, name: str) -> Place:
    """Name a board or a view of features in the hot store by server; that of the embedded server by its folder."""
    if settings.hot_url is None:
        return in_files(str(settings.hot_dir), name)
    return address(settings.hot_url), name


#: What publishes into a store, and how what it gives it is named there.
STORES: Final[Mapping[str, Callable[[Settings, str], Place]]] = {
    "publish_warm": in_warm,
    "materialize_features": in_hot,
    "publish_hot": in_hot,
}
