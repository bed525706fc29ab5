"""Starts the stores' own servers on demand and reaches them through private Unix sockets.

    with embedded.postgres(settings.warm_dir) as server:
        psycopg.connect(server.dsn)

The first user starts a server, others attach to it, the last one out stops it. Users are counted by locks that the
kernel drops, so a killed user neither keeps a server up nor takes it from others. A server left without users is taken
over by the next one, and what a dead server left is cleaned away.

Below a data folder lie:

- `data`: the store's files;
- `run`: the socket, unless its path would be too long;
- `server.log`;
- `users`: one locked file for each user;
- `lock`: whose turn it is to start or stop;
- `alive`: locked by the server itself;
- `server.pid` and `socket_dir`: of the server that runs.
"""

from pathlib import Path

from pumploss.embedded.postgres_server import PostgresServer
from pumploss.embedded.redis_server import RedisServer
from pumploss.embedded.server import EmbeddedServer, ServerStatus

__all__ = ["EmbeddedServer", "PostgresServer", "RedisServer", "ServerStatus", "postgres", "redis"]


def postgres(data_dir: Path) -> PostgresServer:
    """Make a handle on the PostgreSQL of the folder; it starts when it is entered or attached."""
    return PostgresServer(data_dir)


def redis(data_dir: Path) -> RedisServer:
    """Make a handle on the Redis of the folder; it starts when it is entered or attached."""
    return RedisServer(data_dir)
