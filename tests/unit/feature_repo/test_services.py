"""Services read what Feast answers, as Arrow, and no row that is too old."""

from datetime import UTC, datetime, timedelta

import pytest
import redis

from feature_repo.services import read_online
from feature_repo.store import TTL
from pumploss.columns import TRADER
from pumploss.errors import StoreError
from tests.building.online_rows import NAMES, T, three_online


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with three_online(tmp_path_factory.mktemp("online") / "home") as (_, client):
        yield client


def test_they_read_the_same_as_arrow(client):
    found = read_online(client, ["bob", "nobody", "ann"], NAMES, T).to_pylist()
    assert [(row["as_of"], *(row[name] for name in NAMES)) for row in found] == [
        (T, 1, None, T - timedelta(hours=1, microseconds=5)),
        (None, None, None, None),
        (T, 0, 0.0, T - timedelta(microseconds=5)),
    ]
    late = read_online(client, ["bob"], NAMES, oldest=T + timedelta(seconds=1)).to_pylist()
    assert late[0] == {TRADER.name: "bob", "as_of": None, **dict.fromkeys(NAMES)}
    assert read_online(client, [], NAMES).num_rows == 0


@pytest.mark.parametrize(
    ("age", "is_served"), [(TTL - timedelta(seconds=1), True), (TTL + timedelta(seconds=1), False)]
)
def test_by_default_a_row_is_served_for_as_long_as_feast_serves_it(client, monkeypatch, age, is_served):
    monkeypatch.setattr("pumploss.clock.now", lambda: T + age)
    found = read_online(client, ["ann"], NAMES).to_pylist()[0]
    assert (found["as_of"] == T) == (found["loss_trades_24h"] == 0) == is_served


def test_today_rows_of_long_ago_are_refused(client):
    assert datetime.now(UTC) > T + TTL
    assert read_online(client, ["ann"], NAMES)["as_of"].to_pylist() == [None]


def test_a_moment_without_a_zone_is_taken_for_utc(client):
    assert read_online(client, ["ann"], NAMES, T.replace(tzinfo=None))["as_of"].to_pylist() == [T]


@pytest.mark.parametrize(
    ("traders", "names", "said"),
    [
        (["ann"], ["loss_24h_sol", "no_such"], "No feature is named no_such; docs/generated/features.md"),
        ("ann", ["loss_24h_sol"], "takes lists"),
        (["ann"], "loss_24h_sol", "takes lists"),
        (["ann", None], ["loss_24h_sol"], "takes addresses as text, not None"),
    ],
)
def test_what_cannot_be_read_is_said(client, traders, names, said):
    with pytest.raises(StoreError, match=said):
        read_online(client, traders, names, T)


def test_a_client_that_decodes_and_a_store_that_is_away_are_told(client):
    path = client.connection_pool.connection_kwargs["path"]
    decoding = redis.Redis(unix_socket_path=path, decode_responses=True)
    with decoding, pytest.raises(StoreError, match="leaves responses as they are"):
        read_online(decoding, ["ann"], NAMES, T)
    with redis.Redis(host="127.0.0.1", port=9) as away, pytest.raises(StoreError, match=r"The hot store failed: .*"):
        read_online(away, ["ann"], NAMES, T)
