"""What belongs together is together: tables and steps, names and their meaning and unit, Delta and the lake."""

import ast
import re
from collections import defaultdict

import pytest

from features import registry
from jobs.pipeline import BY_NAME, LANDING, STEPS, WRITER
from pumploss import catalog
from pumploss.contract import Type
from pumploss.settings import ROOT

PACKAGES = (
    "benchmarks", "dags", "feature_repo", "features", "jobs", "models", "pnl", "pumploss", "simulator", "sources",
)  # fmt: skip
TABLES = {**catalog.tables(), registry.TABLE.name: registry.TABLE}
#: The ledger is written by the runner itself, for every step.
WITHOUT_STEP = {"run_ledger"}

#: Names that are described anew where they stand, and why they keep their name.
SAME_NAME = {
    "averaged_down_count": "of one position in one table, of all that are opened and emptied on a day in the other",
    "day": "the ledger's day is the dump day of a run",
    "new_mint_count": "new to the trader in one table, to the market in the other",
    "loss_count": "the requester's feature of that name counts over all time",
}

UNIT = re.compile(
    r"_(lamports|sol|units|seconds|micros|share|count|at|day|date|index|bytes|version|ratio|score|squared|days)(_close)?$|^(is|has)_"
)
#: Numbers and times whose name says what they count without a suffix, or whose name is fixed elsewhere.
WITHOUT_UNIT = {
    "slot", "source_rank", "line_number", "token_decimals", "trader_cohort", "order_in_mint_day", "order_in_trader_day",
    "as_of", "day",
    "p_loss", "p_loss_if_exposed", "p_severe", "p_trade",
    "risk_percentile", "volatility", "recent_prices", "mark_price", "log_hold_sum",
    "gap_bins", "superseded_by_age", "opening_times", "opening_stakes", "exits_before", "exit_times", "exit_results",
    "mint_number", "mint_numbers", "mint_costs", "volatility_cost_millis", "volatility_entry_cost_millis",
    "entered_mint_numbers", "age_logs", "rank_logs", "curve_shares", "runup_logs", "momentum_logs", "peak_ratios",
    "capture_ratios", "impact_ratios", "high_logs", "raised_places", "raised_high_logs",
    "hold_times", "carried_opening_times", "carried_opening_places", "carried_exit_times", "carried_buys",
    "carried_averaged_down_buys",
    "trades_by_hour", "trades_by_hour_close", "rows_read", "rows_written", "rows_quarantined", "rows_duplicate",
    "seconds",
    # Of whichever unit the measure beside them has.
    "value", "expected", "warn_bound", "stop_bound",
}  # fmt: skip
UNITLESS = {Type.STRING}


def sources():
    """Every Python file of the project by its path."""
    return {path.relative_to(ROOT): path.read_text() for package in PACKAGES for path in (ROOT / package).rglob("*.py")}


def test_every_table_is_written_by_one_step_and_every_step_writes_known_tables():
    written = [table for step in STEPS for table in step.writes]
    assert len(written) == len(set(written)), "two steps write one table"
    assert set(written) | WITHOUT_STEP == TABLES.keys(), (
        "add the table to jobs/pipeline.py, or its contract to pumploss/tables"
    )


def test_every_step_reads_what_an_earlier_one_writes():
    known = {LANDING}
    for step in STEPS:
        assert set(step.reads) <= known, f"{step.name} reads {set(step.reads) - known} before it is written"
        assert set(step.waits_for) <= BY_NAME.keys()
        known |= set(step.writes)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_every_step_is_a_module_with_a_run(step):
    path = ROOT / "jobs" / f"{step.name}.py"
    assert path.is_file(), f"step {step.name} needs {path.relative_to(ROOT)}"
    functions = {node.name: node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}
    assert "run" in functions, f"{path.relative_to(ROOT)} needs run(context, days)"
    assert [argument.arg for argument in functions["run"].args.args[:2]] == ["context", "days"]


