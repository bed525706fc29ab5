"""How the real embedded servers are set up."""

import os
import pwd
from pathlib import Path

import psycopg
import pytest

from pumploss.embedded import postgres_user
from tests.building.embedded_stores import Store, running_pid, stopped_afterwards


def test_a_path_too_long_for_a_socket_gets_a_short_place(
    tmp_path: Path,
) -> None:
    for kind in ("postgres", "redis"):
        folder = tmp_path / ("a long, 'quoted' folder " * 3) / ("b" * 60) / kind
        for store in stopped_afterwards(kind, folder):
            with store.handle() as server:
                store.put(server, "one")
                assert store.kept(server) == ["one"]
                short = server.status().socket_dir
                assert not short.is_relative_to(tmp_path)
                assert short.stat().st_mode & 0o777 == 0o700
                assert str(short) in server.address
            assert not short.exists()


def test_postgres_is_utf8_utc_by_code_point_and_without_tcp(warm: Store) -> None:
    with warm.handle() as server, psycopg.connect(server.address) as client:
        shown = {
            name: client.execute("SELECT current_setting(%s)", [name]).fetchone()
            for name in ("server_encoding", "TimeZone", "listen_addresses", "fsync", "jit")
        }
        rows = client.execute("SELECT x FROM unnest(array['a','B','b','A']) x ORDER BY x")
        letters = "".join(x for (x,) in rows)
    assert shown == {
        "server_encoding": ("UTF8",),
        "TimeZone": ("UTC",),
        "listen_addresses": ("",),
        "fsync": ("on",),
        "jit": ("off",),
    }
    assert letters == "ABab"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change its identity")
def test_root_without_namespaces_runs_it_as_nobody(warm: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with warm.handle() as server:
        warm.put(server, "one")
    monkeypatch.setattr(postgres_user, "_namespace", list)
    with warm.handle() as server:
        assert warm.kept(server) == ["one"]
        state = Path(f"/proc/{running_pid(server)}/status").read_text()
    assert f"Uid:\t{pwd.getpwnam('nobody').pw_uid}" in state
    assert warm.folder.stat().st_uid == 0
    monkeypatch.undo()
    with warm.handle() as server:
        assert warm.kept(server) == ["one"]
