"""What `verify` says of features online that are not those of the lake, and how it mends them."""

import shutil
from contextlib import closing

import pytest

from feature_repo.online_traders import trader_keys
from feature_repo.store import KEY_VERSION, PROJECT, online_redis
from features.registry import TABLE
from jobs.running.runner import run_step
from jobs.verifying.stores import of_stores
from pumploss.days import shift
from pumploss.hot_client import connect
from tests.building import lakes, nights

DAY, T = nights.LAST, shift(nights.LAST, 1)

pytestmark = pytest.mark.slow


@pytest.fixture
def context(fixed_market, tmp_path):
    """A home with a copy of the lake of the fixed market, and its features online."""
    shutil.copytree(fixed_market / "lake", tmp_path / "lake", ignore=shutil.ignore_patterns("_lake.json", "_locks"))
    with lakes.opened(tmp_path) as context, online_redis(context.settings):
        run_step(context, "materialize_features", [DAY])
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