def test_a_table_is_named_as_the_step_that_writes_it_mainly():
    for table, step in WRITER.items():
        assert step.writes[0] == step.name, f"{table}: the first table of {step.name} bears another name"


def test_one_name_has_one_type_and_one_meaning():
    found = defaultdict(list)
    for table in TABLES.values():
        for column in table.columns:
            found[column.name].append((table.name, column))
    types = {
        name: [(table, column.type.spark) for table, column in uses]
        for name, uses in found.items()
        if len({column.type for _, column in uses}) > 1
    }
    assert not types, f"one name, two types: define the column once in pumploss/columns.py: {types}"
    meanings = {name for name, uses in found.items() if len({column.description for _, column in uses}) > 1}
    assert meanings == SAME_NAME.keys(), (
        "one name, two meanings: rename one with .named(), or say here why both keep it"
    )


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_names_carry_their_unit(table):
    if table is registry.TABLE:
        return  # features are named {measure}[_{unit}]_{window}; their registry has tests of its own
    without = [
        column.name
        for column in table.columns
        if column.type not in UNITLESS and not UNIT.search(column.name) and column.name not in WITHOUT_UNIT
    ]
    assert not without, f"{table.name}: give {without} a suffix that `docs/architecture.md` lists"


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_suffixes_fit_their_types(table):
    fitting = {
        "_lamports": {Type.BIGINT},
        "_units": {Type.BIGINT, Type.WIDE},  # sums over trades are wide
        "_count": {Type.BIGINT},
        "_at": {Type.TIMESTAMP},
        "_day": {Type.DATE, Type.INT},
        "_sol": {Type.DOUBLE},
        "_share": {Type.DOUBLE},
        "_squared": {Type.WIDE},
        "_seconds": {Type.DOUBLE, Type.BIGINT},
        "_micros": {Type.BIGINT},
    }
    wrong = [
        f"{column.name} is {column.type.spark}"
        for column in table.columns
        for suffix, types in fitting.items()
        if column.name.removesuffix("_close").endswith(suffix) and column.type not in types
    ]
    assert not wrong
    assert all(column.type is Type.BOOLEAN for column in table.columns if column.name.startswith(("is_", "has_")))


def test_volatile_columns_stand_after_all_others_but_those_that_files_are_laid_out_by():
    for table in TABLES.values():
        names = [column.name for column in table.columns if column.name not in (*table.partition_by, table.split_by)]
        volatile = [table[name].is_volatile for name in names]
        if table.name not in WITHOUT_STEP:
            assert volatile == sorted(volatile), f"{table.name}: move volatile columns to the end"


def test_no_module_is_a_drawer_for_everything():
    drawers = {"utils", "helpers", "common", "misc", "util", "helper"}
    assert not [path for path in sources() if path.stem in drawers or drawers & set(path.parts)]


def test_only_the_lake_writes_delta():
    written = re.compile(
        r"write_deltalake|\.write(\.|\().*delta|format\([\"']delta[\"']\)|writeTo\(|saveAsTable|MERGE INTO"
    )
    outside = {
        f"{path}:{number}: {line.strip()}"
        for path, text in sources().items()
        if path.parts[:2] != ("pumploss", "lake")
        for number, line in enumerate(text.splitlines(), 1)
        if written.search(line)
    }
    assert not outside, f"write through pumploss/lake: {sorted(outside)}"


def test_no_clock_decides_what_a_table_holds():
    clock = re.compile(
        r"current_timestamp|current_date|datetime\.now|date\.today|utcnow|F\.rand\b|monotonically_increasing_id"
    )
    steps = {ROOT / "jobs" / f"{step.name}.py" for step in STEPS if step.writes}
    using = [path.name for path in steps if clock.search(path.read_text())]
    assert not using, f"{using}: a day of a table is a function of its inputs and the day alone"
