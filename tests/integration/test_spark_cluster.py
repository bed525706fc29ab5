"""A standalone Spark cluster of two workers, lake and landing on S3: its sessions, what it refuses, whole nights.

A night on the cluster is the command that an operator runs: checks, publishing and all; what it leaves in the lake is
compared row by row with what the same dumps give on one machine. Required in CI; skipped only where there is no Java,
or neither Maven Central nor cached jars.
"""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pumploss import engine
from pumploss.cohort import trader_cohort
from pumploss.days import shift, span
from pumploss.settings import ROOT
from simulator import Market, write_dumps
from tests.building import engines
from tests.building.local_s3 import served, with_bucket
from tests.building.spark_cluster import cluster, told

pytestmark = [
    pytest.mark.spark,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("java") is None, reason="there is no java on PATH"),
]

FIRST, DAYS, TRADES = date(2026, 6, 25), 2, 60
BUCKET = "clusters"
PLACES = {"PUMPLOSS_LAKE": f"s3://{BUCKET}/lake", "PUMPLOSS_LANDING": f"s3://{BUCKET}/landing"}
#: What a cluster for an S3 lake is given, as docs/servers.md says.
GIVEN = {
    **engine.jars(is_on_s3=True),
    **{name: engine.SPARK_SETTINGS[name] for name in (
        "spark.sql.extensions", "spark.sql.catalog.spark_catalog", "spark.hadoop.fs.s3.impl",
        "spark.databricks.delta.snapshotPartitions",
    )},
    **engines.INTERPRETED,
    "spark.hadoop.fs.s3a.performance.flags": "*",
}  # fmt: skip

REFUSED = """
from pumploss import engine
from pumploss.errors import SettingsError
from pumploss.settings import from_environment
try:
    engine.session(from_environment())
except SettingsError as error:
    print(error)
"""

USED = """
import json, sys
from datetime import datetime, UTC
from pumploss import engine
from pumploss.settings import from_environment

def with_cohorts(batches):
    import pyarrow as pa
    from pumploss.cohort import trader_cohort
    for batch in batches:
        cohorts = pa.array([trader_cohort(trader) for trader in batch["trader"].to_pylist()], pa.int32())
        yield pa.RecordBatch.from_arrays([*batch.columns, cohorts], [*batch.schema.names, "cohort"])

spark = engine.session(from_environment())
again = engine.session(from_environment())
rows = [(f"t{n}", datetime(2026, 1, 5, n, tzinfo=UTC)) for n in range(20)]
frame = spark.createDataFrame(rows, "trader string, traded_at timestamp")
made = frame.mapInArrow(with_cohorts, "trader string, traded_at timestamp, cohort int")
made.coalesce(1).write.parquet(sys.argv[1])
print(json.dumps([again is spark, {name: spark.conf.get(name) for name in engine.APACHE_SETTINGS}]))
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Where processes of the cluster and homes lie."""
    return tmp_path_factory.mktemp("spark")


@pytest.fixture(scope="module")
def bucket():
    """A client of an S3 with a bucket, and the variables by which others reach it."""
    with served() as environment, with_bucket(environment, BUCKET) as client:
        yield client, {name: value for name, value in environment.items() if name.startswith("AWS_")}


@pytest.fixture(scope="module")
def remote(root, bucket):
    """The address of the cluster."""
    _, rights = bucket
    kernels = {"NUMBA_CACHE_DIR": str(ROOT / "pumploss/__pycache__")}
    with cluster(root, 2, GIVEN, rights | kernels) as address:
        yield address


def nightly(home, **variables):
    """Run the command of a night on a home; answers what it said."""
    named = ("PUMPLOSS_", "SPARK_", "AWS_", "MLFLOW_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(named)}
    done = subprocess.run(
        [sys.executable, "-m", "jobs", "nightly", "--no-airflow"],
        env={**kept, "PUMPLOSS_HOME": str(home), "PYTHONPATH": str(ROOT), **variables},
        cwd=ROOT, capture_output=True, text=True, timeout=1800, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-6000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def lakes(root, bucket, remote):
    """The lakes by engine; the cluster's has been fetched from its bucket."""
    client, rights = bucket
    landing = root / "landing"
    write_dumps(Market(days=DAYS, trades_per_day=TRADES, seed=11, first_day=FIRST), landing)
    engines.land_events(landing, span(FIRST, shift(FIRST, DAYS - 1)))
    for path in filter(Path.is_file, landing.rglob("*")):
        client.upload_file(str(path), BUCKET, f"landing/{path.relative_to(landing)}")
    nightly(root / "cluster", SPARK_REMOTE=remote, **PLACES, **rights)
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="lake/"):
        for item in page["Contents"]:
            path = root / "cluster" / item["Key"]
            path.parent.mkdir(parents=True, exist_ok=True)
            client.download_file(BUCKET, item["Key"], str(path))
    nightly(root / "embedded", PUMPLOSS_LANDING=str(landing))
    return {name: root / name / "lake" for name in ("cluster", "embedded")}


def test_a_lake_on_this_machine_is_refused(remote, tmp_path):
    done = told(REFUSED, SPARK_REMOTE=remote, PUMPLOSS_HOME=str(tmp_path))
    assert done.stdout.startswith(f"The lake {tmp_path}/lake lies on this machine, where the workers"), done.stderr


def test_a_landing_on_this_machine_is_refused(remote, tmp_path):
    lake = {"PUMPLOSS_LAKE": "s3://bucket/lake", "PUMPLOSS_HOME": str(tmp_path)}
    done = told(REFUSED, SPARK_REMOTE=remote, **lake)
    assert done.stdout.startswith(f"The landing {tmp_path}/landing lies on this machine, where the"), done.stderr


def test_workers_write_times_with_bounds_and_run_our_functions(remote, tmp_path):
    done = told(USED, tmp_path / "written", SPARK_REMOTE=remote, PUMPLOSS_HOME=str(tmp_path / "home"), **PLACES)
    assert done.returncode == 0, done.stderr[-6000:]
    is_same, found = json.loads(done.stdout.splitlines()[-1])
    assert is_same
    assert found == engine.APACHE_SETTINGS
    assert "Stage" not in done.stderr, "a progress bar"
    (path,) = (tmp_path / "written").glob("*.parquet")
    times = pq.ParquetFile(path).metadata.row_group(0).column(1)
    assert times.physical_type == "INT64"
    assert times.statistics.min == datetime(2026, 1, 5, 0, tzinfo=UTC)
    assert times.statistics.max == datetime(2026, 1, 5, 19, tzinfo=UTC)
    rows = pq.read_table(path).to_pylist()
    assert {row["trader"]: row["cohort"] for row in rows} == {f"t{n}": trader_cohort(f"t{n}") for n in range(20)}


def test_every_table_of_a_night_on_the_cluster_is_that_of_one_machine(lakes):
    engines.compare(lakes["cluster"], lakes["embedded"])
    # Outcomes of a day are known a week after it.
    assert engines.without_rows(lakes["embedded"]) == ["gold_labels"]


def test_both_workers_had_a_part_in_it(lakes, root):
    del lakes
    assert all(list((root / f"work{number}").rglob("stderr")) for number in range(2))
