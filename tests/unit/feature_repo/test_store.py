"""How Feast is told where the stores are."""

import os

import pytest
import yaml

from feature_repo.store import configuration, connection_string, redis_url
from pumploss.errors import SettingsError
from pumploss.settings import ROOT


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("unix:///var/hot/run/redis.sock?db=0", "localhost:0,unix_socket_path=/var/hot/run/redis.sock,db=0"),
        ("unix:///a%20b/redis.sock", "localhost:0,unix_socket_path=/a b/redis.sock"),
        ("redis://cache:6380/2", "cache:6380,db=2"),
        ("redis://cache", "cache:6379"),
        ("rediss://me:s%40fe@cache:6379/0", "cache:6379,db=0,ssl=true,username=me,password=s@fe"),
    ],
)
def test_a_redis_address_becomes_feasts_form_of_it(url, expected):
    assert connection_string(url) == expected


@pytest.mark.parametrize("url", ["http://cache", "cache:6379", "redis://:a%2Cb@cache", "unix:///a%2Cb/redis.sock"])
def test_an_address_that_feast_cannot_take_is_refused(url):
    with pytest.raises(SettingsError, match="PUMPLOSS_HOT_URL"):
        connection_string(url)


def test_feature_store_yaml_says_what_the_jobs_build(settings, monkeypatch):
    monkeypatch.setenv("PUMPLOSS_HOME", str(settings.home))
    monkeypatch.setenv("PUMPLOSS_FEAST_REDIS", connection_string(redis_url(settings)))
    text = (ROOT / "feature_repo" / "feature_store.yaml").read_text()
    assert yaml.safe_load(os.path.expandvars(text)) == configuration(settings, redis_url(settings))
