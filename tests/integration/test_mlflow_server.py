"""A registry on an MLflow server that has PostgreSQL and S3: logged, registered, promoted, loaded as on a database."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import numpy as np
import pandas as pd
import polars as pl
import pytest

from models.loss_model import SPEC
from models.registry import CHALLENGER, PREVIOUS, Registry
from models.time_split import split_by_time
from models.training import train
from pumploss import embedded
from pumploss.errors import ModelError
from pumploss.settings import from_environment
from tests.building.local_s3 import served, with_bucket
from tests.building.planted_frame import INPUTS, frame_of

pytestmark = pytest.mark.slow

BUCKET = "models"
TAGS = {"data_gold_labels": "version 3", "label_version": "1"}
STARTS_WITHIN_SECONDS = 120


@pytest.fixture(scope="module")
def s3():
    """The environment of a process that may use a bucket, and a client of it."""
    with served() as environment, with_bucket(environment, BUCKET) as client:
        yield environment, client


@pytest.fixture(scope="module")
def address(s3, tmp_path_factory):
    """The address of a server of its own, with its database on PostgreSQL and artifacts on S3."""
    folder = tmp_path_factory.mktemp("server")
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--artifacts-destination", f"s3://{BUCKET}/artifacts"]
    quiet = {**s3[0], "MLFLOW_S3_ENDPOINT_URL": s3[0]["AWS_ENDPOINT_URL"], "MLFLOW_DISABLE_TELEMETRY": "true"}
    # What judges answers of language models: half a dozen processes that load MLflow, for nobody here.
    quiet["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"
    with embedded.postgres(folder / "metadata") as metadata, (folder / "log").open("wb") as log:
        database = f"postgresql+psycopg://pumploss@/pumploss?host={metadata.socket_dir}&port=5432"
        server = subprocess.Popen(
            [*command, "--backend-store-uri", database], stdout=log, stderr=log, env={**quiet, "DO_NOT_TRACK": "true"},
            cwd=folder, start_new_session=True,
        )  # fmt: skip
        try:
            _wait(server, f"http://127.0.0.1:{port}/health", folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:  # it waits for its job runner, which may be starting still
                os.killpg(server.pid, signal.SIGKILL)
                server.wait(30)


def _wait(server, health, log):
    until = time.monotonic() + STARTS_WITHIN_SECONDS
    while True:
        try:
            with urllib.request.urlopen(health, timeout=2):
                return
        except OSError:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.2)


@pytest.fixture(scope="module")
def registry(address, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    return Registry(from_environment({"PUMPLOSS_HOME": str(home), "MLFLOW_TRACKING_URI": address}))


@pytest.fixture(scope="module")
def trained():
    frame = frame_of()
    return train(SPEC, frame, split_by_time(frame.days, 7), INPUTS)


def test_versions_are_registered_promoted_and_loaded(registry, trained):
    assert registry.version(SPEC.name) is None
    first = registry.log(trained, TAGS, frame_of())
    registry.promote(SPEC.name, first)
    second = registry.log(trained, {**TAGS, "label_version": "2"}, frame_of())
    assert (first, second) == ("1", "2")
    assert registry.version(SPEC.name) == first
    assert registry.version(SPEC.name, CHALLENGER) == second
    registry.promote(SPEC.name, second)
    assert registry.version(SPEC.name, PREVIOUS) == first
    served = registry.load(SPEC.name, first)
    assert served.booster.model_to_string() == trained.booster.model_to_string()
    assert registry.earlier(SPEC.name, TAGS) == first


def test_what_is_logged_lies_in_the_bucket_which_only_the_server_may_use(registry, trained, s3, monkeypatch):
    for variable in s3[0]:
        if variable.startswith("AWS_"):
            monkeypatch.delenv(variable, raising=False)
    version = registry.log(trained, TAGS, frame_of())
    assert registry.load(SPEC.name, version).booster.model_to_string() == trained.booster.model_to_string()
    keys = [item["Key"] for item in s3[1].list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert [key for key in keys if key.endswith("MLmodel")]


def test_a_consumer_of_the_server_gets_answers(registry, trained, address, monkeypatch):
    import mlflow

    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    if registry.version(SPEC.name) is None:
        registry.promote(SPEC.name, registry.log(trained, TAGS, frame_of()))
    frame = frame_of(seed=5)
    rows = pd.DataFrame(frame.x[:30], columns=list(frame.names))
    answers = mlflow.pyfunc.load_model(f"models:/{SPEC.name}@champion").predict(rows)
    for name, values in vars(trained.predictor.losses(frame.x[:30])).items():
        np.testing.assert_allclose(answers[name], values, rtol=0, atol=1e-9, err_msg=name)
    kept = registry.tags(SPEC.name, registry.version(SPEC.name))["frame_file"]
    assert pl.read_parquet(mlflow.artifacts.download_artifacts(kept)).height == len(frame_of())


def test_nothing_is_printed_but_by_us(registry, trained, capfd):
    registry.log(trained, TAGS, frame_of())
    said = capfd.readouterr()
    assert "http" not in said.out + said.err


def test_a_server_that_is_gone_is_named(registry, trained, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    gone = Registry(
        from_environment({"PUMPLOSS_HOME": str(registry.settings.home), "MLFLOW_TRACKING_URI": "http://127.0.0.1:9"})
    )
    with pytest.raises(ModelError, match=r"The registry http://127\.0\.0\.1:9 cannot be opened"):
        gone.log(trained, TAGS, frame_of())
