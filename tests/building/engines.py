"""What two engines are compared by: a market with events beside it, and every table that they write, value by value."""

import hashlib
import json
import re
from pathlib import Path

import polars as pl
import pytest

from jobs.pipeline import STEPS
from pumploss.days import midnight
from sources.interpreting.addresses import encode
from tests.building import lakes
from tests.building.anchor_encoder import event, line

#: Scores and what watches them need trained models; everything else that writes a table is compared.
COMPARED = tuple(step for step in STEPS if step.writes and step.name not in ("gold_scores", "gold_monitoring"))
WRITTEN = [name for step in COMPARED for name in step.writes]
TABLES = {table.name: table for table in lakes.data_tables()}

#: Events that land beside a market, by day; on the first the pool of a trade is not known yet.
EVENTS = (
    ("CreateEvent", "TradeEvent", "CompleteEvent", "BuyEvent"),
    ("CompletePumpAmmMigrationEvent", "CreatePoolEvent", "SellEvent"),
)

#: A few hundred rows are planned for longer than they are computed: no code per plan, no search for constraints among
#: hundreds of columns, no text of plans, and few tasks.
INTERPRETED = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.subexpressionElimination.enabled": "false",
    "spark.sql.maxPlanStringLength": "100",
    "spark.sql.ui.retainedExecutions": "1",
}
#: A JVM that lives for a minute is done sooner without the slow compiler; then it must be given room for its code.
JVM = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=400m -XX:+UseSerialGC -XX:-UsePerfData"

#: What Ivy says of a repository that it cannot reach, which is not what it says of a jar that is not there.
_UNREACHABLE = re.compile(
    r"Server access error|SERVER ERROR|UnknownHostException|Connection (?:refused|timed out|reset)"
)


def skip_without_jars(said):
    """Skip the test if an engine could not start since its jars are neither cached nor within reach."""
    if "unresolved dependency" in said and _UNREACHABLE.search(said):
        pytest.skip("jars that Spark needs are not cached, and Maven Central is out of reach")


def land_events(landing, days):
    """Events of each day beside what has landed: one of each name, an hour apart."""
    for number, day in enumerate(days):
        folder = landing / "anchor_events" / str(day)
        folder.mkdir(parents=True)
        lines = []
        for hour, name in enumerate(EVENTS[number] if number < len(EVENTS) else ("BuyEvent",)):
            second = int(midnight(day).timestamp()) + 3600 * hour
            signature = encode(hashlib.sha512(f"{day} {name}".encode()).digest())
            lines.append(line(event(name, timestamp=second), block_time=second, signature=signature))
        (folder / "events.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))


def read(lake: Path, table):
    """A table's stable columns in contract order, sorted by key, read without either engine."""
    path = lake / table.name
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


def compare(one: Path, other: Path):
    """Fail with every difference between two lakes."""
    found = {name: differences(read(one, TABLES[name]), read(other, TABLES[name])) for name in WRITTEN}
    report = [f"{name}: {line}" for name, lines in found.items() for line in lines]
    assert not report, "\n".join(["", *report])


def without_rows(lake: Path):
    """Tables that a lake lacks or has no row of, and that so compare nothing."""
    rows = {name: read(lake, TABLES[name]) for name in WRITTEN}
    return [name for name, found in rows.items() if found is None or not found.height]
