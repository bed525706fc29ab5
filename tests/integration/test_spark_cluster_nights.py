"""Whole nights on a standalone Spark cluster of two workers, with lake and landing on S3, against the embedded engine.

A night on the cluster is the command that an operator runs: checks, publishing and all; what it leaves in the lake is
compared row by row with what the same dumps give on one machine. Required in CI; skipped only where there is no Java,
or neither Maven Central nor cached jars.
"""

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from pumploss import engine
from pumploss.days import shift, span
from pumploss.settings import ROOT
from simulator import Market, write_dumps
from tests.building import engines
from tests.building.local_s3 import served, with_bucket
from tests.building.spark_cluster import cluster

pytestmark = [
    pytest.mark.spark,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("java") is None, reason="there is no java on PATH"),
]

FIRST, DAYS, TRADES = date(2026, 6, 25), 2, 60
BUCKET = "clusters"
#: What a cluster for an S3 lake is given, as docs/how-to/a-cluster.md says.
GIVEN = {
    **engine.jars(is_on_s3=True),
    **{name: engine.SPARK_SETTINGS[name] for name in (
        "spark.sql.extensions", "spark.sql.catalog.spark_catalog", "spark.hadoop.fs.s3.impl",
        "spark.databricks.delta.snapshotPartitions",
    )},
    **engines.INTERPRETED,
}  # fmt: skip


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
def lakes(tmp_path_factory):
    """The lakes by engine; the cluster's has been fetched from its bucket."""
    root = tmp_path_factory.mktemp("nights")
    landing = root / "landing"
    write_dumps(Market(days=DAYS, trades_per_day=TRADES, seed=11, first_day=FIRST), landing)
    engines.land_events(landing, span(FIRST, shift(FIRST, DAYS - 1)))
    with served() as environment, with_bucket(environment, BUCKET) as client:
        for path in filter(Path.is_file, landing.rglob("*")):
            client.upload_file(str(path), BUCKET, f"landing/{path.relative_to(landing)}")
        rights = {name: value for name, value in environment.items() if name.startswith("AWS_")}
        with cluster(root, 2, GIVEN, rights) as address:
            places = {"PUMPLOSS_LAKE": f"s3://{BUCKET}/lake", "PUMPLOSS_LANDING": f"s3://{BUCKET}/landing"}
            nightly(root / "cluster", SPARK_REMOTE=address, **places, **rights)
            workers = [len(list((root / f"work{number}").rglob("stderr"))) for number in range(2)]
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="lake/"):
            for item in page["Contents"]:
                path = root / "cluster" / item["Key"]
                path.parent.mkdir(parents=True, exist_ok=True)
                client.download_file(BUCKET, item["Key"], str(path))
    nightly(root / "embedded", PUMPLOSS_LANDING=str(landing))
    return {"cluster": root / "cluster/lake", "embedded": root / "embedded/lake", "workers": workers}


def test_every_table_of_the_cluster_is_that_of_one_machine(lakes):
    engines.compare(lakes["cluster"], lakes["embedded"])
    assert engines.without_rows(lakes["embedded"]) == []


def test_both_workers_had_executors(lakes):
    assert all(lakes["workers"])
