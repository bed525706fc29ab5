"""The hot store on a Redis Cluster of three: boards, features through Feast, kept answers, and what is said of it."""

import re
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from feature_repo.online_traders import features_online
from feature_repo.services import read_online
from feature_repo.store import VIEW, feature_store, quiet
from jobs.erasing.forms import Trader
from jobs.erasing.leftovers import scrub_hot
from jobs.running.context import open_context
from pumploss import hot
from pumploss.errors import StoreError
from pumploss.hot_client import TAG, address, connect, servers
from pumploss.warm.cache import open_cache
from tests.building.online import built, feature_rows, materialize, put
from tests.building.redis_cluster import cluster_of_three, replica, single, until

AS_OF = datetime(2026, 1, 10, tzinfo=UTC)
DAYS = date(2026, 1, 8), date(2026, 1, 9)
TIMES = datetime(2026, 1, 9, tzinfo=UTC), AS_OF
NAMES = ["loss_trades_24h", "win_rate_30d"]
ROWS = (["trader", "loss"], [["ann", Decimal("-1.000000001")]])


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with cluster_of_three(tmp_path_factory.mktemp("cluster")) as started:
        yield started


@pytest.fixture
def settings(settings, cluster):
    on_cluster = replace(settings, hot_url=cluster.url)
    with hot.open_hot(on_cluster) as client:
        client.flushall()
    return on_cluster


@pytest.fixture
def context(settings, spark):
    with open_context(settings) as opened:
        yield opened


def board(*losses):
    return [{"rank": rank, "trader": f"t{rank}", "loss_amount": Decimal(loss)} for rank, loss in enumerate(losses, 1)]


def keys_by_server(settings):
    with hot.open_hot(settings) as client:
        return [sorted(map(str, server.keys())) for server in servers(client)]


def test_boards_are_replaced_together_on_one_server(settings):
    with hot.open_hot(settings) as client:
        for version, of_day, of_life in (("v1", board(-3, -2), []), ("v2", board(-5), board(-9)), ("v2", [], [])):
            hot.publish(client, {"24h": of_day, hot.NET + "all": of_life}, AS_OF, version, AS_OF)
            assert hot.leaderboard(client, "24h") == of_day
            assert hot.net_losers(client, "all") == of_life
        hot.publish(client, {"24h": board(-1)}, AS_OF, "v3")
        assert '"version": "v3"' in client.get("{pumploss}:published")
    expected = ["{pumploss}:leaderboard:24h:current", "{pumploss}:leaderboard:24h:v3"]
    expected += ["{pumploss}:leaderboard:net:all:current", "{pumploss}:published"]
    assert sorted(keys_by_server(settings)) == [[], [], expected]


def asked(settings, *traders):
    """What Feast's own interface answers."""
    with quiet():
        store = feature_store(settings, asked_at=AS_OF)
        keys = [{"trader_address": trader} for trader in traders]
        return store.get_online_features([f"{VIEW}:{NAMES[0]}"], keys).to_dict()[NAMES[0]]


def test_features_are_online_and_feast_reads_them(context, settings):
    put(settings, [*feature_rows(TIMES[0], ann=1, cid=5), *feature_rows(TIMES[1], ann=2, bob=3)])
    built(context, *DAYS)
    assert materialize(context, DAYS[0]).details["keys_compared"] == 2
    assert asked(settings, "ann", "bob", "cid") == [1, None, 5]
    assert materialize(context, DAYS[1]).details["keys_removed"] == 1
    assert asked(settings, "bob", "cid", "ann") == [3, None, 2]
    assert "2026-01-10 are online already" in materialize(context, DAYS[0]).skipped
    with hot.open_hot(settings) as client, closing(connect(settings.hot_url)) as plain:
        assert features_online(client, VIEW) == AS_OF
        assert read_online(plain, ["ann", "cid", "bob"], NAMES, AS_OF)[NAMES[0]].to_pylist() == [2, None, 3]


def test_features_of_another_run_are_not_overwritten(context, settings):
    """A change of what is current, between asking and writing, is seen by the transaction."""
    from feature_repo.online_traders import OnlineTraders

    with hot.open_hot(settings) as one, hot.open_hot(settings) as other:
        mine, others = (OnlineTraders(client, "pumploss", VIEW, 3) for client in (one, other))
        assert mine.begin(TIMES[0], ["ann"], lambda _: False) is None

        def rows():
            yield [(b"ann", b"first")]
            assert others.begin(TIMES[1], ["ann"], lambda _: False) is None
            yield [(b"ann", b"second")]

        assert mine.write(TIMES[0], rows(), 60) is False
        assert not mine.finish(TIMES[0])
        assert one.get("{pumploss}ann") == "first"


