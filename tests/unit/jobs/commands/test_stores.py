"""What is said of stores."""

import json
from dataclasses import replace

from jobs.commands.stores import address_of, addresses, hot_warning, stores
from pumploss.hot import open_hot
from pumploss.settings import from_environment


def test_passwords_are_nobody_elses(tmp_path):
    settings = from_environment(
        {
            "PUMPLOSS_HOME": str(tmp_path),
            "PUMPLOSS_WARM_DSN": "host=db password=hunter2 user=me",
            "PUMPLOSS_HOT_URL": "redis://me:hunter2@cache:6379/0",
            "MLFLOW_TRACKING_URI": "https://me:hunter2@models",
        }
    )
    found = stores(settings)
    assert "hunter2" not in json.dumps(found)
    assert found["warm"]["address"] == "host=db password=*** user=me"
    assert found["hot"]["address"] == "redis://me:***@cache:6379/0"


def test_the_embedded_warm_store_is_named_for_readers_too(tmp_path):
    found = dict(addresses(stores(from_environment({"PUMPLOSS_HOME": str(tmp_path)}))))
    assert "user=pumploss " in found["warm"]
    assert found["warm, to read"].endswith("user=pumploss_reader")


def test_a_server_is_shown_with_how_it_stands():
    assert address_of({"address": "/lake"}) == "/lake"
    assert address_of({"address": "/warm", "is_running": False}) == "/warm (not running)"
    assert address_of({"address": "/warm", "is_running": True, "pid": 7}) == "/warm (running, process 7)"


def test_a_redis_that_may_drop_keys_is_told_and_one_that_is_away_is_not(tmp_path):
    settings = from_environment({"PUMPLOSS_HOME": str(tmp_path)})
    assert hot_warning(settings) is None
    with open_hot(settings) as hot:
        assert hot_warning(settings) is None
        hot.config_set("maxmemory-policy", "allkeys-lru")
        assert "maxmemory-policy allkeys-lru" in hot_warning(settings)
    for away in ("redis://127.0.0.1:1", "redis+cluster://127.0.0.1:1", "rediss://127.0.0.1:1"):
        assert hot_warning(replace(settings, hot_url=away)) is None
