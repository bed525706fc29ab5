"""The hot store by itself, on a real Redis."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
import redis

from pumploss.errors import SettingsError, StoreError
from pumploss.hot import announced, hot_losers, leaderboard, open_hot, publish
from pumploss.hot_client import address, dropping
from pumploss.settings import from_environment
from tests.building.tls_relay import HOST, certificate, tls_front

#: What Redis makes of a greeting in TLS: it waits for the end of a line, or takes what came for a broken command.
ANSWERS = {"none": b"", "an error": b"-ERR Protocol error: unbalanced quotes in request\r\n"}

AS_OF = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def hot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[redis.Redis]:
    with open_hot(from_environment({"PUMPLOSS_HOME": str(tmp_path_factory.mktemp("hot"))})) as client:
        yield client


@pytest.fixture(autouse=True)
def emptied(hot: redis.Redis) -> None:
    hot.flushdb()


def keys(hot: redis.Redis, pattern: str = "*") -> set[str]:
    return set(cast("list[str]", hot.keys(pattern)))


def board(size: int, trader: str = "t") -> list[dict[str, Any]]:
    return [
        {
            "rank": rank,
            "trader": f"{trader}{rank}",
            "loss_amount": Decimal("-1.000000001"),
            "loss_trades": 1,
            "loss_amount_24h": Decimal(0),
            "loss_amount_all_time": Decimal(-9),
            "loss_trades_24h": 0,
            "avg_loss_size": Decimal("-0.5"),
            "tokens_traded_24h": 2,
            "last_loss_time": None if rank % 2 else AS_OF,
            "baseline_score": Decimal("12.5"),
            "risk_score": None if rank % 2 else 0.1,
            "as_of": AS_OF,
        }
        for rank in range(1, size + 1)
    ]


def test_a_board_comes_back_as_it_was(hot: redis.Redis) -> None:
    first = board(3, "</script>'; FLUSHALL\r\n\u202e\0")
    publish(hot, {"24h": first, "all": []}, AS_OF, "v1")
    assert leaderboard(hot, "24h") == first
    assert leaderboard(hot, "24h", 2) == first[:2]
    assert leaderboard(hot, "24h", 0) == leaderboard(hot, "24h", -1) == leaderboard(hot, "all") == []
    assert [row["rank"] for row in hot_losers(hot, "24h", 2)] == [1, 2]
    assert "loss_amount" not in hot_losers(hot, "24h", 1)[0]


def test_replacing_leaves_nothing_behind_and_others_alone(hot: redis.Redis) -> None:
    hot.set("feast", "kept")
    for version, size in (("v1", 3), ("v2", 2), ("v2", 2), ("v3", 1)):
        publish(hot, {"24h": board(size)}, AS_OF, version)
        assert leaderboard(hot, "24h") == board(size)
        current = "pumploss:leaderboard:24h:current"
        assert keys(hot) == {"feast", current, f"pumploss:leaderboard:24h:{version}", "pumploss:published"}
        assert all(0 < cast("int", hot.ttl(key)) <= 7 * 86400 for key in keys(hot, "pumploss:*"))


def test_what_is_published_is_said_and_rubbish_is_no_word_of_a_publish(hot: redis.Redis) -> None:
    assert announced(hot) is None
    publish(hot, {"24h": board(1)}, AS_OF, "v1")
    assert announced(hot) == (AS_OF, None)
    publish(hot, {"24h": board(1)}, AS_OF, "v2", AS_OF)
    assert announced(hot) == (AS_OF, AS_OF)
    for rubbish in (
        "{",
        "[]",
        "5",
        "{}",
        '{"as_of": 1, "features_as_of": 2}',
        '{"as_of": null, "features_as_of": null}',
    ):
        hot.set("pumploss:published", rubbish)
        assert announced(hot) is None, rubbish


def test_a_server_that_may_drop_keys_is_told(hot: redis.Redis) -> None:
    assert dropping(hot) is None
    hot.config_set("maxmemory-policy", "volatile-lru")
    try:
        assert "maxmemory-policy volatile-lru" in (dropping(hot) or "")
        hot.acl_setuser("limited", enabled=True, nopass=True, keys=["*"], commands=["+@all", "-info", "-config"])
        path = hot.connection_pool.connection_kwargs["path"]
        with redis.Redis(unix_socket_path=path, username="limited", password="x") as limited:
            assert limited.ping()
            assert dropping(limited) is None
    finally:
        hot.config_set("maxmemory-policy", "noeviction")
        hot.acl_deluser("limited")


def test_an_error_that_quotes_a_key_of_bytes_can_be_printed(tmp_path: Path) -> None:
    settings = from_environment({"PUMPLOSS_HOME": str(tmp_path)})
    with pytest.raises(StoreError, match=r"\\x02\\x00\\x1b") as told, open_hot(settings) as hot:
        raise redis.ResponseError("Command # 1 (SET \x02\x00\x1b[31m) of pipeline caused error: OOM")
    assert str(told.value).isprintable()
    assert hot is not None


def test_an_emptied_store_says_so(hot: redis.Redis) -> None:
    with pytest.raises(StoreError, match="Run publish_hot"):
        leaderboard(hot, "24h")
    publish(hot, {"24h": board(2)}, AS_OF, "v1")
    hot.delete("pumploss:leaderboard:24h:v1")
    with pytest.raises(StoreError, match="incomplete"):
        leaderboard(hot, "24h")
    with pytest.raises(SettingsError, match="no leaderboard of 'x'"):
        leaderboard(hot, "x")


def test_a_full_store_keeps_the_old_board(tmp_path: Path) -> None:
    settings = from_environment({"PUMPLOSS_HOME": str(tmp_path)})
    with open_hot(settings) as hot:
        publish(hot, {"24h": board(1)}, AS_OF, "v1")
        hot.config_set("maxmemory", "1")
        with pytest.raises(StoreError, match="make room"), open_hot(settings) as full:
            publish(full, {"24h": board(2)}, AS_OF, "v2")
        assert leaderboard(hot, "24h") == board(1)


def test_an_absent_server_fails_without_its_password(tmp_path: Path) -> None:
    url = f"unix://:hunter2@{tmp_path}/none.sock"
    settings = from_environment({"PUMPLOSS_HOME": str(tmp_path), "PUMPLOSS_HOT_URL": url})
    with pytest.raises(StoreError, match="hot store unix://") as raised, open_hot(settings):
        pass
    assert "hunter2" not in str(raised.value)
    assert address("redis://user:hunter2@host:6379/0") == "redis://host:6379"
    assert address("rediss+cluster://:hunter2@a:1,b/0") == "rediss+cluster://a:1,b"


def test_a_store_behind_tls_is_used_once_its_certificate_is_known(tmp_path: Path, hot: redis.Redis) -> None:
    certified, behind = certificate(tmp_path), hot.connection_pool.connection_kwargs["path"]
    publish(hot, {"24h": board(2)}, AS_OF, "v1")
    with tls_front(certified, behind) as port:
        url = f"rediss://{HOST}:{port}/0?ssl_ca_certs={certified}"
        with open_hot(from_environment({"PUMPLOSS_HOME": str(tmp_path), "PUMPLOSS_HOT_URL": url})) as client:
            assert leaderboard(client, "24h") == board(2)
        stranger = from_environment({"PUMPLOSS_HOME": str(tmp_path), "PUMPLOSS_HOT_URL": f"rediss://{HOST}:{port}/0"})
        with pytest.raises(StoreError, match="certificate verify failed"), open_hot(stranger):
            pass


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("scheme", ["rediss", "rediss+cluster"])
def test_a_port_without_tls_is_told_within_seconds(tmp_path: Path, scheme: str, answer: str) -> None:
    connections = []

    def listen() -> None:
        with suppress(OSError):  # it is closed at the end
            while True:
                connections.append(server.accept()[0])
                connections[-1].sendall(ANSWERS[answer])

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=listen, daemon=True).start()
        url = f"{scheme}://me:hunter22@127.0.0.1:{server.getsockname()[1]}"
        settings = from_environment({"PUMPLOSS_HOME": str(tmp_path), "PUMPLOSS_HOT_URL": url})
        began = time.monotonic()
        with pytest.raises(StoreError, match=r"answered no TLS handshake within 5 s") as raised, open_hot(settings):
            pass
        assert time.monotonic() - began < 10
        server.shutdown(socket.SHUT_RDWR)
    for connection in connections:
        connection.close()
    assert f"begins with {scheme.replace('rediss', 'redis')}://" in str(raised.value)
    assert "hunter22" not in str(raised.value)
