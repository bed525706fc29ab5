import os

import pytest
import yaml

from feature_repo.store import configuration, connection_string, redis_url
from pumploss.errors import LakeError, SettingsError
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


def test_every_registered_feature_is_a_field_and_services_hold_the_models_inputs():
    from feature_repo import definitions
    from features.registry import features, model_inputs

    view = definitions.view("/lake")
    assert [field.name for field in view.features] == [one.name for one in features()]
    assert view.source.path == "/lake/gold_trader_features"
    assert (view.source.timestamp_field, view.source.created_timestamp_column) == ("as_of", "known_at")
    for service in (definitions.loss_prediction, definitions.risk_score):
        served = [field.name for field in service.feature_view_projections[0].features]
        assert served == definitions.training_columns()
        assert served[: len(model_inputs())] == [one.name for one in model_inputs()]


def test_the_baselines_columns_are_registered_features():
    from feature_repo.definitions import BASELINE_FEATURES
    from features.registry import features

    lacking = set(BASELINE_FEATURES) - {one.name for one in features()}
    assert not lacking, f"the baselines need {sorted(lacking)}: name today's features in feature_repo/definitions.py"


def test_one_version_of_a_table_is_read_and_only_the_files_of_its_days(tmp_path):
    from datetime import date

    import pyarrow as pa
    from deltalake import write_deltalake

    from feature_repo.offline import read_delta
    from feature_repo.store import quiet

    def day_of(number, value):
        return pa.table({"day": [date(2026, 1, number)], "value": [value]})

    path = str(tmp_path / "table")
    write_deltalake(path, pa.concat_tables([day_of(1, 1), day_of(2, 2), day_of(3, 3)]), partition_by=["day"])
    write_deltalake(path, day_of(2, 20), mode="overwrite", predicate="day = '2026-01-02'")

    def values(version=None, first=None, last=None):
        with quiet():
            return sorted(read_delta(path, version, "day", first, last).to_pyarrow()["value"].to_pylist())

    assert values() == [1, 3, 20]
    assert values(version=0) == [1, 2, 3]
    assert values(first=date(2026, 1, 2)) == [3, 20]
    assert values(first=date(2026, 1, 2), last=date(2026, 1, 2)) == [20]
    assert values(first=date(2027, 1, 1)) == []
    with pytest.raises(LakeError, match="at version 9 cannot be opened"):
        values(version=9)
    with pytest.raises(LakeError, match="cannot be opened"):
        read_delta(str(tmp_path / "nothing"), None, "day", None, None)
