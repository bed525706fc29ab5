"""What `verify` says of stores that do not hold what the lake does, and how it mends them."""

import json
import shutil
from contextlib import closing

import pytest

from feature_repo.online_traders import OnlineTraders, trader_keys
from feature_repo.store import KEY_VERSION, PROJECT, VIEW, online_redis
from features.registry import TABLE
from jobs.running.runner import run_step
from jobs.verifying.stores import of_stores
from pumploss.days import shift
from pumploss.errors import StoreError
from pumploss.hot import open_hot
from pumploss.hot_client import connect
from pumploss.hot_keys import PUBLISHED
from pumploss.warm import open_warm
from tests.building import built_days, lakes, nights
from tests.building.onlookers import seen_now
from tests.building.three_days import D3

DAY, T = nights.LAST, shift(nights.LAST, 1)

pytestmark = pytest.mark.slow


@pytest.fixture
def context(fixed_market, tmp_path):
    """A home with a copy of the lake of the fixed market, and its features online."""
    shutil.copytree(fixed_market / "lake", tmp_path / "lake", ignore=shutil.ignore_patterns("_lake.json", "_locks"))
    with lakes.opened(tmp_path) as context, online_redis(context.settings):
        run_step(context, "materialize_features", [DAY])
        yield context


@pytest.fixture
def published(spark, tmp_path, tmp_path_factory):
    """Three days, published."""
    with lakes.opened(lakes.copied(built_days.built(tmp_path_factory)[0], tmp_path / "home")) as context:
        for step in ("publish_warm", "publish_hot"):
            run_step(context, step, [D3])
        yield context


def found(context):
    return [one for one in of_stores(context) if one.where == "online features"]


@pytest.mark.parametrize("is_gone", [False, True])
def test_rows_online_that_are_not_those_of_the_lake_are_found_and_mended(context, is_gone):
    traders = context.lake.read(TABLE, [T]).select("trader_address").toArrow()["trader_address"].to_pylist()
    assert found(context) == []
    with online_redis(context.settings) as url, closing(connect(url)) as client:
        one, other = trader_keys(traders[:2], PROJECT, KEY_VERSION)
        if is_gone:
            client.delete(one)
        else:
            client.set(one, client.get(other))
    (finding,) = found(context)
    assert f"for {traders[0]} as of {T}, gold_trader_features has" in finding.what
    assert f"pumploss run materialize_features --day {DAY}" in finding.sentence()
    run_step(context, "materialize_features", [DAY])
    assert found(context) == []


def test_traders_online_without_features_are_found_and_leave(context):
    with open_hot(context.settings) as hot:
        OnlineTraders(hot, PROJECT, VIEW, KEY_VERSION).add(["somebody"])
        rows = context.lake.rows_by_day(TABLE)[T]
        (finding,) = found(context)
        assert f"{rows + 1} traders are online, {rows} have features as of {T}" in finding.what
        run_step(context, "materialize_features", [DAY])
        assert found(context) == []


def told_and_mended(context):
    """What is found, one after the other, each mended."""
    findings = list(of_stores(context))
    for one in findings:
        assert one.mend() is not None
    assert list(of_stores(context)) == []
    return findings


def test_what_tells_consumers_what_is_published_is_looked_at_and_mended(published):
    run_step(published, "materialize_features", [D3])
    run_step(published, "publish_hot", [D3])
    assert list(of_stores(published)) == []
    with open_hot(published.settings) as hot:
        hot.delete(PUBLISHED)
        (gone,) = told_and_mended(published)
        assert (gone.where, gone.advice) == ("hot store", f"Run `pumploss run publish_hot --day {D3}`")
        assert "pumploss:published is not there" in gone.what
        said = json.loads(hot.get(PUBLISHED))
        assert said["features_as_of"] == said["as_of"] == f"{shift(D3, 1)}T00:00:00+00:00"
        hot.set(PUBLISHED, json.dumps({**said, "as_of": f"{D3}T00:00:00+00:00"}))
        (other,) = told_and_mended(published)
        assert f"says that boards are as of {D3}" in other.what
        hot.flushall()
        run_step(published, "publish_hot", [D3])
        run_step(published, "materialize_features", [D3])
        assert json.loads(hot.get(PUBLISHED))["features_as_of"] is None
        (behind,) = told_and_mended(published)
        assert f"of features none are online, there are those as of {shift(D3, 1)}" in behind.what
        assert json.loads(hot.get(PUBLISHED)) == said


def test_what_is_said_of_an_emptied_redis_brings_all_of_it_back(published):
    run_step(published, "materialize_features", [D3])
    run_step(published, "publish_hot", [D3])
    with open_hot(published.settings) as hot:
        hot.flushall()
        boards, features = of_stores(published)
        for one in (boards, features):
            both = f"`pumploss run materialize_features --day {D3}` and `pumploss run publish_hot --day {D3}`"
            assert one.advice == f"Run {both}"
        boards.mend()
        assert list(of_stores(published)) == []


def test_a_redis_that_may_drop_keys_is_warned_of_at_a_publish(published):
    with open_hot(published.settings) as hot:
        assert run_step(published, "publish_hot", [D3]).warnings == []
        hot.config_set("maxmemory-policy", "volatile-lru")
        (warning,) = run_step(published, "publish_hot", [D3]).warnings
    assert "maxmemory-policy volatile-lru" in warning


def test_a_warm_store_that_somebody_changed_ends_a_verification_with_words(published):
    with open_warm(published.settings) as warm:
        warm.execute("ALTER TABLE leaderboards DROP COLUMN loss_amount_24h CASCADE")
    for what in (lambda: list(of_stores(published)), lambda: run_step(published, "publish_warm", [D3])):
        with pytest.raises(StoreError, match=r"It lacks leaderboards\.loss_amount_24h\. Undo"):
            what()


@pytest.mark.parametrize("table", ["trades_timeseries", "token_hours", "daily_losses"])
def test_rows_that_somebody_deleted_are_published_again(published, table):
    seen = seen_now(published.settings)["tables"]
    with open_warm(published.settings) as warm:
        warm.execute(f"DELETE FROM {table} WHERE ctid IN (SELECT ctid FROM {table} LIMIT 1)".encode())
    (finding,) = of_stores(published)
    assert finding.where == "warm store"
    assert finding.what.startswith(f"{table} has ")
    assert finding.mend is not None
    assert finding.mend().startswith("publish_warm: ")
    assert seen_now(published.settings)["tables"] == seen
    assert list(of_stores(published)) == []
