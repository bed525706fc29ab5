"""Keys are Feast's own, rows are whole, and a row that is too old is not served."""

import math
from datetime import timedelta

import pytest
from feast.protos.feast.types.EntityKey_pb2 import EntityKey
from feast.protos.feast.types.Value_pb2 import Value

from pumploss.errors import StoreError
from tests.building.online_rows import NAMES, T, three_online


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """What opens the store, asked at a moment."""
    with three_online(tmp_path_factory.mktemp("online") / "home") as (opened, _):
        yield opened


def asked(store, view, *traders):
    keys = [{"trader_address": trader} for trader in traders]
    answer = store.get_online_features([f"{view}:{NAMES[0]}", f"{view}:{NAMES[1]}"], keys).to_dict()
    return list(zip(answer[NAMES[0]], answer[NAMES[1]], strict=True))


def test_feast_finds_every_trader_under_its_own_key(served):
    store = served(T)
    expected = [(2, 2 / 7), (0, 0.0), (None, None), (1, None)]
    assert asked(store, "trader_features", "a" * 44, "ann", "nobody", "bob") == expected


def test_a_view_of_a_group_reads_the_same_row(served):
    assert asked(served(T), "trader_losses", "bob")[0][0] == 1


def test_a_row_is_served_until_its_time_to_live_and_refused_then(served):
    hours = [47, 48, 49]
    found = [asked(served(T + timedelta(hours=n)), "trader_features", "ann") for n in hours]
    assert found == [[(0, 0.0)], [(0, 0.0)], [(None, None)]]
    assert asked(served(), "trader_features", "ann") == [(None, None)], "now is later than that"


def test_what_depends_on_the_request_is_worked_out_with_it(served):
    request = {"trader_address": "ann", "requested_at": T + timedelta(hours=3), "stake_sol": 2.0}
    refs = ["trader_at_request:hours_since_last_trade", "trader_at_request:log_stake_ratio"]
    answer = served(T).get_online_features(refs, [request]).to_dict()
    assert answer["hours_since_last_trade"] == [pytest.approx(3.0, abs=1e-3)]
    assert answer["log_stake_ratio"] == [None], "no usual stake is known"


def test_the_moment_of_a_request_may_come_as_json_has_it(served):
    at = T + timedelta(hours=3)
    for said, hours in ((at.isoformat(), 3.0), (at.timestamp(), 3.0), (int(at.timestamp()), 3.0), ("2020-01-01", None)):
        request = {"trader_address": "ann", "requested_at": said, "stake_sol": 2.0}
        answer = served(T).get_online_features(["trader_at_request:hours_since_last_trade"], [request]).to_dict()
        assert answer["hours_since_last_trade"] == [pytest.approx(hours, abs=1e-3) if hours else None]


@pytest.mark.parametrize("said", [2.0, 2, "2.0", "2e0"])
def test_the_stake_of_a_request_may_come_as_text(served, said):
    request = {"trader_address": "bob", "requested_at": T, "stake_sol": said}
    answer = served(T).get_online_features(["trader_at_request:log_stake_ratio"], [request]).to_dict()
    assert answer["log_stake_ratio"] == [pytest.approx(math.log(4.0))]


@pytest.mark.parametrize("said", [0.0, -1.0, "0", "", math.nan, None])
def test_a_stake_of_nothing_is_compared_with_none(served, said):
    request = {"trader_address": "bob", "requested_at": T, "stake_sol": said}
    answer = served(T).get_online_features(["trader_at_request:log_stake_ratio"], [request]).to_dict()
    assert answer["log_stake_ratio"] == [None]


def test_a_moment_without_a_zone_is_taken_for_utc(served):
    naive = (T + timedelta(hours=47)).replace(tzinfo=None)
    assert asked(served(naive), "trader_features", "ann") == [(0, 0.0)]


def test_a_row_of_a_later_t_was_not_there_yet(served):
    for asked_at, trades in ((T, 0), (T - timedelta(microseconds=1), None)):
        answer = served(asked_at).get_online_features(["trader_features:loss_trades_24h"], [{"trader_address": "ann"}])
        assert answer.to_dict()["loss_trades_24h"] == [trades]


def test_a_part_of_a_row_is_not_written(served):
    store = served(T)
    group = store.get_feature_view("trader_losses")
    with pytest.raises(StoreError, match="trader_losses is read from the row of all features"):
        store._get_provider().online_store.online_write_batch(store.config, group, [], None)


def test_of_several_rows_of_a_trader_the_latest_counts_whatever_their_order(served):
    store = served(T)
    view, online = store.get_feature_view("trader_features"), store._get_provider().online_store
    eve = EntityKey(join_keys=["trader_address"], entity_values=[Value(string_val="eve")])
    rows = [(eve, {"loss_trades_24h": Value(int64_val=n)}, T - timedelta(days=n), None) for n in (0, 1)]
    online.online_write_batch(store.config, view, rows, None)
    assert [values["loss_trades_24h"].int64_val for _, values in online.online_read(store.config, view, [eve])] == [0]


def test_a_store_that_is_away_is_named_by_who_would_empty_it(tmp_path):
    from feature_repo.store import feature_store
    from pumploss.settings import from_environment

    settings = from_environment({"PUMPLOSS_HOME": str(tmp_path)})
    store = feature_store(settings, "redis://127.0.0.1:9")
    with pytest.raises(StoreError, match=r"The hot store redis://127\.0\.0\.1:9 failed"):
        store._get_provider().online_store.teardown(store.config, [], [])
