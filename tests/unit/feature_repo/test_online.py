"""Keys are Feast's own, rows are whole, and a row that is too old is not served."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
import redis

from pumploss.columns import TRADER
from pumploss.errors import StoreError

T = datetime(2026, 1, 10, tzinfo=UTC)
NAMES = ("loss_trades_24h", "loss_24h_sol", "last_trade_time")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A Redis with a row of each of three traders, and the store that reads it."""
    from feature_repo.online import keys_and_rows
    from feature_repo.store import KEY_VERSION, PROJECT, feature_store, online_redis, quiet
    from features.registry import TABLE
    from pumploss.settings import from_environment

    settings = from_environment({"PUMPLOSS_HOME": str(tmp_path_factory.mktemp("online") / "home")})
    rows = [
        {
            **dict.fromkeys(TABLE.names),
            TRADER.name: trader,
            "loss_trades_24h": n,
            "loss_24h_sol": None if n == 1 else n / 7,
            "last_trade_time": T - timedelta(hours=n, microseconds=5),
        }
        for n, trader in enumerate(("ann", "bob", "a" * 44))
    ]
    table = pa.Table.from_pylist(rows, schema=TABLE.arrow_schema)
    with online_redis(settings) as url, quiet():
        client = redis.Redis.from_url(url)
        for batch in keys_and_rows(table, T, PROJECT, KEY_VERSION):
            client.mset(dict(batch))
        yield lambda asked_at=None: feature_store(settings, url, asked_at=asked_at), client
        client.close()


def asked(store, view, *traders):
    keys = [{"trader_address": trader} for trader in traders]
    answer = store.get_online_features([f"{view}:{NAMES[0]}", f"{view}:{NAMES[1]}"], keys).to_dict()
    return list(zip(answer[NAMES[0]], answer[NAMES[1]], strict=True))


def test_feast_finds_every_trader_under_its_own_key(served):
    store = served[0](T)
    expected = [(2, 2 / 7), (0, 0.0), (None, None), (1, None)]
    assert asked(store, "trader_features", "a" * 44, "ann", "nobody", "bob") == expected


def test_a_view_of_a_group_reads_the_same_row(served):
    assert asked(served[0](T), "trader_losses", "bob")[0][0] == 1


def test_a_row_is_served_until_its_time_to_live_and_refused_then(served):
    hours = [47, 48, 49]
    found = [asked(served[0](T + timedelta(hours=n)), "trader_features", "ann") for n in hours]
    assert found == [[(0, 0.0)], [(0, 0.0)], [(None, None)]]
    assert asked(served[0](), "trader_features", "ann") == [(None, None)], "now is later than that"


def test_services_read_the_same_as_arrow(served):
    from feature_repo.online import read_online

    found = read_online(served[1], ["bob", "nobody", "ann"], NAMES).to_pylist()
    assert [(row["as_of"], *(row[name] for name in NAMES)) for row in found] == [
        (T, 1, None, T - timedelta(hours=1, microseconds=5)),
        (None, None, None, None),
        (T, 0, 0.0, T - timedelta(microseconds=5)),
    ]
    late = read_online(served[1], ["bob"], NAMES, oldest=T + timedelta(seconds=1)).to_pylist()
    assert late[0] == {TRADER.name: "bob", "as_of": None, **dict.fromkeys(NAMES)}
    assert read_online(served[1], [], NAMES).num_rows == 0


def test_what_depends_on_the_request_is_worked_out_with_it(served):
    request = {"trader_address": "ann", "requested_at": T + timedelta(hours=3), "stake_sol": 2.0}
    refs = ["trader_at_request:hours_since_last_trade", "trader_at_request:log_stake_ratio"]
    answer = served[0](T).get_online_features(refs, [request]).to_dict()
    assert answer["hours_since_last_trade"] == [pytest.approx(3.0, abs=1e-3)]
    assert answer["log_stake_ratio"] == [None], "no usual stake is known"


def test_the_moment_of_a_request_may_come_as_json_has_it(served):
    at = T + timedelta(hours=3)
    for said, hours in ((at.isoformat(), 3.0), (at.timestamp(), 3.0), (int(at.timestamp()), 3.0), ("2020-01-01", None)):
        request = {"trader_address": "ann", "requested_at": said, "stake_sol": 2.0}
        answer = served[0](T).get_online_features(["trader_at_request:hours_since_last_trade"], [request]).to_dict()
        assert answer["hours_since_last_trade"] == [pytest.approx(hours, abs=1e-3) if hours else None]


def test_a_row_of_a_later_t_was_not_there_yet(served):
    for asked_at, trades in ((T, 0), (T - timedelta(microseconds=1), None)):
        answer = served[0](asked_at).get_online_features(
            ["trader_features:loss_trades_24h"], [{"trader_address": "ann"}]
        )
        assert answer.to_dict()["loss_trades_24h"] == [trades]


def test_a_part_of_a_row_is_not_written(served):
    store = served[0](T)
    group = store.get_feature_view("trader_losses")
    with pytest.raises(StoreError, match="trader_losses is read from the row of all features"):
        store._get_provider().online_store.online_write_batch(store.config, group, [], None)


def test_a_store_that_is_away_is_named_by_who_would_empty_it(tmp_path):
    from feature_repo.store import feature_store
    from pumploss.settings import from_environment

    settings = from_environment({"PUMPLOSS_HOME": str(tmp_path)})
    store = feature_store(settings, "redis://127.0.0.1:9")
    with pytest.raises(StoreError, match=r"The hot store redis://127\.0\.0\.1:9 failed"):
        store._get_provider().online_store.teardown(store.config, [], [])
