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
#: What browsers ask for by themselves; to be told that there is none, they take for an error of the page.
_ICON: Final = "/favicon.ico"
#: Connections that are answered at a time.
_AT_ONCE: Final = 16


class _Pages(SimpleHTTPRequestHandler):
    """Answers with files of the report: reading only, no list of what else lies there."""

    #: Seconds that a connection may say nothing: whoever holds it idle holds a file of this process.
    timeout = 2

    def send_head(self) -> Any:
        """Open what is asked for. Both GET and HEAD come through here."""
        if self.headers.get("Host", "").partition(":")[0] not in _HOSTS:
            self.send_error(HTTPStatus.FORBIDDEN, "The report answers as localhost only")
            return None
        if self.path == _ICON:
            self.send_response(HTTPStatus.NO_CONTENT)
            self.end_headers()
            return None
        if not _is_page(Path(self.directory), Path(self.translate_path(self.path))):
            self.send_error(HTTPStatus.NOT_FOUND, "There is no such page", "A night writes them, or `pumploss report`.")
            return None
        return super().send_head()

    def log_message(self, *_: Any) -> None:
        """Keep quiet: the terminal is the operator's."""


class _Server(ThreadingHTTPServer):
    """Serves a few connections at a time: others wait, so that strangers cannot take the files of this process."""

    daemon_threads = True

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._free = threading.BoundedSemaphore(_AT_ONCE)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Hand a connection to a thread of its own once there is room for one more."""
        self._free.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer one connection."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, *_: Any) -> None:
        """Keep quiet of what strangers did to their connections."""


def _is_page(folder: Path, asked: Path) -> bool:
    """Tell whether a path below the folder is a file of the report itself: not hidden, no link to elsewhere."""
    page = asked / "index.html" if asked == folder else asked
    is_hidden = any(part.startswith(".") for part in page.relative_to(folder).parts)
    return not is_hidden and page.is_file() and page.resolve().is_relative_to(folder.resolve())


@contextmanager
def served(folder: Path, port: int) -> Iterator[str]:
    """Serve a report's folder on 127.0.0.1 while inside; answers the address. Raises OSError where the port is taken.

    Pages that are written meanwhile are served as they stand. Port 0 takes a free one.
    """
    with _Server(("127.0.0.1", port), partial(_Pages, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
