"""Every lake table of a market, built on Apache Spark and on the embedded engine, is the same to the last bit.

Spark runs in a process of its own, the embedded engine in this one. Afterwards each replaces a day of the lake that the
other one wrote. Where there are real trades, a day of them lands beside the last day of the simulated market. Required
in CI; skipped only where there is no Java, or neither Maven Central nor a cached jar of Delta.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date

import polars as pl
import pytest

from jobs.pipeline import STEPS
from jobs.running.context import open_context
from jobs.running.runner import run_steps
from pumploss.days import midnight, shift, span
from pumploss.settings import ROOT, from_environment
from simulator import Market, write_dumps
from sources.interpreting.addresses import encode
from tests.building import lakes, real_data
from tests.building.anchor_encoder import event, line

pytestmark = [pytest.mark.spark, pytest.mark.slow]

FIRST, DAYS, TRADES = date(2026, 6, 25), 8, 120
LAST = shift(FIRST, DAYS - 1)
#: The source of the real day, which is the last one.
REAL = "pumpswap_capture"
#: Scores and what watches them need trained models; everything else that writes a table is compared.
COMPARED = tuple(step for step in STEPS if step.writes and step.name not in ("gold_scores", "gold_monitoring"))
#: Steps whose last day each engine writes into the other's lake: state, arrays and decimals among their columns.
AGAIN = ("silver_trade_pnl", "gold_token_day", "gold_trader_day")
#: Events that land beside the market, by day; on the first the pool of a trade is not known yet.
EVENTS = (
    ("CreateEvent", "TradeEvent", "CompleteEvent", "BuyEvent"),
    ("CompletePumpAmmMigrationEvent", "CreatePoolEvent", "SellEvent"),
)

#: What Ivy says of a repository that it cannot reach, which is not what it says of a jar that is not there.
UNREACHABLE = re.compile(
    r"Server access error|SERVER ERROR|UnknownHostException|Connection (?:refused|timed out|reset)"
)

#: A few hundred rows are planned for longer than they are computed: no code per plan, no search for constraints among
#: hundreds of columns, no text of plans, and few tasks.
INTERPRETED = (
    "spark.sql.adaptive.enabled=false",
    "spark.sql.codegen.wholeStage=false",
    "spark.sql.codegen.factoryMode=NO_CODEGEN",
    "spark.sql.constraintPropagation.enabled=false",
    "spark.sql.subexpressionElimination.enabled=false",
    "spark.sql.maxPlanStringLength=100",
    "spark.sql.ui.retainedExecutions=1",
)

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
    # A JVM that lives for a minute is done sooner without the slow compiler (then it must be given room for its code),
    # and a few hundred rows sooner without compiling a class per plan.
    quick = {
        "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=400m -XX:+UseSerialGC"
        " -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote -XX:-UsePerfData",
        "PYSPARK_SUBMIT_ARGS": " ".join((*(f"--conf {setting}" for setting in INTERPRETED), "pyspark-shell")),
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
    said = done.stdout + done.stderr
    if done.returncode and "unresolved dependency" in said and UNREACHABLE.search(said):
        pytest.skip("the jar of Delta is not cached, and Maven Central is out of reach")
    assert done.returncode == 0, f"on Apache Spark:\n{done.stderr[-6000:]}"
    return [line for line in done.stdout.splitlines() if line.startswith("STRANGER")]


def run_embedded(home, landing, steps, days):
    """Run steps over days of a home on the embedded engine."""
    with open_context(from_environment({"PUMPLOSS_HOME": str(home), "PUMPLOSS_LANDING": str(landing)})) as context:
        run_steps(context, steps, days)


def land_events(landing, day, names):
    """One event of each name, an hour apart."""
    folder = landing / "anchor_events" / str(day)
    folder.mkdir(parents=True)
    lines = []
    for hour, name in enumerate(names):
        second = int(midnight(day).timestamp()) + 3600 * hour
        signature = encode(hashlib.sha512(f"{day} {name}".encode()).digest())
        lines.append(line(event(name, timestamp=second), block_time=second, signature=signature))
    (folder / "events.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))


@pytest.fixture(scope="module")
def homes(tmp_path_factory, spark):
    """Homes of the lakes by engine; the last two are the other engine's, one day of them written again."""
    if shutil.which("java") is None:
        pytest.skip("there is no java on PATH")
    root = tmp_path_factory.mktemp("parity")
    landing, days = root / "landing", span(FIRST, LAST)
    write_dumps(Market(days=DAYS, trades_per_day=TRADES, seed=11, first_day=FIRST), landing)
    for number, day in enumerate(days):
        land_events(landing, day, EVENTS[number] if number < len(EVENTS) else ("BuyEvent",))
    if real_data.IS_GIVEN:
        shutil.copytree(real_data.LANDING / REAL / str(LAST), landing / REAL / str(LAST))
    steps = [step.name for step in COMPARED]
    homes = {name: root / name for name in ("spark", "sail", "spark-on-sail", "sail-on-spark")}
    run_embedded(homes["sail"], landing, steps, days)
    shutil.copytree(homes["sail"], homes["spark-on-sail"])
    told = run_on_spark((homes["spark"], landing, steps, days), (homes["spark-on-sail"], landing, AGAIN, days[-1:]))
    (root / "stranger.txt").write_text("\n".join(told))
    shutil.copytree(homes["spark"], homes["sail-on-spark"])
    run_embedded(homes["sail-on-spark"], landing, AGAIN, days[-1:])
    return homes


