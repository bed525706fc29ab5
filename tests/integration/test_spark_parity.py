"""Every lake table of a market, built on Apache Spark and on the embedded engine, is the same to the last bit.

Spark runs in a process of its own, the embedded engine in this one. Afterwards each replaces a day of the lake that the
other one wrote. Where there are real trades, a day of them lands beside the last day of the simulated market. Required
in CI; skipped only where there is no Java, or neither Maven Central nor a cached jar of Delta.
"""

import json
import os
import shutil
import subprocess
import sys
from datetime import date

import polars as pl
import pytest

from jobs.running.context import open_context
from jobs.running.runner import run_steps
from pumploss.days import shift, span
from pumploss.settings import ROOT, from_environment
from simulator import Market, write_dumps
from tests.building import engines, real_data

pytestmark = [pytest.mark.spark, pytest.mark.slow]

FIRST, DAYS, TRADES = date(2026, 6, 25), 8, 120
LAST = shift(FIRST, DAYS - 1)
#: The source of the real day, which is the last one.
REAL = "pumpswap_capture"
#: Steps whose last day each engine writes into the other's lake: state, arrays and decimals among their columns.
AGAIN = ("silver_trade_pnl", "gold_token_day", "gold_trader_day")
#: The passes, and then a stranger who knows the port and the session: without a token, and with a guess.
RUN = """
import json, sys
from datetime import date
import grpc
from pyspark.sql import SparkSession
from pyspark.sql.connect.proto import base_pb2, base_pb2_grpc
from jobs.running.context import open_context
from jobs.running.runner import run_steps
from pumploss.settings import from_environment

for home, landing, steps, *days in json.loads(sys.argv[1]):
    settings = from_environment({"PUMPLOSS_HOME": home, "PUMPLOSS_LANDING": landing, "SPARK_REMOTE": "local[2]"})
    with open_context(settings) as context:
        run_steps(context, steps, [date.fromisoformat(day) for day in days])

client = SparkSession.active().client
asked = base_pb2.AnalyzePlanRequest(
    session_id=client._session_id, spark_version=base_pb2.AnalyzePlanRequest.SparkVersion()
)
with grpc.insecure_channel(client._builder.endpoint) as channel:
    stranger = base_pb2_grpc.SparkConnectServiceStub(channel)
    for metadata in ((), (("authorization", "Bearer guess"),)):
        try:
            stranger.AnalyzePlan(asked, metadata=metadata, timeout=30)
            print("STRANGER HEARD")
        except grpc.RpcError as refused:
            print("STRANGER", refused.code().name)
"""


def run_on_spark(*passes):
    """Run steps over days of homes, one pass after another, in a process whose engine is Apache Spark.

    Answers what a stranger was told by its port.
    """
    # A few hundred rows are done sooner without checking each class.
    quick = {
        "JAVA_TOOL_OPTIONS": f"{engines.JVM} -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote",
        "PYSPARK_SUBMIT_ARGS": " ".join(
            (*(f"--conf {name}={value}" for name, value in engines.INTERPRETED.items()), "pyspark-shell")
        ),
    }
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PUMPLOSS_") and k != "SPARK_REMOTE"}
    listed = [(str(home), str(landing), list(steps), *map(str, days)) for home, landing, steps, days in passes]
    done = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(listed)],
        env={**environment, **quick, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=3600,
        check=False,
    )
    if done.returncode:
        engines.skip_without_jars(done.stdout + done.stderr)
    assert done.returncode == 0, f"on Apache Spark:\n{done.stderr[-6000:]}"
    return [line for line in done.stdout.splitlines() if line.startswith("STRANGER")]


def run_embedded(home, landing, steps, days):
    """Run steps over days of a home on the embedded engine."""
    with open_context(from_environment({"PUMPLOSS_HOME": str(home), "PUMPLOSS_LANDING": str(landing)})) as context:
        run_steps(context, steps, days)


@pytest.fixture(scope="module")
def homes(tmp_path_factory, spark):
    """Homes of the lakes by engine; the last two are the other engine's, one day of them written again."""
    if shutil.which("java") is None:
        pytest.skip("there is no java on PATH")
    root = tmp_path_factory.mktemp("parity")
    landing, days = root / "landing", span(FIRST, LAST)
    write_dumps(Market(days=DAYS, trades_per_day=TRADES, seed=11, first_day=FIRST), landing)
    engines.land_events(landing, days)
    if real_data.IS_GIVEN:
        shutil.copytree(real_data.LANDING / REAL / str(LAST), landing / REAL / str(LAST))
    steps = [step.name for step in engines.COMPARED]
    homes = {name: root / name for name in ("spark", "sail", "spark-on-sail", "sail-on-spark")}
    run_embedded(homes["sail"], landing, steps, days)
    shutil.copytree(homes["sail"], homes["spark-on-sail"])
    told = run_on_spark((homes["spark"], landing, steps, days), (homes["spark-on-sail"], landing, AGAIN, days[-1:]))
    (root / "stranger.txt").write_text("\n".join(told))
    shutil.copytree(homes["spark"], homes["sail-on-spark"])
    run_embedded(homes["sail-on-spark"], landing, AGAIN, days[-1:])
    return homes


def compare(one, other):
    """Fail with every difference between the lakes of two homes."""
    engines.compare(one / "lake", other / "lake")


def test_every_table_is_the_same_on_both_engines(homes):
    compare(homes["spark"], homes["sail"])
    assert engines.without_rows(homes["sail"] / "lake") == []


def test_a_stranger_at_the_port_of_spark_is_refused(homes):
    told = (homes["spark"].parent / "stranger.txt").read_text().splitlines()
    assert told == ["STRANGER UNAUTHENTICATED"] * 2


@real_data.needed
def test_a_real_day_is_among_what_is_the_same_on_both_engines(homes):
    for engine in ("spark", "sail"):
        trades = engines.read(homes[engine] / "lake", engines.TABLES["silver_trades"]).filter(pl.col("source") == REAL)
        assert trades.height > 50


@pytest.mark.parametrize("one", ["spark-on-sail", "sail-on-spark"])
def test_each_engine_replaces_a_day_that_the_other_wrote(homes, one):
    compare(homes[one], homes["sail"])


@pytest.mark.parametrize("one", ["spark-on-sail", "sail-on-spark"])
def test_both_engines_give_a_day_the_same_digest(homes, one):
    ledger = pl.read_delta(str(homes[one] / "lake/run_ledger"))
    assert ledger.filter(pl.col("status") != "ok").select("step", "day", "error").rows() == []
    outputs = ledger.filter(pl.col("day") == LAST).sort("commit_version").select("step", "outputs").rows()
    seen = {}
    for step, text in outputs:
        for table, output in json.loads(text).items():
            assert seen.setdefault(table, output["digest"]) == output["digest"], f"{table} of {step}"
