"""Opens the one Spark session of a process, wherever `SPARK_REMOTE` says that it runs."""

import atexit
import os
import re
import shutil
import sys
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import cast
from zipfile import ZIP_DEFLATED, ZipFile

from pyspark.sql import SparkSession

from pumploss.errors import SettingsError
from pumploss.settings import ROOT, Settings
from pumploss.slots import SETTING

#: Apache Spark on this machine, as Spark itself names it.
_LOCAL = re.compile(r"local(\[(?P<cores>\*|[1-9]\d*)(, *\d+)?\])?")

#: Python packages of the project that a cluster's workers need to run its functions.
SHIPPED_PACKAGES = ("pumploss", "features", "pnl", "sources", "models", "jobs")

#: Set on every engine.
SESSION_SETTINGS = {"spark.sql.session.timeZone": "UTC"}

#: Set on every Apache Spark, whoever started it.
APACHE_SETTINGS = {
    **SESSION_SETTINGS,
    "spark.sql.ansi.enabled": "true",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "100000",
    # Staged files become files of the tables; the old 96-bit times have no bounds in them.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}

#: Jars from Maven Central. 4.4.0 is the newest Delta that has one.
DELTA_PACKAGE = "io.delta:delta-spark_4.2_2.13:4.4.0"
#: What an S3 lake needs besides. Hadoop's client asks for all of Amazon's services, one jar of 660 MB; the parts of it
#: that read and write objects take 16.
S3_PACKAGES = (
    "org.apache.hadoop:hadoop-aws:3.5.0",
    "software.amazon.awssdk:s3-transfer-manager:2.57.8",
    "software.amazon.awssdk:sts:2.57.8",
    "software.amazon.awssdk:apache-client:2.57.8",
)
ALL_OF_AMAZON = "software.amazon.awssdk:bundle"

#: Set when this process starts Apache Spark: small, quiet, with Delta.
SPARK_SETTINGS = {
    **APACHE_SETTINGS,
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
    "spark.databricks.delta.snapshotPartitions": "2",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.connect.grpc.binding.address": "127.0.0.1",
}


def session(settings: Settings) -> SparkSession:
    """Return the session that all jobs share; the first call starts or connects the engine.

    Raises SettingsError for an address that is neither unset, `local[...]` nor `sc://...`, and where a cluster would
    not reach the lake or the landing.
    """
    refuse_unreached(settings)
    remote = settings.spark_remote
    if remote is None:
        spark = _embedded()
    elif _LOCAL.fullmatch(remote):
        spark = _local_spark(remote, settings.connect_memory, settings.lake.startswith("s3://"))
    elif remote.startswith("sc://"):
        spark = _cluster(remote)
    else:
        raise SettingsError(f"SPARK_REMOTE={remote!r}: unset it, or give local[*] or sc://host:15002.")
    for name, value in SESSION_SETTINGS.items():
        spark.conf.set(name, value)
    return spark


@cache
def _embedded() -> SparkSession:
    """Start Sail inside this process and connect to it."""
    # Imported late: clients of a cluster need nothing of it.
    from pumploss.embedded.engine_server import embedded_session

    spark = cast("SparkSession", embedded_session())
    spark.conf.set(SETTING, str(os.cpu_count() or 2))
    # Else every column and function looks up the line that called it, and fails to import IPython each time: a tenth of
    # a small night.
    spark.conf.set("spark.python.sql.dataFrameDebugging.enabled", "false")
    # The one connection is within this process: where it breaks, nothing can be taken up again. To have the engine keep
    # its answers until they are released, one by one, is a quarter of a small query.
    spark.client.disable_reattachable_execute()
    # Before Spark's own farewell, which asks for what the engine does not know and prints that it was refused.
    atexit.register(spark.client.close)
    return spark


@cache
def _local_spark(remote: str, memory: str, is_on_s3: bool) -> SparkSession:
    """Start Apache Spark on this machine. Raises SettingsError without Java."""
    if shutil.which("java") is None:
        raise SettingsError(
            f"SPARK_REMOTE={remote!r} needs Java 17 or newer on PATH; unset it for the embedded engine."
        )

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.config("spark.driver.memory", memory)
    for name, value in {**SPARK_SETTINGS, **jars(is_on_s3=is_on_s3), SETTING: str(cores(remote))}.items():
        builder = builder.config(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return builder.remote(remote).getOrCreate()


def jars(*, is_on_s3: bool) -> dict[str, str]:
    """Return the settings by which Apache Spark, as it starts, fetches the jars that it needs, and no more."""
    if not is_on_s3:
        return {"spark.jars.packages": DELTA_PACKAGE}
    return {"spark.jars.packages": ",".join((DELTA_PACKAGE, *S3_PACKAGES)), "spark.jars.excludes": ALL_OF_AMAZON}


def cores(remote: str) -> int:
    """Read how many cores an address of Apache Spark on this machine asks for: `local` one, `local[*]` all."""
    found = _LOCAL.fullmatch(remote)
    asked = found["cores"] if found else None
    return (os.cpu_count() or 1) if asked == "*" else int(asked or 1)


def refuse_unreached(settings: Settings) -> None:
    """Raise SettingsError for a lake or a landing on this machine where a cluster is to work on them."""
    if not (settings.spark_remote or "").startswith("sc://"):
        return
    places = (("lake", settings.lake, "PUMPLOSS_LAKE"), ("landing", settings.landing, "PUMPLOSS_LANDING"))
    for what, place, variable in places:
        if not place.startswith("s3://"):
            raise SettingsError(
                f"The {what} {place} lies on this machine, where the workers of a cluster do not reach it: set "
                f"{variable} to s3://bucket/prefix, or unset SPARK_REMOTE."
            )


@cache
def _cluster(remote: str) -> SparkSession:
    """Connect to a cluster, set it up for the session, and send it the packages whose functions its workers run.

    Raises what `cluster_session` raises.
    """
    # Imported late: it starts what speaks to servers, of which the embedded engine needs its own.
    from pumploss.cluster_session import cluster_session

    spark = cast("SparkSession", cluster_session(remote, APACHE_SETTINGS))
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "pumploss_code.zip"
        with ZipFile(archive, "w", ZIP_DEFLATED) as packed:
            for package in SHIPPED_PACKAGES:
                for path in sorted((ROOT / package).rglob("*.py")):
                    packed.write(path, path.relative_to(ROOT))
        spark.addArtifacts(str(archive), pyfile=True)
    return spark


def is_embedded(settings: Settings) -> bool:
    """Tell whether the engine runs inside this process."""
    return settings.spark_remote is None
