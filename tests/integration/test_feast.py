"""Point-in-time joins over the lake and the online store, with Feast, DuckDB, Delta and Redis as they are."""

from datetime import date, datetime, timedelta

import pandas as pd
import pytest

from feature_repo.store import VIEW, feature_store, online_redis, quiet
from jobs.running.runner import run_pass
from pumploss.errors import StoreError
from pumploss.report import RunReport
from tests.building.feature_rows import DAY, FEATURE, T, joined, put, row
from tests.building.online import built, keys_online


def test_a_row_is_found_at_its_time_until_its_time_to_live_and_never_before(settings):
    version = put(settings, row("ann", T, 1))
    moments = [T - timedelta(seconds=1), T, T + timedelta(hours=47), T + 2 * DAY, T + 2 * DAY + timedelta(seconds=1)]
    assert joined(settings, version, *[("ann", moment) for moment in moments]) == [None, 1, 1, 1, None]


def test_the_latest_row_at_or_before_counts_and_others_traders_rows_do_not(settings):
    version = put(settings, row("ann", T, 1), row("ann", T + DAY, 2), row("bob", T + DAY, 9))
    asked = [("ann", T), ("ann", T + timedelta(hours=23)), ("ann", T + DAY), ("bob", T), ("nobody", T + DAY)]
    assert joined(settings, version, *asked) == [1, 1, 2, None, None]


def test_of_two_rows_of_one_time_the_later_known_one_counts(settings):
    version = put(settings, row("ann", T, 1, T - DAY), row("ann", T, 2, T))
    assert joined(settings, version, ("ann", T)) == [2]


def test_a_row_known_only_later_is_not_seen_before(settings):
    version = put(settings, row("ann", T - DAY, 1), row("ann", T, 2, known_at=T + DAY))
    assert joined(settings, version, ("ann", T), ("ann", T + DAY)) == [1, 2]


def test_entity_rows_that_repeat_are_kept(settings):
    version = put(settings, row("ann", T, 1))
    assert joined(settings, version, ("ann", T), ("ann", T), ("ann", T + DAY)) == [1, 1, 1]


@pytest.mark.parametrize("said", [datetime.isoformat, lambda moment: f"{moment:%Y-%m-%d %H:%M}", lambda moment: moment])
def test_moments_may_be_text_beside_a_column_of_other_times(settings, said):
    """The days that are read are those of the moments asked for, and of no other column."""
    version = put(settings, *(row("ann", T - 9 * DAY + n * DAY, n) for n in range(10)))
    known = pd.Timestamp(T - 8 * DAY)
    assert joined(settings, version, ("ann", T), ("ann", T - DAY), said=said, signed_up_at=known) == [9, 8]


def test_a_pinned_version_does_not_see_what_was_written_later(settings):
    first = put(settings, row("ann", T, 1))
    second = put(settings, row("ann", T, 5), days=[T.date()])
    assert joined(settings, first, ("ann", T)) == [1]
    assert joined(settings, second, ("ann", T)) == [5]


