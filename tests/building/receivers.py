"""A real receiver of alerts on this machine, and how it may misbehave."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """Takes what Apprise posts as JSON; `mood` is `kind`, `broken` (says that it failed) or `hanging`."""

    def __init__(self) -> None:
        self.messages: list[dict[str, str]] = []
        self.mood = "kind"
        self.freed, self.reached = threading.Event(), threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.reached.set()
                if receiver.mood == "hanging":
                    receiver.freed.wait(60)
                    return
                if receiver.mood == "kind":
                    receiver.messages.append(json.loads(body))
                self.send_response(200 if receiver.mood == "kind" else 500)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"json://127.0.0.1:{self._server.server_port}/hook/s3cretToken"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.freed.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def titles(self) -> list[str]:
        return [message["title"] for message in self.messages]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """A receiver that answers until the block ends."""
    made = Receiver()
    try:
        yield made
    finally:
        made.close()
