"""Every thing has one room: the root of a package is the list of its things, and a module's tests bear its name."""

from features.registry import features
from pumploss.settings import ROOT

PACKAGES = ("dags", "feature_repo", "features", "jobs", "models", "pnl", "pumploss", "simulator", "sources")
UNIT = ROOT / "tests" / "unit"
MOST_LINES = 250

#: Modules without a test module under the same path, by the tests that cover them; folders stand for all in them.
COVERED_ELSEWHERE = {
    "tests/architecture/test_dags.py": ("dags/backfill", "dags/daily", "dags/weekly_training"),
    "tests/architecture/test_drift.py": ("jobs/pipeline", "pumploss/columns"),
    "tests/integration/test_airflow.py": ("jobs/airflow",),
    "tests/integration/test_embedded_postgres.py": ("pumploss/embedded/postgres_server",),
    "tests/integration/test_embedded_redis.py": ("pumploss/embedded/redis_server",),
    "tests/integration/test_feast.py": ("feature_repo/online",),
    "tests/integration/test_models.py": ("models/registry", "models/loss_model", "models/risk_model"),
    "tests/integration/test_publishing.py": ("pumploss/warm/slices",),
    "tests/integration/test_spark_parity.py": ("pumploss/engine",),
    "tests/unit/features/rolling/test_kernel.py": ("features/eligibility", "features/rolling/rows"),
    "tests/unit/features/rolling/test_loops.py": (),
    "tests/unit/features/test_feature_values.py": (
        *(f"features/{group}" for group in sorted({one.group for one in features()})),
        "features/ratios",
        "features/windows",
        "features/rolling/loops",
    ),
    "tests/unit/jobs/test_gold_labels.py": ("features/labels", "features/rolling/outcomes"),
    "tests/unit/pumploss/checks/data_docs/test_site.py": ("pumploss/checks/data_docs/stores",),
    "tests/unit/pumploss/test_catalog.py": ("pumploss/tables",),
    "tests/unit/simulator/test_market.py": (),
    "tests/unit/sources/test_sources.py": ("pumploss/reasons",),
}
