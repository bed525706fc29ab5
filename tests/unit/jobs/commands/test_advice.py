"""What people are told of errors that are nobody's own."""

import errno
import socket
import sqlite3
from contextlib import closing
from dataclasses import replace

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError, NoCredentialsError
from deltalake import DeltaTable
from pyspark.errors.exceptions.connect import PythonException, SparkConnectException

from jobs.commands.advice import advice


@pytest.fixture
def nobody():
    """An address at which nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


KEYS = {"aws_access_key_id": "somebody", "aws_secret_access_key": "canary"}


def said_of(error, settings):
    said = advice(error, settings)
    assert "canary" not in said
    return said


def test_a_bucket_that_boto_cannot_reach_is_named(nobody, settings):
    without_repeats = Config(retries={"total_max_attempts": 1})
    client = boto3.client("s3", endpoint_url=nobody, region_name="eu-west-1", config=without_repeats, **KEYS)
    with pytest.raises(EndpointConnectionError) as refused:
        client.get_object(Bucket="lake", Key="silver_trades")
    said = said_of(refused.value, settings)
    assert f"{nobody}/lake/silver_trades" in said
    assert "AWS_ENDPOINT_URL" in said
    client.close()


def test_a_bucket_that_the_engine_cannot_reach_is_named_also_as_a_cause(nobody, settings):
    options = {"endpoint_url": nobody, "allow_http": "true", "region": "eu-west-1", "max_retries": "0", **KEYS}
    with pytest.raises(OSError, match="Generic S3 error") as refused:
        DeltaTable("s3://lake/silver_trades", storage_options=options)
    failed = ValueError("publishing failed")
    failed.__cause__ = refused.value
    assert "AWS_ENDPOINT_URL" in said_of(failed, settings)


def test_workers_without_credentials_are_told_from_a_bucket_that_refuses(settings):
    remote = replace(settings, spark_remote="sc://spark.example:15002/;token=canary")
    of_worker = PythonException("File s3fs: botocore.exceptions.NoCredentialsError: Unable to locate credentials")
    said = said_of(of_worker, remote)
    assert said.startswith("the workers of the cluster at spark.example:15002 have no credentials")
    assert "spark.executorEnv.AWS_ACCESS_KEY_ID" in said
    assert "spark.executorEnv" not in said_of(NoCredentialsError(), remote), "on this machine they are asked for here"
    assert advice(of_worker, settings) is None, "the embedded engine has no workers elsewhere"


def test_a_cluster_that_was_started_anew_is_named(settings):
    remote = replace(settings, spark_remote="sc://spark.example:15002")
    gone = SparkConnectException("[INVALID_HANDLE.SESSION_NOT_FOUND] The handle is invalid. Session not found.")
    assert "spark.example:15002 went away while it worked, or was started anew" in said_of(gone, remote)


def test_a_store_without_tls_that_nobody_allowed_is_named_with_the_variable(nobody, settings):
    options = {"endpoint_url": nobody, "region": "eu-west-1", "max_retries": "0", **KEYS}
    with pytest.raises(OSError, match="Generic S3 error") as refused:
        DeltaTable("s3://lake/silver_trades", storage_options=options)
    said = said_of(refused.value, settings)
    assert "AWS_ENDPOINT_URL is plain HTTP" in said
    assert "AWS_ALLOW_HTTP=true" in said
    assert f"{nobody}/lake/silver_trades" in said
    assert "\n" not in said


def test_an_error_of_the_code_is_nobody_elses(settings):
    assert advice(KeyError("as_of"), settings) is None


@pytest.mark.parametrize("is_cut", [True, False])
def test_a_damaged_file_of_sqlite_has_a_repair(settings, tmp_path, is_cut):
    file = tmp_path / "mlflow.db"
    with closing(sqlite3.connect(file)) as made:
        made.execute("CREATE TABLE runs AS SELECT 1 AS id")
        made.commit()
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2] if is_cut else b"noise" * 1000)
    with closing(sqlite3.connect(file)) as read, pytest.raises(sqlite3.DatabaseError) as refused:
        read.execute("SELECT * FROM runs").fetchall()
    said = said_of(refused.value, settings)
    assert f"a file of SQLite below {settings.home} is damaged" in said
    assert "Put `mlflow` back from its backup" in said


def test_a_file_where_a_folder_belongs_is_named(tmp_path, settings):
    (tmp_path / "report").write_text("")
    for make in (lambda path: path.mkdir(exist_ok=False), lambda path: (path / "figures").mkdir()):
        with pytest.raises(OSError, match="report") as refused:
            make(tmp_path / "report")
        assert f"{tmp_path / 'report'}" in said_of(refused.value, settings)
        assert "a file stands in its place" in said_of(refused.value, settings)


def test_a_file_system_that_may_only_be_read_is_told_from_missing_rights(settings):
    error = OSError(errno.EROFS, "Read-only file system", "/mnt/home/report")
    assert said_of(error, settings).startswith("/mnt/home/report lies on a file system that may only be read. Mount it")
