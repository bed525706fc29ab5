"""Where stores live, from the environment and back."""

import re

import pytest

from pumploss import settings
from pumploss.addresses import cluster_nodes
from pumploss.errors import SettingsError
from pumploss.settings import as_environment, from_environment


def test_everything_is_embedded_below_home_unless_given(tmp_path):
    found = from_environment({"PUMPLOSS_HOME": str(tmp_path), "SPARK_REMOTE": "", "PUMPLOSS_WARM_DSN": ""})
    assert found.lake == str(tmp_path / "lake")
    assert found.landing == str(tmp_path / "landing")
    assert found.tracking_uri == f"sqlite:///{tmp_path}/mlflow/mlflow.db"
    assert (found.warm_dsn, found.hot_url, found.spark_remote) == (None, None, None)
    assert found.is_lake_default
    assert {found.warm_dir, found.hot_dir, found.airflow_home} == {
        tmp_path / name for name in ("warm", "hot", "airflow")
    }


def test_home_is_the_checkouts_var_by_default():
    assert from_environment({}).home == settings.ROOT / "var"


def test_addresses_are_taken_as_given():
    found = from_environment({"PUMPLOSS_LAKE": "s3://bucket/lake/", "SPARK_REMOTE": "sc://host:15002"})
    assert (found.lake, found.spark_remote) == ("s3://bucket/lake", "sc://host:15002")
    assert not found.is_lake_default


def test_local_paths_become_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert from_environment({"PUMPLOSS_LAKE": "x/../lake"}).lake == str(tmp_path / "lake")


@pytest.mark.parametrize(
    "value", ["gs://bucket/lake", "http://host/lake", "a\nb", "a\0b", "s3://", "s3:///", " ", "a "]
)
@pytest.mark.parametrize("variable", ["PUMPLOSS_LAKE", "PUMPLOSS_LANDING", "PUMPLOSS_EXPORTS"])
def test_unusable_places_are_refused_by_name(variable, value):
    with pytest.raises(SettingsError, match=variable):
        from_environment({variable: value})


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"PUMPLOSS_LAKE": "s3://b/l", "PUMPLOSS_LANDING": "s3://b/d", "SPARK_REMOTE": "local[2]"},
        {"PUMPLOSS_WARM_DSN": "postgresql://h/d", "PUMPLOSS_HOT_URL": "redis://h", "MLFLOW_TRACKING_URI": "http://h"},
        {"PUMPLOSS_ROWS_AT_ONCE": "70000"},
        {"PUMPLOSS_WARM_READ_DSN": "postgresql://h,i/d?target_session_attrs=prefer-standby"},
    ],
)
def test_a_child_process_sees_the_same_settings(tmp_path, given):
    found = from_environment({"PUMPLOSS_HOME": str(tmp_path), **given})
    assert from_environment(as_environment(found)) == found


@pytest.mark.parametrize("variable", ["PUMPLOSS_HOME", "PUMPLOSS_LAKE", "PUMPLOSS_LANDING", "PUMPLOSS_EXPORTS"])
def test_links_that_lead_round_are_named(variable, tmp_path):
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    for place in (loop, loop / "below"):
        with pytest.raises(SettingsError, match=f"{variable}=.*loop.* leads nowhere"):
            from_environment({"PUMPLOSS_HOME": str(tmp_path), variable: str(place)})


def test_a_home_that_is_a_file_is_named(tmp_path):
    (tmp_path / "home").write_text("no folder")
    with pytest.raises(SettingsError, match=r"PUMPLOSS_HOME=.*home is no folder"):
        from_environment({"PUMPLOSS_HOME": str(tmp_path / "home")})


def test_another_home_moves_embedded_stores_only(tmp_path):
    given = from_environment(
        {"PUMPLOSS_HOME": "/x", "PUMPLOSS_WARM_DSN": "postgresql://h/d", "PUMPLOSS_LAKE": "s3://b/l"}
    )
    moved = given.below(tmp_path, "/dumps")
    assert (moved.home, moved.landing, moved.lake) == (tmp_path, "/dumps", str(tmp_path / "lake"))
    assert moved.warm_dsn == "postgresql://h/d"
    assert moved.tracking_uri == f"sqlite:///{tmp_path}/mlflow/mlflow.db"


@pytest.mark.parametrize(
    "url",
    [
        *("S3cretw0rd", "http://:S3cretw0rd@host", "redis://:S3c/ret@w0rd x@h:1/0", "redis://h:x/0"),
        *("redis://:S3cret@h:1,i:2/0", "redis+cluster://:S3cret@h:1,i:x", "unix+cluster://h,i:0", "+cluster://h"),
        *(
            "redis://:S3cret@h/0?foo=1",
            "redis://h/abc",
            " redis://:S3cret@h",
            "REDIS://h",
            "redis://",
            "unix+cluster://h",
        ),
        *("redis+cluster://:S3cret@h:1,redis://h:2", "redis+cluster://:S3cret@h:1,", "redis+cluster://:S3cret@,h:1"),
        *("redis+cluster://:S3cret@h:1,:S3cret@h:2", "redis+cluster://", "redis+cluster://h:1/3x?foo=1"),
    ],
)
def test_an_address_that_is_no_redis_is_refused_without_being_shown(url):
    with pytest.raises(SettingsError, match="PUMPLOSS_HOT_URL is no address of a Redis") as refused:
        from_environment({"PUMPLOSS_HOT_URL": url})
    assert "S3c" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        *("redis://localhost:6379/0", "rediss://:a%2Fb@host:6380/1", "unix:///run/redis.sock?db=0"),
        *("redis+cluster://one:7000", "rediss+cluster://me:a%2Fb@one:7000,two,[::1]:7000/?ssl_ca_certs=ca.pem"),
    ],
)
def test_addresses_of_a_redis(url):
    assert from_environment({"PUMPLOSS_HOT_URL": url}).hot_url == url


