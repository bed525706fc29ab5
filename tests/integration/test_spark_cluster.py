"""A standalone Spark cluster over Spark Connect: settings of a session, what workers run and write, what is refused."""

import json
import shutil
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from pumploss.cohort import trader_cohort
from pumploss.engine import APACHE_SETTINGS
from tests.building.spark_cluster import cluster, told

pytestmark = [
    pytest.mark.spark,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("java") is None, reason="there is no java on PATH"),
]

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
def remote(tmp_path_factory):
    with cluster(tmp_path_factory.mktemp("spark")) as address:
        yield address


def test_a_lake_on_this_machine_is_refused(remote, tmp_path):
    done = told(REFUSED, SPARK_REMOTE=remote, PUMPLOSS_HOME=str(tmp_path))
    assert done.stdout.startswith(f"The lake {tmp_path}/lake lies on this machine, where the workers"), done.stderr


def test_a_landing_on_this_machine_is_refused(remote, tmp_path):
    lake = {"PUMPLOSS_LAKE": "s3://bucket/lake", "PUMPLOSS_HOME": str(tmp_path)}
    done = told(REFUSED, SPARK_REMOTE=remote, **lake)
    assert done.stdout.startswith(f"The landing {tmp_path}/landing lies on this machine, where the"), done.stderr


def test_workers_write_times_with_bounds_and_run_our_functions(remote, tmp_path):
    places = {"PUMPLOSS_LAKE": "s3://bucket/lake", "PUMPLOSS_LANDING": "s3://bucket/landing"}
    done = told(USED, tmp_path / "written", SPARK_REMOTE=remote, PUMPLOSS_HOME=str(tmp_path / "home"), **places)
    assert done.returncode == 0, done.stderr[-6000:]
    is_same, found = json.loads(done.stdout.splitlines()[-1])
    assert is_same
    assert found == APACHE_SETTINGS
    assert "Stage" not in done.stderr, "a progress bar"
    (path,) = (tmp_path / "written").glob("*.parquet")
    times = pq.ParquetFile(path).metadata.row_group(0).column(1)
    assert times.physical_type == "INT64"
    assert times.statistics.min == datetime(2026, 1, 5, 0, tzinfo=UTC)
    assert times.statistics.max == datetime(2026, 1, 5, 19, tzinfo=UTC)
    rows = pq.read_table(path).to_pylist()
    assert {row["trader"]: row["cohort"] for row in rows} == {f"t{n}": trader_cohort(f"t{n}") for n in range(20)}
