"""What is published follows close on one another; a kill in between leaves a pointer that does not lie."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from feature_repo.online_traders import OnlineTraders, features_online
from feature_repo.store import VIEW, feature_store, online_redis, quiet
from jobs.pipeline import STEPS
from jobs.verifying.stores import of_stores
from pumploss.hot import open_hot
from tests.building.online import built, feature_rows, keys_online, materialize, put
from tests.building.said_rows import said

EARLIER, LATER = datetime(2026, 1, 9, tzinfo=UTC), datetime(2026, 1, 10, tzinfo=UTC)
DAY_OF_EARLIER, DAY_OF_LATER = date(2026, 1, 8), date(2026, 1, 9)


def online(settings, *traders):
    with online_redis(settings) as url, quiet():
        store = feature_store(settings, url, asked_at=LATER)
        keys = [{"trader_address": trader} for trader in traders]
        return store.get_online_features([f"{VIEW}:loss_trades_24h"], keys).to_dict()["loss_trades_24h"]


def whole(settings):
    with open_hot(settings) as hot:
        return features_online(hot, VIEW)


def test_the_warm_store_is_published_before_features_and_the_pointer_last():
    names = [step.name for step in STEPS]
    assert names[-3:] == ["publish_warm", "materialize_features", "publish_hot"]


@pytest.mark.parametrize("where", ["keep_only", "finish"])
def test_features_are_not_said_to_be_whole_before_they_are(context, settings, where):
    def killed(*_):
        raise KeyboardInterrupt

    with online_redis(settings):
        put(settings, [*feature_rows(EARLIER, ann=1), *feature_rows(LATER, ann=2, bob=3)])
        built(context, DAY_OF_EARLIER, DAY_OF_LATER)
        materialize(context, DAY_OF_EARLIER)
        assert whole(settings) == EARLIER
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(OnlineTraders, where, killed)
            with pytest.raises(KeyboardInterrupt):
                materialize(context, DAY_OF_LATER)
        assert whole(settings) is None
        materialize(context, DAY_OF_LATER)
        assert whole(settings) == LATER
        assert online(settings, "ann", "bob") == [2, 3]


def test_a_t_that_left_the_lake_leaves_the_online_store(context, settings):
    """The later day was taken out of the lake, as by a backup that was put back: its features stay no seven days."""
    with online_redis(settings):
        put(settings, [*feature_rows(EARLIER, ann=1), *feature_rows(LATER, ann=2, bob=3)])
        materialize(context, DAY_OF_LATER)
        assert online(settings, "ann", "bob") == [2, 3]
        assert materialize(context, DAY_OF_EARLIER).skipped.startswith("features as of 2026-01-10 are online already")
        put(settings, [], mode="overwrite", predicate=f"feature_day = '{LATER.date()}'")
        assert materialize(context, DAY_OF_EARLIER).skipped is None
        assert online(settings, "ann", "bob") == [1, None]
        assert keys_online(settings) == 1
        assert whole(settings) == EARLIER


def test_features_that_left_redis_are_found_with_what_brings_them_back(context, settings):
    """As after a flush, a move to an empty server, or a day that was put online too early."""
    with online_redis(settings):
        put(settings, [*feature_rows(EARLIER, ann=1), *feature_rows(LATER, ann=2, bob=3)])
        built(context, DAY_OF_EARLIER, DAY_OF_LATER)
        materialize(context, DAY_OF_EARLIER)
        said(context, "materialize_features", "ok", DAY_OF_EARLIER)
        assert list(of_stores(context)) == []
        said(context, "materialize_features", "ok", DAY_OF_LATER)
        (behind,) = of_stores(context)
        assert behind.where == "online features"
        assert "those as of 2026-01-09, the ledger says that 2026-01-09 was put there" in behind.what
        materialize(context, DAY_OF_LATER)
        assert list(of_stores(context)) == []
        with open_hot(settings) as hot:
            hot.flushall()
        (gone,) = of_stores(context)
        assert "it has none" in gone.what
        assert "`pumploss run materialize_features --day 2026-01-09`" in gone.advice


def test_a_redis_that_is_away_is_a_finding_and_stops_no_verification(context, settings):
    said(context, "materialize_features", "ok", DAY_OF_EARLIER)
    context.settings = replace(settings, hot_url="redis://127.0.0.1:1/0")
    (away,) = of_stores(context)
    assert away.where == "online features"
    assert "The hot store redis://127.0.0.1:1" in away.what
