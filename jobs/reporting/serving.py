"""Serves the report to browsers of this machine, for who works on it through a tunnel."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

#: Names under which a browser may ask: a page of somebody else's that points its own name here gets nothing.
_HOSTS: Final = ("127.0.0.1", "localhost")


class _Pages(SimpleHTTPRequestHandler):
    """Answers with files of the report: reading only, no list of what else lies there."""

    def send_head(self) -> Any:
        """Open what is asked for. Both GET and HEAD come through here."""
        if self.headers.get("Host", "").partition(":")[0] not in _HOSTS:
            self.send_error(HTTPStatus.FORBIDDEN, "The report answers as localhost only")
            return None
        return super().send_head()

    def list_directory(self, path: Any) -> None:  # noqa: ARG002 - the base class names it
        """Refuse to list a folder, which has no page of its own."""
        self.send_error(HTTPStatus.NOT_FOUND, "There is no report yet", "A night writes it, or `pumploss report`.")

    def log_message(self, *_: Any) -> None:
        """Keep quiet: the terminal is the operator's."""


@contextmanager
def served(folder: Path, port: int) -> Iterator[str]:
    """Serve a report's folder on 127.0.0.1 while inside; answers the address. Raises OSError where the port is taken.

    Pages that are written meanwhile are served as they stand. Port 0 takes a free one.
    """
    with ThreadingHTTPServer(("127.0.0.1", port), partial(_Pages, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
