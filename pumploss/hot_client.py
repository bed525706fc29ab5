"""Connects to the hot store, one Redis or a Redis Cluster, and names keys so that a cluster keeps ours together.

A cluster spreads keys over its servers by the text between the first braces of their names, and changes several at once
only where that is the same. Ours do change together, so there all of them begin with `{pumploss}`:
`{pumploss}:published` for `pumploss:published`. One server, with its replicas, then holds all of them.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, cast
from urllib.parse import SplitResult, urlsplit

import redis
from redis.cluster import ClusterNode, RedisCluster
from redis.exceptions import MovedError, RedisClusterException

from pumploss.addresses import cluster_nodes
from pumploss.errors import StoreError, printable
from pumploss.hot_keys import PREFIX

#: What redis-py raises where a server is away, full, or not what was expected.
FAILURES: Final = (redis.RedisError, RedisClusterException)

#: How long a server may take to greet in TLS, and how many servers of a cluster are asked.
HANDSHAKE_SECONDS: Final = 5.0
_ASKED = 3

#: Begins every key of ours on a cluster.
TAG: Final = "{pumploss}"


def connect(url: str, **options: Any) -> redis.Redis:
    """Make a client of the Redis at a URL, or of the cluster whose servers a `redis+cluster://` one names.

    The client of a cluster connects at once, and has the commands of the other one. Raises one of FAILURES, also where
    TLS is wanted of servers that do not speak it: they would wait for more of a greeting that they do not understand.
    """
    seconds = min(HANDSHAKE_SECONDS, options.get("socket_connect_timeout") or HANDSHAKE_SECONDS)
    _refuse_plain(url, seconds)
    if not (nodes := cluster_nodes(url)):
        return redis.Redis.from_url(url, **options)
    others = [_node(urlsplit(node)) for node in nodes[1:]]
    client = RedisCluster.from_url(nodes[0], startup_nodes=others, **options)
    return cast("redis.Redis", client)


def _refuse_plain(url: str, seconds: float) -> None:
    """Raise TimeoutError of Redis where no server of a `rediss://` address answers in TLS; one that is away is left."""
    if not url.startswith("rediss"):
        return
    told = [_speaks_tls(_node(urlsplit(node)), seconds) for node in (cluster_nodes(url) or [url])[:_ASKED]]
    if False in told and True not in told:
        raise redis.TimeoutError(
            f"it took the connection, and answered no TLS handshake within {seconds:g} s. Is the port one with TLS? "
            f"Without TLS the address begins with {url.partition('://')[0].replace('rediss', 'redis')}://"
        )


def _speaks_tls(node: ClusterNode, seconds: float) -> bool | None:
    """Tell whether a server answers in TLS; None where it is not there, or ends the connection by itself."""
    greeting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    greeting.check_hostname, greeting.verify_mode = False, ssl.CERT_NONE  # nothing is said over this connection
    try:
        with socket.create_connection((node.host, node.port), seconds) as plain:
            try:
                greeting.wrap_socket(plain, server_hostname=node.host).close()
            except TimeoutError:
                return False
            except ssl.SSLError as error:
                return False if error.reason == "WRONG_VERSION_NUMBER" else None
    except OSError:
        return None
    return True


def _node(parts: SplitResult) -> ClusterNode:
    return ClusterNode(parts.hostname, parts.port or 6379)  # type: ignore[no-untyped-call]


def is_cluster(client: redis.Redis) -> bool:
    """Tell whether a client is of a cluster."""
    return isinstance(client, RedisCluster)


def named(client: redis.Redis, key: str) -> str:
    """Name a key of ours as the Redis of this client has it."""
    return f"{TAG}:{key.removeprefix(PREFIX)}" if is_cluster(client) else key


def tag(place: str | redis.Redis) -> bytes:
    """Return what Feast's keys begin with in the Redis at a URL, or that of a client: nothing but on a cluster."""
    on_cluster = bool(cluster_nodes(place)) if isinstance(place, str) else is_cluster(place)
    return TAG.encode() if on_cluster else b""


def servers(client: redis.Redis) -> list[redis.Redis]:
    """List a client of each server that keeps a file: the one, or all of a cluster with their replicas."""
    if not is_cluster(client):
        return [client]
    cluster = cast("RedisCluster", client)
    return [cluster.get_redis_connection(node) for node in cluster.get_nodes()]  # type: ignore[no-untyped-call]


def dropping(client: redis.Redis) -> str | None:
    """Say that servers drop keys when their memory is short; None where they do not, or where the user may not ask."""
    try:
        told = [cast("dict[str, Any]", server.info("memory")).get("maxmemory_policy") for server in servers(client)]
    except FAILURES:
        return None
    policy = next((policy for policy in told if policy not in (None, "noeviction")), None)
    if policy is None:
        return None
    return (
        f"the hot store may drop boards, features and what says of which day they are when its memory is short "
        f"(maxmemory-policy {policy}): set maxmemory-policy to noeviction there, then run `pumploss verify`"
    )


@contextmanager
def answering(url: str, advice: str) -> Iterator[None]:
    """Raise StoreError, with the address but not its password, for whatever a client raises meanwhile."""
    try:
        yield
    except MovedError as error:
        raise StoreError(
            f"The hot store {address(url)} is one server of a cluster: name it so, redis+cluster://host:port or with "
            "more of its servers, redis+cluster://host:port,host:port, in PUMPLOSS_HOT_URL."
        ) from error
    except (*FAILURES, ValueError) as error:
        raise StoreError(
            f"The hot store {address(url)} failed: {printable(str(error)).rstrip('.')}. {advice}"
        ) from error


def address(url: str) -> str:
    """Write the address without its password."""
    parts = [urlsplit(node) for node in cluster_nodes(url) or [url]]
    hosts = [f"{part.hostname or part.path}{f':{part.port}' if part.port else ''}" for part in parts]
    return f"{url.partition('://')[0]}://{','.join(hosts)}"
