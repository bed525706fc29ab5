"""PgBouncer in transaction mode before a server, where it is installed."""

import os
import shutil
import socket
import subprocess
from contextlib import contextmanager

from tests.building.postgres_pair import OWNER, PUBLISHER, until

#: Few sessions for many clients, as is the point of a pooler.
SESSIONS = 3


@contextmanager
def pooler_of(server, folder, *more):
    """The address by which clients come to the server through a pooler, as `PUBLISHER`."""
    folder.mkdir(parents=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "users.txt").write_text(f'"{PUBLISHER}" ""\n"{OWNER}" ""\n')
    given = folder / "pgbouncer.ini"
    lines = [
        "[databases]", f"pumploss = host=127.0.0.1 port={server.port}", "[pgbouncer]", "listen_addr = 127.0.0.1",
        f"listen_port = {port}", "unix_socket_dir =", "auth_type = trust", f"auth_file = {folder / 'users.txt'}",
        "pool_mode = transaction", f"default_pool_size = {SESSIONS}", *more,
    ]  # fmt: skip
    given.write_text("\n".join(lines) + "\n")
    folder.chmod(0o755)  # it is not root's for long
    as_whom = ["-u", "nobody"] if os.geteuid() == 0 else []
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([shutil.which("pgbouncer"), *as_whom, str(given)], stdout=log, stderr=log)
    try:
        until(lambda: _is_open(port, process), f"{folder / 'log'} says why")
        yield f"host=127.0.0.1 port={port} user={PUBLISHER} dbname=pumploss connect_timeout=5"
    finally:
        process.terminate()
        process.wait()


def _is_open(port, process):
    assert process.poll() is None, "the pooler did not start"
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
