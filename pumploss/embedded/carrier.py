"""Has a client that makes its connection by itself use one that there is already.

It connects to a Unix socket in a private folder, which is gone as soon as it is there, and two threads carry over what
is said. Needed where the kernel cannot hold a port (`pumploss.embedded.private_port`); small answers cost nothing
measurable by it, large ones take about twice as long.
"""

import socket
import tempfile
import threading
from contextlib import ExitStack, suppress

_ACCEPT_SECONDS = 60.0
_CARRIED_BYTES = 1 << 20


class Carrier:
    """Carries one client's connection to a private Unix socket over to a connected socket."""

    def __init__(self, far: socket.socket) -> None:
        """Opens the Unix socket in a folder of mode 0700; `target` is its name for gRPC."""
        self._far = far
        self._stack = ExitStack()
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="pumploss-"))
        self._listener = self._stack.enter_context(socket.socket(socket.AF_UNIX))
        self._listener.bind(f"{folder}/engine")
        self._listener.listen(1)
        self._listener.settimeout(_ACCEPT_SECONDS)
        self.target = f"unix:{folder}/engine"
        threading.Thread(target=self._serve, name="engine-connection", daemon=True).start()

    def _serve(self) -> None:
        with self._stack:
            near, _ = self._listener.accept()
        near.settimeout(None)
        threading.Thread(target=_carry, args=(self._far, near), name="engine-answers", daemon=True).start()
        _carry(near, self._far)


def _carry(source: socket.socket, sink: socket.socket) -> None:
    """Carries over all that comes, and then the end."""
    buffer = memoryview(bytearray(_CARRIED_BYTES))
    with suppress(OSError):  # the other side has ended
        while count := source.recv_into(buffer):
            sink.sendall(buffer[:count])
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
