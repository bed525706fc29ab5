"""A server that is gone after the registry was opened is named, whatever it is asked for then."""

from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace

import pytest
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST

from models.asking import asking
from models.dropping import drop, folders, rejected
from models.registry import Registry
from pumploss.errors import ModelError
from pumploss.settings import from_environment

NAME = "loss-prediction"
LATER = datetime(2026, 1, 1, tzinfo=UTC)
VERSION = SimpleNamespace(name=NAME, version="1", source="models:/m-1", run_id="run", tags={})
ASKED = {
    "version": lambda registry: registry.version(NAME),
    "tags": lambda registry: registry.tags(NAME, "1"),
    "versions": lambda registry: registry.versions(NAME),
    "served": lambda registry: registry.served(NAME),
    "load": lambda registry: registry.load(NAME, "1"),
    "promote": lambda registry: registry.promote(NAME, "1", why="by hand"),
    "roll back": lambda registry: registry.roll_back(NAME),
    "let serve": lambda registry: registry._let_serve(NAME, ["1"]),
    "erase": lambda registry: registry.erase("ann"),
    "rejected": lambda registry: list(rejected(registry, NAME, LATER)),
    "folders": lambda registry: folders(registry, VERSION, []),
    "drop": lambda registry: drop(registry, VERSION, []),
}


class Empty(BaseHTTPRequestHandler):
    """Answers as a server that has nothing yet."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_POST = do_GET  # noqa: N815 - the name that the library calls

    def log_message(self, *_):
        pass


@pytest.fixture
def gone(tmp_path, monkeypatch):
    """An open registry whose server is away since, with a password in its address; and the address without."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Empty)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"127.0.0.1:{server.server_port}"
    uri = f"http://ann:pass-of-ann@{address}"
    registry = Registry(from_environment({"PUMPLOSS_HOME": str(tmp_path), "MLFLOW_TRACKING_URI": uri}))
    assert registry.versions(NAME) == []
    server.shutdown()
    server.server_close()
    return registry, address


@pytest.mark.parametrize("what", ASKED)
def test_a_server_that_went_away_is_named_with_what_to_do(gone, what):
    registry, address = gone
    with pytest.raises(ModelError) as told:
        ASKED[what](registry)
    said = str(told.value)
    assert address in said
    if what != "load":
        assert said.startswith("The registry http://")
        assert "See to that server, or mend or unset MLFLOW_TRACKING_URI" in said
        assert "pass-of-ann" not in said


def test_a_version_that_the_registry_does_not_have_is_no_broken_registry():
    unknown = MlflowException("Model Version (version=7) not found", error_code=RESOURCE_DOES_NOT_EXIST)
    with (
        pytest.raises(ModelError, match=r"not found\. `pumploss model list` shows what it has\.$"),
        asking("x", "Mend it."),
    ):
        raise unknown


def test_what_the_disk_refuses_is_no_failure_of_the_registry(tmp_path):
    with pytest.raises(FileNotFoundError), asking("sqlite:///x", "See to it."):
        (tmp_path / "missing").read_bytes()
    with (
        pytest.raises(ModelError, match=r"The registry http://h failed: it broke off\. See to it\."),
        asking("http://h", "See to it."),
    ):
        raise ConnectionError("it broke off.")
