"""How stores and files are named to a lineage server."""

from dataclasses import replace

import pytest

from jobs.pipeline import BY_NAME
from jobs.telemetry.places import BOARDS, STORES, in_files, in_hot, in_warm
from pumploss.warm.tables import TABLES


@pytest.mark.parametrize(
    ("root", "place"),
    [
        ("/data/lake", ("file", "/data/lake/gold_scores")),
        ("s3://bucket", ("s3://bucket", "gold_scores")),
        ("s3://bucket/a/b", ("s3://bucket", "a/b/gold_scores")),
    ],
)
def test_files_are_named_by_bucket_or_path(root, place):
    assert in_files(root, "gold_scores") == place


@pytest.mark.parametrize(
    ("dsn", "place"),
    [
        ("postgresql://me:pw@db:5433/losses", ("postgres://db:5433", "losses.public.leaderboards")),
        ("host=db user=me password='a b'", ("postgres://db:5432", "me.public.leaderboards")),
        ("postgresql://one:1,two:2/losses", ("postgres://one:1", "losses.public.leaderboards")),
        ("dbname=losses", ("postgres://localhost:5432", "losses.public.leaderboards")),
        ("host=db password='pw", ("postgres://localhost:5432", ".public.leaderboards")),
    ],
)
def test_tables_of_a_server_are_named_by_server_and_database(settings, dsn, place):
    assert in_warm(replace(settings, warm_dsn=dsn), "leaderboards") == place


def test_what_is_in_redis_is_named_by_server_without_its_password(settings):
    assert in_hot(replace(settings, hot_url="rediss://me:pw@cache:6380/1"), "x") == ("rediss://cache:6380", "x")
    assert in_hot(settings, "x") == ("file", f"{settings.hot_dir}/x")


def test_what_is_named_exists():
    assert BY_NAME.keys() >= STORES.keys()
    assert {table.name for table in TABLES} >= set(BOARDS)
