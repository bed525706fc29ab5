"""Every thing has one room: the root of a package lists its things, and a module's tests stand under its path."""

import pytest

from jobs.pipeline import BY_NAME
from pumploss import catalog
from pumploss.settings import ROOT
from sources import SOURCES

PACKAGES = ("dags", "feature_repo", "features", "jobs", "models", "pnl", "pumploss", "simulator", "sources")
TESTS = ROOT / "tests"
MOST_LINES = 250

#: Modules and folders without test modules of their own, by the tests that cover them. An entry is an error as soon as
#: what it names is gone, or has a test module of its own.
COVERED_BY = {
    "unit/pumploss/test_exports": ("pumploss/export_index",),
    "unit/pumploss/test_settings": ("pumploss/addresses", "pumploss/given_values"),
    "unit/pumploss/warm/test_staging": ("pumploss/warm/staged",),
    "unit/pumploss/warm/test_tables": ("pumploss/warm/market_days", "pumploss/warm/summed_tables"),
    "unit/jobs/telemetry/test_steps": ("jobs/telemetry/exporting", "jobs/telemetry/patience"),
    "architecture/test_dags": ("dags/backfill", "dags/daily", "dags/maintenance", "dags/watch", "dags/weekly_training"),
    "architecture/test_drift": ("jobs/pipeline", "pumploss/columns"),
    "faults/test_rot": ("pumploss/lake/segments/dropping",),
    "golden/test_anchor_events": (
        "sources/anchor/draft", "sources/anchor/tokens", "sources/anchor/trades", "sources/anchor_events",
    ),
    "golden/test_pnl_examples": ("pnl/fifo_kernel",),
    "integration/embedded/test_start_up": ("pumploss/embedded/postgres_server", "pumploss/embedded/redis_server"),
    "integration/embedded/test_serve": ("jobs/commands/serve",),
    "integration/publishing/test_publishing": (
        "jobs/publish_hot", "jobs/publish_warm", "jobs/publishing/staged_tables",
    ),
    "integration/publishing/test_reader": ("pumploss/warm/reader",),
    "integration/test_airflow": ("jobs/airflow",),
    "faults/test_signals": ("jobs/commands/signals",),
    "faults/test_wreckage": ("pumploss/lake/torn_logs",),
    "integration/test_feast": ("feature_repo/online_traders", "jobs/materialize_features"),
    "unit/models/report/test_page": ("models/report/charts", "models/report/later_parts", "models/report/parts"),
    "integration/test_monitoring": (
        "jobs/commands/large_losses", "jobs/gold_monitoring", "jobs/monitoring/night", "jobs/monitoring/reading",
    ),
    "integration/test_timescale": ("pumploss/warm/chunks",),
    "integration/test_replicas": ("pumploss/warm/publisher_lock", "pumploss/warm/standby"),
    "integration/test_redis_cluster": ("pumploss/hot_client",),
    "integration/test_joining": ("jobs/training/joining",),
    "unit/jobs/maintaining/test_rejected": ("models/dropping",),
    "integration/test_models": (
        "jobs/train_loss_model", "jobs/train_risk_model", "models/loss_model", "models/quiet_mlflow",
        "models/registry", "models/risk_model",
    ),
    "integration/test_auditing": ("jobs/auditing", "jobs/commands/audit"),
    "integration/test_erasing": (
        "jobs/commands/erase", "jobs/erasing/erasure", "jobs/erasing/lake_days", "jobs/erasing/landed_lines",
        "jobs/erasing/restated",
    ),
    "integration/test_backups": ("jobs/commands/backup", "jobs/saving"),
    "integration/test_moved_homes": ("jobs/commands/rebind",),
    "integration/test_nightly": (
        "jobs/commands/champions", "jobs/commands/closing", "jobs/commands/nightly",
        "jobs/running/context",
    ),
    "integration/test_recomputation": (
        "features/recomputed/chases", "features/recomputed/entering", "features/recomputed/given",
        "features/recomputed/holdings", "features/recomputed/market", "features/recomputed/record",
        "features/recomputed/results", "features/recomputed/rhythms", "features/recomputed/round_trips",
        "features/recomputed/trading", "features/recomputed/trips", "jobs/recompute_features",
        "jobs/recomputing/inputs", "pumploss/lake/proof",
    ),
    "integration/s3/test_s3_locks": ("pumploss/lake/s3_locks",),
    "integration/test_model_commands": (
        "jobs/commands/model", "jobs/commands/model_report", "jobs/scoring/carrying", "models/pairing",
    ),
    "integration/test_published_checks": ("jobs/gates/published_rows",),
    "integration/test_verify": ("jobs/commands/verify", "jobs/verifying"),
    "integration/test_verified_stores": ("jobs/publishing/online_proof",),
    "properties/test_method_laws": ("pnl/other_methods",),
    "properties/test_model_leaks": ("models/leaks",),
    "properties/test_pool_laws": ("jobs/bronze/pool_records", "jobs/bronze/pool_retries"),
    "properties/test_state_laws": (
        "jobs/running/lookups", "pumploss/lake/segments/building", "pumploss/lake/segments/lookup",
    ),
    "properties/test_swap_source_laws": ("sources/interpreting/swaps",),
    "unit/dags/test_lake_wait": ("dags/waiting",),
    "unit/features/rolling/test_entries": ("features/rolling/mint_histories",),
    "unit/features/rolling/test_kernel": ("features/eligibility", "features/rolling/loops"),
    "unit/features/rolling/test_position_habits": (
        "features/rolling/position_chases", "features/rolling/position_stakes",
    ),
    "unit/features/rolling/test_positions": (
        "features/rolling/position_holds", "features/rolling/position_measures", "features/rolling/position_outcomes",
    ),
    "unit/features/test_feature_values": (
        "features/activity", "features/chasing", "features/disposition", "features/diversity", "features/entries",
        "features/holding", "features/insiders", "features/lifetime", "features/losses", "features/market",
        "features/outcomes", "features/paths", "features/positions", "features/ratios", "features/rhythm",
        "features/rolling/market", "features/sizing", "features/stakes", "features/timing", "features/tokens",
        "features/windows",
    ),
    "unit/jobs/gates/test_completeness": ("jobs/gates/completeness_rules", "jobs/gates/recorded"),
    "unit/jobs/reporting/test_site": (
        "jobs/commands/report", "jobs/reporting/figures", "jobs/reporting/gates", "jobs/reporting/index_page",
        "jobs/reporting/loss_parts", "jobs/reporting/night_page", "jobs/reporting/template",
    ),
    "unit/jobs/running/test_due_days": ("sources/landing/stamps",),
    "unit/jobs/test_gold_labels": ("features/labels", "features/rolling/outcomes"),
    "unit/jobs/test_gold_trader_entries": ("features/tapes/entry_days", "features/tapes/grouping"),
    "unit/jobs/test_gold_trader_mints": ("features/tapes/mint_days",),
    "unit/jobs/test_gold_trader_positions": ("features/tapes/position_walk", "features/tapes/positions"),
    "unit/jobs/test_gold_trader_rhythm": ("features/tapes/rhythm", "features/tapes/rhythm_walk"),
    "unit/jobs/test_silver_entries": ("features/tapes/entries", "features/tapes/entry_walk"),
    "unit/jobs/tokens/test_restating": ("jobs/tokens/decimals",),
    "unit/models/scoring/test_calibration": ("models/scoring/arrays", "models/scoring/errors"),
    "unit/jobs/alerting/test_needs": ("jobs/alerting/freshness", "jobs/alerting/need"),
    "unit/jobs/alerting/test_telling": ("jobs/alerting/sending", "jobs/commands/alert"),
    "unit/jobs/maintaining/test_upkeep": ("jobs/commands/maintain", "jobs/maintaining/chore"),
    "integration/test_consumer": ("models/lineage", "models/logged_model", "models/logged_run"),
    "unit/models/test_artifacts": ("models/scoring/served",),
    "unit/models/test_serving": ("models/scoring/answers",),
    "unit/models/scoring/test_predictor": ("models/scoring/trees",),
    "unit/models/shapley/test_splitting": ("models/shapley/kernel",),
    "unit/pnl/test_fifo": ("pnl/arrow_columns", "pnl/fifo_tables"),
    "unit/pumploss/lake/test_ledger": ("pumploss/clock",),
    "unit/pumploss/lake/test_locks": ("pumploss/lake/holders",),
    "unit/pumploss/lake/test_logs": ("pumploss/lake/table_version",),
    "unit/pumploss/embedded/test_private_port": ("pumploss/embedded/carrier",),
    "unit/pumploss/checks/data_docs/test_first_page": ("pumploss/checks/data_docs/judgements",),
    "unit/pumploss/checks/data_docs/test_site": (
        "pumploss/checks/data_docs/stores", "pumploss/checks/data_docs/whole_store",
    ),
    "unit/pumploss/test_catalog": ("pumploss/tables",),
    "unit/pumploss/test_compiled": ("pumploss/kernel_sources",),
    "unit/simulator/test_market": (
        "simulator/arrays", "simulator/assignment", "simulator/columns", "simulator/curve", "simulator/day_by_day",
        "simulator/launches", "simulator/noise", "simulator/pacing", "simulator/walk",
    ),
    "unit/simulator/test_measured_answers": ("simulator/answers", "simulator/moods"),
    "unit/simulator/test_measured_market": ("simulator/kinds",),
    "unit/simulator/test_measured_trades": (
        "simulator/book", "simulator/matching", "simulator/plans", "simulator/population",
    ),
    "unit/pumploss/test_hot": ("pumploss/hot_keys",),
    "unit/pumploss/test_fees": ("sources/interpreting/venues",),
    "unit/sources/test_sources": ("pumploss/reasons",),
}  # fmt: skip