@pytest.fixture
def bucket(monkeypatch):
    """The address of an empty S3 bucket on this machine."""
    server = pytest.importorskip("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    given = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    for name, value in {**dict.fromkeys(given, "test"), "AWS_REGION": "us-east-1", "AWS_ALLOW_HTTP": "true"}.items():
        monkeypatch.setenv(name, value)
    server.start()
    address = "http://{}:{}".format(*server.get_host_and_port())
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    import boto3

    client = boto3.client("s3", endpoint_url=address, region_name="us-east-1")
    client.create_bucket(Bucket="bucket")
    yield "s3://bucket/lake"
    client.close()
    server.stop()


def test_a_lake_on_s3_is_joined_without_an_extension_of_duckdb(settings, bucket):
    from dataclasses import replace

    remote = replace(settings, lake=bucket)
    first = put(remote, row("ann", T, 1), row("ann", T + DAY, 2))
    second = put(remote, row("ann", T, 5), days=[T.date()])
    assert joined(remote, first, ("ann", T), ("ann", T + DAY)) == [1, 2]
    assert joined(remote, second, ("ann", T), ("bob", T)) == [5, None]


def test_unchanged_definitions_are_not_applied_again(settings, monkeypatch):
    from feast import FeatureStore

    applied = []
    original = FeatureStore.apply
    monkeypatch.setattr(FeatureStore, "apply", lambda *given, **more: applied.append(1) or original(*given, **more))
    feature_store(settings)
    feature_store(settings)
    assert len(applied) == 1


def online(settings, *traders):
    with online_redis(settings) as url, quiet():
        store = feature_store(settings, url, asked_at=T)
        keys = [{"trader_address": trader} for trader in traders]
        found = store.get_online_features([f"{VIEW}:{FEATURE}", f"{VIEW}:win_rate_30d"], keys).to_dict()
    return list(zip(found[FEATURE], found["win_rate_30d"], strict=True))


def run(context, day: date):
    return run_pass(context, RunReport("materialize_features"), (day,))


def test_online_equals_offline_and_an_older_day_never_replaces_a_newer_one(context, settings):
    today, yesterday = (T - DAY).date(), (T - 2 * DAY).date()
    with online_redis(settings):
        put(settings, row("ann", T - DAY, 1), row("bob", T - DAY, 2), row("ann", T, 3))
        report = run(context, today)
        assert report.skipped is None
        assert (report.day(today).rows_read, report.details["keys_compared"]) == (1, 1)
        assert online(settings, "ann", "bob") == [(3, 3 / 7), (None, None)]

        report = run(context, yesterday)
        assert report.skipped == "features as of 2026-01-10 are online already, which is later than 2026-01-09"
        assert online(settings, "ann", "bob") == [(3, 3 / 7), (None, None)]

        put(settings, row("ann", T, 4), days=[T.date()])
        run(context, today)
        assert online(settings, "ann") == [(4, 4 / 7)]


def feasts_own(settings, first, last):
    """Materialise as a user of Feast does."""
    with online_redis(settings) as url, quiet():
        feature_store(settings, url, asked_at=T).materialize(first, last, [VIEW])


def test_feasts_own_way_puts_nobody_beside_the_t_that_is_online(context, settings):
    with online_redis(settings):
        put(settings, row("ann", T - DAY, 1), row("bob", T - DAY, 2), row("ann", T, 3))
        run(context, (T - DAY).date())
        feasts_own(settings, T - 2 * DAY, T)
        assert online(settings, "ann", "bob") == [(3, 3 / 7), (None, None)]
        assert keys_online(settings) == 1
        put(settings, row("ann", T + DAY, 4))
        with pytest.raises(
            StoreError, match=r"as of 2026-01-11 go online as a whole, in place of those as of 2026-01-10"
        ):
            feasts_own(settings, T, T + DAY)


def test_where_none_is_online_feasts_own_way_puts_the_latest_t_there(context, settings):
    with online_redis(settings):
        put(settings, row("ann", T - DAY, 1), row("bob", T - DAY, 2), row("ann", T, 3))
        feasts_own(settings, T - 2 * DAY, T - DAY)
        feasts_own(settings, T - 2 * DAY, T)
        assert online(settings, "ann", "bob") == [(3, 3 / 7), (None, None)]
        assert keys_online(settings) == 1
        assert run(context, (T - DAY).date()).details["keys_removed"] == 0


TODAY, YESTERDAY = (T - DAY).date(), (T - 2 * DAY).date()


@pytest.mark.parametrize(
    ("first", "second", "run_second", "expected", "why"),
    [
        ({"ann": 1, "bob": 2}, {"ann": 3}, TODAY, [3, None], "bob has no features at the same T after a correction"),
        ({"ann": 1, "bob": 2}, {}, TODAY, [None, None], "nobody has any: the table has no row of that T"),
        ({"ann": 1}, {"bob": 2}, TODAY, [None, 2], "one leaves as another comes"),
        ({"ann": 1, "bob": 2}, {"ann": 1, "bob": 2}, TODAY, [1, 2], "nothing changed, nobody leaves"),
        ({}, {"ann": 7}, TODAY, [7, None], "a T of which nobody was online gets its first"),
    ],
)
def test_who_has_no_features_at_a_corrected_t_leaves(context, settings, first, second, run_second, expected, why):
    with online_redis(settings):
        put(settings, row("cho", T - 5 * DAY, 9))  # the table exists
        built(context, YESTERDAY, TODAY)
        for features in (first, second):
            put(settings, *(row(trader, T, value) for trader, value in features.items()), days=[T.date()])
            assert run(context, run_second).skipped is None
        assert [value for value, _ in online(settings, "ann", "bob")] == expected, why
        assert keys_online(settings) == len(second)


@pytest.mark.parametrize(
    ("older", "newer", "expected", "why"),
    [
        ({"ann": 1, "bob": 2}, {"ann": 3}, [3, None], "bob is not eligible at the newer T"),
        ({"ann": 1}, {}, [None, None], "nobody is eligible at the newer T"),
        ({"ann": 1}, {"bob": 2}, [None, 2], "none of both"),
    ],
)
def test_what_is_online_is_as_of_the_latest_t_whichever_runs_last(context, settings, older, newer, expected, why):
    with online_redis(settings):
        put(settings, row("cho", T - 5 * DAY, 9))
        built(context, YESTERDAY, TODAY)
        put(settings, *(row(trader, T - DAY, value) for trader, value in older.items()))
        run(context, YESTERDAY)
        put(settings, *(row(trader, T, value) for trader, value in newer.items()))
        for day in (TODAY, YESTERDAY, TODAY):
            run(context, day)
            assert [value for value, _ in online(settings, "ann", "bob")] == expected, why
            assert keys_online(settings) == len(newer)


@pytest.mark.parametrize("where", ["begin", "keep_only", "unlink", "write", "set"])
def test_a_run_that_was_killed_is_mended_by_the_next(context, settings, monkeypatch, where):
    import redis

    from feature_repo.online_traders import OnlineTraders

    def killed(*_, **__):
        raise KeyboardInterrupt

    owner = redis.client.Pipeline if where in ("unlink", "set") else OnlineTraders
    with online_redis(settings):
        put(settings, row("ann", T - DAY, 1), row("bob", T - DAY, 2), row("ann", T, 3), row("cho", T, 4))
        run(context, YESTERDAY)
        with monkeypatch.context() as patch:
            patch.setattr(owner, where, killed)
            with pytest.raises(KeyboardInterrupt):
                run(context, TODAY)
        run(context, TODAY)
        assert [value for value, _ in online(settings, "ann", "bob", "cho")] == [3, None, 4]
        assert keys_online(settings) == 2


def test_a_day_without_features_is_skipped_with_what_to_do(context):
    report = run(context, date(2026, 1, 1))
    assert report.skipped is not None
    assert "run its step for 2026-01-01" in report.skipped


def test_a_wrong_value_online_is_noticed(context, settings, monkeypatch):
    from feature_repo.online_traders import OnlineTraders
    from pumploss.errors import StoreError

    with online_redis(settings):
        put(settings, row("ann", T, 1))
        run(context, (T - DAY).date())
        put(settings, row("ann", T, 2), days=[T.date()])
        monkeypatch.setattr(OnlineTraders, "write", lambda *_, **__: True)
        with pytest.raises(StoreError, match=r"loss_trades_24h = 1 for ann as of 2026-01-10, .* has 2"):
            run(context, (T - DAY).date())
