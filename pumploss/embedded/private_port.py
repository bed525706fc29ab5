"""Closes a loopback port behind the one connection that this process makes to it.

The embedded engine listens on TCP and asks nobody who they are, and every user of a machine reaches its loopback
addresses. So the port takes no byte from anybody until our own client is connected, and is gone from then on: there is
nothing left to connect to, for other users and for our own other processes.

1. `hold` attaches a filter to the listening socket: handshakes pass, data does not. Connections inherit the filter.
   That is a millisecond after the port was opened; whoever was connected by then is seen, and nothing goes on.
2. Our client connects; the engine speaks first, so the client knows that it is there.
3. `close` puts a dead socket in the listening one's place, takes the filter off our own connection, and ends others.

Where the kernel gives ordinary users no filter, `connect` connects at once, so that `close` can follow milliseconds
after the port was opened: less than the engine needs for a stranger's first statement. Whoever was connected by then is
seen, and nothing goes on. `pumploss.embedded.carrier` has the client use that connection.

Connections are told apart by their ends: both ends of ours are sockets of this process.
"""

import ctypes
import os
import socket
import stat
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from pumploss.errors import SettingsError

_Address = tuple[str, int]

#: From Linux' asm-generic/socket.h; Python does not name them.
_ATTACH_FILTER, _DETACH_FILTER = 26, 27

#: Classic BPF as `(code, jump if true, jump if false, operand)`, from the TCP header on: nothing but the header passes.
_NO_DATA = (
    (0x30, 0, 0, 12),  # the byte with the header's length ...
    (0x54, 0, 0, 0xF0),  # ... in its upper half,
    (0x74, 0, 0, 2),  # in words of four bytes
    (0x07, 0, 0, 0),
    (0x80, 0, 0, 0),  # the length of the whole
    (0x1D, 0, 1, 0),
    (0x06, 0, 0, 0xFFFFFFFF),
    (0x06, 0, 0, 0),
)
_CODE = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in _NO_DATA), 8 * len(_NO_DATA))
_PROGRAM = struct.pack("HxxxxxxP", len(_NO_DATA), ctypes.addressof(_CODE))
#: How /proc/net/tcp calls the state of a listening socket.
_LISTENING = "0A"
_ACCEPT_SECONDS = 60.0


@dataclass(frozen=True)
class _End:
    """A TCP socket of this process; `peer` is None where it is not connected."""

    descriptor: int
    socket: socket.socket
    name: _Address
    peer: _Address | None


class PrivatePort:
    """A port that something in this process has just begun to listen on."""

    def __init__(self, address: _Address) -> None:
        """Remembers the address; `hold` it at once."""
        self._address = address
        self._is_held = False

    def hold(self) -> bool:
        """Lets no data in from now on; answers False where the kernel does not give the means.

        Raises SettingsError if somebody was connected before.
        """
        with ExitStack() as stack, suppress(PermissionError):
            for end in _ends(stack):
                if sys.platform == "linux" and self._is_listening(end):
                    end.socket.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, _PROGRAM)
                    self._is_held = True
                    break
        if self._is_held and self._others(set()):
            raise self._taken()
        return self._is_held

    def connect(self) -> socket.socket:
        """Connects, and waits until the connection is accepted: one that still waits would end with the port."""
        connection = socket.create_connection(self._address, timeout=_ACCEPT_SECONDS)
        deadline = time.monotonic() + _ACCEPT_SECONDS
        while time.monotonic() < deadline:
            with ExitStack() as stack:
                if any(end.name == self._address and end.peer == connection.getsockname() for end in _ends(stack)):
                    connection.settimeout(None)
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    return connection
        raise self._not_taken()

    def close(self) -> None:
        """Leaves the connection that this process made, and nothing else of the port.

        Raises SettingsError where there is no such connection, or where another one could have sent data.
        """
        with ExitStack() as stack:
            dead = stack.enter_context(socket.socket())
            ends = list(_ends(stack))
            for end in filter(self._is_listening, ends):
                os.dup2(dead.fileno(), end.descriptor, inheritable=False)
            ours = {end.name for end in ends if end.peer == self._address}
            accepted = [end for end in ends if end.name == self._address and end.peer is not None]
            if not any(end.peer in ours for end in accepted):
                raise self._not_taken()
            if not self._is_held:
                if {end.peer for end in accepted} - ours or self._others(ours):
                    raise self._taken()
                return
            for end in accepted:
                if end.peer in ours:
                    end.socket.setsockopt(socket.SOL_SOCKET, _DETACH_FILTER, 0)
                else:
                    end.socket.shutdown(socket.SHUT_RDWR)

    def _is_listening(self, end: _End) -> bool:
        return end.name == self._address and bool(end.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))

    def _others(self, ours: set[_Address]) -> set[_Address]:
        """Asks the kernel who else is connected; it also knows of those whom nobody has accepted, and who have left."""
        if sys.platform != "linux":
            return set()
        lines = (line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:])
        peers = (_parsed(words[2]) for words in lines if words[3] != _LISTENING and _parsed(words[1]) == self._address)
        return set(peers) - ours

    def _not_taken(self) -> SettingsError:
        return SettingsError("The embedded engine did not take this process's connection. Start it again.")

    def _taken(self) -> SettingsError:
        return SettingsError(
            f"Another process connected to the embedded engine on port {self._address[1]} while it started, and could "
            "have run code as you. Find out who on this machine tries every port, then run the command again."
        )


def _parsed(text: str) -> _Address:
    """Reads an address as /proc/net/tcp writes it."""
    host, _, port = text.partition(":")
    return socket.inet_ntoa(struct.pack("=I", int(host, 16))), int(port, 16)


def _ends(stack: ExitStack) -> Iterator[_End]:
    """Finds the TCP sockets of this process, the newest first, as copies of their descriptors that the stack closes."""
    for descriptor in sorted((int(path.name) for path in Path("/dev/fd").iterdir()), reverse=True):
        try:
            if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                continue
            copy = stack.enter_context(socket.socket(fileno=os.dup(descriptor)))
            if copy.family in {socket.AF_INET, socket.AF_INET6} and copy.type == socket.SOCK_STREAM:
                yield _End(descriptor, copy, _address(copy.getsockname()), _peer(copy))
        except OSError:  # closed meanwhile
            continue


def _peer(connection: socket.socket) -> _Address | None:
    try:
        return _address(connection.getpeername())
    except OSError:
        return None


def _address(name: tuple[str, int, *tuple[int, ...]]) -> _Address:
    # The client connects to the IPv4 address through a socket for both families.
    return name[0].removeprefix("::ffff:"), name[1]