def modules():
    """Every module that does something, by its path without ending."""
    paths = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return {path.relative_to(ROOT).with_suffix("").as_posix() for path in paths if not path.stem.startswith("__")}


def has_own_tests(module):
    parent, _, name = module.rpartition("/")
    return (TESTS / "unit" / parent / f"test_{name}.py").is_file()


def is_below(module, places):
    return any(module == place or module.startswith(f"{place}/") for place in places)


def test_every_module_has_tests_under_its_path():
    excused = tuple(place for places in COVERED_BY.values() for place in places)
    lacking = sorted(m for m in modules() if not has_own_tests(m) and not is_below(m, excused))
    assert not lacking, (
        f"write tests/unit/<path>/test_<module>.py, or name in COVERED_BY the tests that cover the module: {lacking}"
    )


@pytest.mark.parametrize("tests", COVERED_BY)
def test_what_is_excused_needs_the_excuse(tests):
    assert (TESTS / f"{tests}.py").is_file(), "the tests that are said to cover modules are gone"
    for place in COVERED_BY[tests]:
        inside = [module for module in modules() if is_below(module, (place,))]
        assert inside, f"{place} is gone: remove it from COVERED_BY"
        assert not all(map(has_own_tests, inside)), f"{place} has tests of its own: remove it from COVERED_BY"


def test_tests_of_a_module_are_where_the_module_is():
    """A test module may be about something that no module is; its folder always is a package's."""
    folders = {path.parent.relative_to(TESTS / "unit") for path in (TESTS / "unit").rglob("test_*.py")}
    assert not [str(folder) for folder in sorted(folders) if not (ROOT / folder).is_dir()]


def test_the_root_of_jobs_is_the_list_of_steps():
    stems = {path.stem for path in (ROOT / "jobs").glob("*.py")} - {"__init__", "__main__", "pipeline"}
    assert stems == set(BY_NAME), "how a step is done stands in a folder of jobs"


def test_the_root_of_sources_is_the_list_of_sources():
    stems = {path.stem for path in (ROOT / "sources").glob("*.py")} - {"__init__", "declaration"}
    assert stems == SOURCES.keys(), "a source is one file, and how sources are read stands in folders"


def test_the_contracts_are_the_list_of_tables():
    stems = {path.stem for path in (ROOT / "pumploss" / "tables").glob("*.py")} - {"__init__"}
    assert stems == catalog.tables().keys()


def test_test_files_are_short():
    long = {
        path.relative_to(TESTS).as_posix(): lines
        for path in TESTS.rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert not long, "split by subject"