@pytest.mark.parametrize("more", ["/3", "/3?ssl_ca_certs=ca.pem", "?db=3", "/0?db=12"])
def test_a_cluster_has_no_database_to_be_named(more):
    with pytest.raises(SettingsError, match="names a database of a Redis Cluster, which has none but 0") as refused:
        from_environment({"PUMPLOSS_HOT_URL": f"redis+cluster://:S3cretw0rd@one:7000,two:7001{more}"})
    assert "S3c" not in str(refused.value)
    for same in ("/0", "/", "?db=0"):
        assert from_environment({"PUMPLOSS_HOT_URL": f"redis+cluster://one:7000,two{same}"}).hot_url


def test_a_cluster_is_named_by_its_servers():
    url = "rediss+cluster://me:a%2Cb@one:7000,two,[::1]:7000/?ssl_ca_certs=ca.pem"
    assert cluster_nodes(url) == [
        "rediss://me:a%2Cb@one:7000/?ssl_ca_certs=ca.pem",
        "rediss://me:a%2Cb@two/?ssl_ca_certs=ca.pem",
        "rediss://me:a%2Cb@[::1]:7000/?ssl_ca_certs=ca.pem",
    ]
    assert cluster_nodes("redis://one:7000/0") == []


def test_outcomes_are_watched_for_a_day_a_week_or_a_month():
    assert settings.horizon_days({}) == settings.horizon_days({"PUMPLOSS_HORIZON_DAYS": ""}) == 7
    assert [settings.horizon_days({"PUMPLOSS_HORIZON_DAYS": text}) for text in ("1", "7", "30")] == [1, 7, 30]
    for text in ("0", "7.0", "14", "a week"):
        with pytest.raises(SettingsError, match="one of 1, 7, 30 days"):
            settings.horizon_days({"PUMPLOSS_HORIZON_DAYS": text})


def test_minutes_of_a_search_are_a_number_of_a_day_at_most():
    found = from_environment({"PUMPLOSS_SEARCH_MINUTES": "2.5"})
    assert found.search_minutes == 2.5
    assert as_environment(found)["PUMPLOSS_SEARCH_MINUTES"] == "2.5"
    assert from_environment({}).search_minutes == 0
    for text in ("1440", "0.000001", "1234.567891"):  # what a child is given is what was given
        found = from_environment({"PUMPLOSS_SEARCH_MINUTES": text})
        assert found.search_minutes == float(text)
        assert as_environment(found)["PUMPLOSS_SEARCH_MINUTES"] == text
    for text in ("-1", "1441", "nan", "ten", "1e3", "1e-3", "1_0", " 5", "+5", ".5", "5.", "0x1"):
        with pytest.raises(SettingsError, match=re.escape(f"PUMPLOSS_SEARCH_MINUTES='{text}'")):
            from_environment({"PUMPLOSS_SEARCH_MINUTES": text})


def test_children_watch_outcomes_as_long():
    found = from_environment({"PUMPLOSS_HORIZON_DAYS": "30"})
    assert as_environment(found)["PUMPLOSS_HORIZON_DAYS"] == "30"
    assert from_environment(as_environment(found)) == found


@pytest.mark.parametrize("place", ["/h", "/", "/h/lake", "/h/lake/site", "/dumps/site", "/dumps"])
def test_exports_lie_beside_stores_and_dumps_and_not_among_them(place):
    given = {"PUMPLOSS_HOME": "/h", "PUMPLOSS_LANDING": "/dumps", "PUMPLOSS_EXPORTS": place}
    with pytest.raises(SettingsError, match=r"PUMPLOSS_EXPORTS=.* is no place of its own beside"):
        from_environment(given)


@pytest.mark.parametrize("place", ["/h/exports", "/srv/www", "s3://bucket/site", "/dumps2"])
def test_exports_have_a_place_of_their_own(place):
    given = {"PUMPLOSS_HOME": "/h", "PUMPLOSS_LANDING": "/dumps", "PUMPLOSS_LAKE": "s3://bucket/lake"}
    assert from_environment({**given, "PUMPLOSS_EXPORTS": place}).exports_root == place


@pytest.mark.parametrize("text", ["0", "-5", "1e6", "many", "1_000"])
def test_a_number_of_rows_is_one_or_refused(text):
    with pytest.raises(SettingsError, match="PUMPLOSS_ROWS_AT_ONCE"):
        from_environment({"PUMPLOSS_ROWS_AT_ONCE": text})