def read(home, table):
    """A table's stable columns in contract order, sorted by key, read without either engine."""
    path = home / "lake" / table.name
    if not path.is_dir():
        return None
    stable = [column.name for column in table.columns if not column.is_volatile]
    return pl.read_delta(str(path)).select(stable).sort(table.key)


def differences(one, other):
    """What differs between two readings of a table, one line per column, with the first rows that show it."""
    if one is None or other is None:
        return [] if one is other else ["only one engine wrote it"]
    if one.schema != other.schema:
        return [f"{name}: {one.schema[name]} is not {other.schema[name]}" for name in one.columns
                if one.schema[name] != other.schema[name]]  # fmt: skip
    if one.height != other.height:
        return [f"{one.height} rows are not {other.height}"]
    found = []
    for name in one.columns:
        unequal = (~one[name].eq_missing(other[name])).arg_true()
        if len(unequal):
            rows = [f"row {n}: {one[name][n]!r} is not {other[name][n]!r}" for n in unequal[:3]]
            found.append(f"{name} in {len(unequal)} of {one.height} rows, {'; '.join(rows)}")
    return found


TABLES = {table.name: table for table in lakes.data_tables()}
WRITTEN = [name for step in COMPARED for name in step.writes]


def compare(one, other):
    """Fail with every difference between the lakes of two homes."""
    found = {name: differences(read(one, TABLES[name]), read(other, TABLES[name])) for name in WRITTEN}
    report = [f"{name}: {line}" for name, lines in found.items() for line in lines]
    assert not report, "\n".join(["", *report])


def test_every_table_is_the_same_on_both_engines(homes):
    compare(homes["spark"], homes["sail"])
    empty = [name for name in WRITTEN if not read(homes["sail"], TABLES[name]).height]
    assert not empty, "a table without rows compares nothing"


def test_a_stranger_at_the_port_of_spark_is_refused(homes):
    told = (homes["spark"].parent / "stranger.txt").read_text().splitlines()
    assert told == ["STRANGER UNAUTHENTICATED"] * 2


@real_data.needed
def test_a_real_day_is_among_what_is_the_same_on_both_engines(homes):
    for engine in ("spark", "sail"):
        trades = read(homes[engine], TABLES["silver_trades"]).filter(pl.col("source") == REAL)
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
