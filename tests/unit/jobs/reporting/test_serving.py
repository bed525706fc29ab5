"""The report as a browser gets it."""

import socket
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from jobs.reporting.serving import served


@pytest.fixture
def folder(tmp_path):
    """A home with a report of one page, and something beside it that is nobody's business."""
    report = tmp_path / "report"
    (report / "figures").mkdir(parents=True)
    (report / "index.html").write_text("all nights")
    (tmp_path / "secret").write_text("not this")
    (report / ".hidden").write_text("not this")
    (report / "link").symlink_to(tmp_path / "secret")
    (report / "away").symlink_to(tmp_path)
    return report


def asked(address, path="/", method="GET", **headers):
    parts = urlsplit(address)
    connection = HTTPConnection(parts.hostname, parts.port, timeout=60)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


def test_pages_are_served_as_they_stand(folder):
    with served(folder, 0) as address:
        assert asked(address) == (200, b"all nights")
        (folder / "2026-01-05.html").write_text("a night")
        assert asked(address, "/2026-01-05.html") == (200, b"a night")
        assert asked(address, method="HEAD")[0] == 200
        assert asked(address, "/favicon.ico") == (204, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret",
        "/%2e%2e/secret",
        "//secret",
        "/figures/",
        "/nothing.html",
        "/%00",
        "/link",
        "/.hidden",
        "/away/secret",
    ],
)
def test_what_is_no_page_is_not_served(folder, path):
    with served(folder, 0) as address:
        status, content = asked(address, path)
    assert status == 404
    assert b"not this" not in content


def test_strangers_who_say_nothing_hold_few_files_and_not_for_long(folder, capfd):
    before = len(list(Path("/proc/self/fd").iterdir()))
    with served(folder, 0) as address:
        port = urlsplit(address).port
        idle = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(60)]
        ours = len(list(Path("/proc/self/fd").iterdir())) - before - len(idle)
        assert ours < 30
        assert asked(address) == (200, b"all nights")
        for one in idle:
            one.close()
    assert capfd.readouterr().err == ""


def test_who_writes_is_refused(folder):
    with served(folder, 0) as address:
        assert asked(address, method="POST")[0] == 501
        assert asked(address, method="DELETE")[0] == 501


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8787", "127.0.0.1.evil.example", "[::1"])
def test_a_page_of_somebody_elses_gets_nothing(folder, host):
    with served(folder, 0) as address:
        status, content = asked(address, Host=host)
    assert status == 403
    assert b"all nights" not in content


def test_a_folder_without_a_report_says_what_writes_it(tmp_path):
    with served(tmp_path / "none", 0) as address:
        status, _ = asked(address)
    assert status == 404


def test_it_ends_and_frees_its_port(folder):
    with served(folder, 0) as address:
        port = urlsplit(address).port
    with socket.create_server(("127.0.0.1", port)):
        pass
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"), \
            served(folder, taken.getsockname()[1]):  # fmt: skip
        pass
