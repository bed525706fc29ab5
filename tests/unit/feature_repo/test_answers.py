"""What Feast is answered is, to the last bit, what its own way through single values makes of the same rows."""

from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pyarrow as pa
import pytest
import redis
from feast.infra.online_stores.online_store import OnlineStore
from feast.online_response import OnlineResponse
from feast.protos.feast.serving.ServingService_pb2 import GetOnlineFeaturesResponse
from feast.protos.feast.types.Value_pb2 import Value

from feature_repo.answers import encoded
from feature_repo.online import PackedRedisOnlineStore, keys_and_rows
from feature_repo.store import KEY_VERSION, PROJECT, VIEW, feature_store, online_redis, quiet
from features.registry import TABLE, features
from pumploss.contract import Type
from pumploss.settings import from_environment

T = datetime(2026, 1, 10, tzinfo=UTC)
NAMES = [feature.name for feature in features()]
ASKED = ["bob", "nobody", "ann", "bob", "a" * 44]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store with rows of three traders, figures of all sizes and signs, a third of them missing."""
    settings, draw = from_environment({"PUMPLOSS_HOME": str(tmp_path_factory.mktemp("answers") / "home")}), Random(1)

    def value(kind):
        if kind is Type.TIMESTAMP:
            return T - timedelta(seconds=draw.randrange(10**8), microseconds=draw.randrange(10**6))
        if kind is Type.DOUBLE:
            return draw.choice([0.0, -0.0, 1e-300, draw.random() - 0.5, float("inf")])
        if kind is Type.BOOLEAN:
            return draw.choice([True, False])
        return draw.choice([0, 1, -1, 127, 128, 2**31 - 1, draw.randrange(-(2**31), 2**31)])

    rows = [
        {name: trader if name == "trader_address" else None for name in TABLE.names}
        | {feature.name: draw.choice([None, value(feature.type), value(feature.type)]) for feature in features()}
        for trader in ("ann", "bob", "a" * 44)
    ]
    with online_redis(settings) as url, quiet(), redis.Redis.from_url(url) as client:
        table = pa.Table.from_pylist(rows, schema=TABLE.arrow_schema)
        for batch in keys_and_rows(table, T + timedelta(microseconds=7), PROJECT, KEY_VERSION):
            client.mset(dict(batch))
        yield feature_store(settings, url, asked_at=T)


def answers(store, monkeypatch, wanted, full_names=False, **request):
    """Ours, and Feast's own."""
    rows = [{"trader_address": trader, **request} for trader in ASKED]
    ours = store.get_online_features(wanted, rows, full_names)
    with monkeypatch.context() as patch:
        patch.setattr(PackedRedisOnlineStore, "_read_features_per_fv", OnlineStore._read_features_per_fv)
        theirs = store.get_online_features(wanted, rows, full_names)
    return ours, OnlineResponse(theirs.proto, theirs._feature_types)


@pytest.mark.parametrize("full_names", [False, True])
def test_all_features_at_once(store, monkeypatch, full_names):
    ours, theirs = answers(store, monkeypatch, [f"{VIEW}:{name}" for name in NAMES], full_names)
    assert ours.proto == theirs.proto
    assert repr(ours.to_dict()) == repr(theirs.to_dict()), "by their text, which tells -0.0 from 0.0"
    assert ours.to_dict(include_event_timestamps=True) == theirs.to_dict(include_event_timestamps=True)


def test_several_views_and_what_depends_on_the_request(store, monkeypatch):
    wanted = ["trader_losses:loss_24h_sol", f"{VIEW}:total_trades_7d", "trader_at_request:hours_since_last_trade"]
    ours, theirs = answers(store, monkeypatch, wanted, requested_at=T, stake_sol=1.5)
    assert ours.proto == theirs.proto
    assert ours.to_dict() == theirs.to_dict()


@pytest.mark.parametrize("kind", [Type.BIGINT, Type.INT, Type.BOOLEAN, Type.DOUBLE])
def test_values_of_every_size_are_read_back(kind):
    draw = np.random.default_rng(2)
    fields = {Type.BIGINT: "int64_val", Type.INT: "int32_val", Type.BOOLEAN: "bool_val", Type.DOUBLE: "double_val"}
    bits = 1 if kind is Type.BOOLEAN else 31 if kind is Type.INT else 63
    whole = [sign * int(draw.integers(0, 2**size)) for size in range(bits + 1) for sign in (1, -1)]
    values = [abs(one) % 2 == 1 if kind is Type.BOOLEAN else one / 7 if kind is Type.DOUBLE else one for one in whole]
    given = [*values, None]
    columns = [pa.array(part, kind.arrow) for part in (given, given[::-1])]
    for part, written in zip((given, given[::-1]), encoded(columns, kind), strict=True):
        vector = GetOnlineFeaturesResponse.FeatureVector.FromString(written)
        assert list(vector.values) == [Value() if one is None else Value(**{fields[kind]: one}) for one in part]
