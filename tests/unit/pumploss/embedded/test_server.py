"""Handles of servers that are not running."""

from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict
from redis import Redis

from pumploss import embedded


def test_making_a_handle_and_asking_its_status_changes_nothing(tmp_path: Path) -> None:
    for handle in (embedded.postgres(tmp_path / "warm"), embedded.redis(tmp_path / "hot")):
        status = handle.status()
        assert not status.is_running
        assert status.pid is None
        assert status.user_pids == ()
        assert status.address == handle.address
        handle.release()
    assert not list(tmp_path.iterdir())


def test_addresses_are_absolute_and_understood_by_the_clients(tmp_path: Path) -> None:
    folder = tmp_path / "o'clock, 100%"
    dsn = conninfo_to_dict(embedded.postgres(folder).dsn)
    assert dsn == {
        "host": str(embedded.postgres(folder).socket_dir),
        "port": "5432",
        "dbname": "pumploss",
        "user": "pumploss",
    }
    hot = embedded.redis(folder)
    with Redis.from_url(hot.url) as client:
        options = client.connection_pool.connection_kwargs
        assert (options["path"], options["db"]) == (str(hot.socket_path), 0)


def test_a_relative_or_linked_folder_is_the_folder_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    monkeypatch.chdir(tmp_path)
    named = {embedded.redis(folder).url for folder in (Path("x"), tmp_path / "link" / "x")}
    assert named == {embedded.redis(tmp_path / "x").url}