def test_feasts_own_write_and_teardown(context, settings):
    put(settings, feature_rows(TIMES[1], ann=2))
    built(context, DAYS[1])
    with quiet():
        store = feature_store(settings, asked_at=AS_OF)
        store.materialize(TIMES[0], TIMES[1])
        assert asked(settings, "ann") == [2]
        store._get_provider().online_store.teardown(store.config, [], [])
    assert asked(settings, "ann") == [None]
    assert keys_by_server(settings) == [[], [], []]


def test_answers_are_kept_and_leave_with_an_erasure(settings):
    asked_for = []
    with open_cache(settings) as cache:
        for _ in range(3):
            assert cache.answer("trader_days", {"trader": "ann"}, lambda: asked_for.append(1) or ROWS) == ROWS
            assert cache.answer("leaderboard", {"period": "24h"}, lambda: asked_for.append(1) or ROWS) == ROWS
    assert len(asked_for) == 2
    assert sorted(map(len, keys_by_server(settings))) == [0, 0, 2]
    scrub_hot(settings, Trader("1" * 32))
    assert keys_by_server(settings) == [[], [], []]


def test_a_replica_takes_the_place_of_the_server_that_died(context, settings, tmp_path):
    put(settings, feature_rows(TIMES[1], ann=2))
    built(context, DAYS[1])
    with cluster_of_three(tmp_path / "own") as own, replica(own, tmp_path / "replica") as primary:
        there = replace(settings, hot_url=own.url)
        with open_context(there) as moved, quiet(), hot.open_hot(there) as client:
            materialize(moved, DAYS[1])
            hot.publish(client, {"24h": board(-3)}, AS_OF, "v1")
            assert client.execute_command("WAIT", 1, 10_000, target_nodes=hot_node(client)) == 1
            store = feature_store(there, asked_at=AS_OF)
            features, keys = [f"{VIEW}:{NAMES[0]}"], [{"trader_address": "ann"}]
            assert store.get_online_features(features, keys).to_dict()[NAMES[0]] == [2]
            own.end(primary)
            refused = []
            until(lambda: is_published(there, refused))
            assert [text for text in refused if not text.startswith(f"The hot store {address(own.url)} failed: ")] == []
            assert store.get_online_features(features, keys).to_dict()[NAMES[0]] == [2]


def hot_node(client):
    return client.get_node_from_key(TAG)


def is_published(settings, refused):
    """Publishes a board; False, with what was said, while the cluster has not elected another server yet."""
    try:
        with hot.open_hot(settings) as client:
            assert hot.leaderboard(client, "24h") == board(-3)
            hot.publish(client, {"24h": board(-5)}, AS_OF, "v2")
            return hot.leaderboard(client, "24h") == board(-5)
    except StoreError as error:
        refused.append(str(error))
        return False


def test_one_server_of_a_cluster_is_no_store_by_itself(settings, cluster):
    hosts = settings.hot_url.partition("@")[2]
    for host in hosts.split(","):
        alone = replace(settings, hot_url=f"redis://:{cluster.password}@{host}")
        with pytest.raises(StoreError, match=re.escape("redis+cluster://host:port")), hot.open_hot(alone) as client:
            [hot.publish(client, {period: board(-1)}, AS_OF, "v") for period in ("24h", "7d", "30d", "all")]


def test_one_redis_is_no_cluster(settings, tmp_path):
    with single(tmp_path / "single") as url, pytest.raises(StoreError, match="Cluster mode is not enabled"):
        hot.open_hot(replace(settings, hot_url=url)).__enter__()


def test_a_cluster_that_died_is_named_and_answers_are_asked_elsewhere(settings, cluster):
    """The last test of the module: nothing of the cluster is left."""
    with open_cache(settings) as cache:
        for port in cluster.processes:
            cluster.end(port)
        assert cache.answer("leaderboard", {"period": "24h"}, lambda: ROWS) == ROWS
    with open_cache(settings) as cache:
        assert cache is None
    for use in (lambda: hot.open_hot(settings).__enter__(), lambda: asked(settings, "ann")):
        with pytest.raises(StoreError, match=r"^The hot store redis\+cluster://127\.0\.0\.1:\d+,.* failed: ") as said:
            use()
        assert cluster.password not in str(said.value)
