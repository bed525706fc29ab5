"""What may be read and imported where."""

import ast
import subprocess
import sys

import pytest

from pumploss.settings import ROOT

PACKAGES = (
    "benchmarks", "dags", "feature_repo", "features", "jobs", "models", "pnl", "pumploss", "simulator", "sources",
)  # fmt: skip

#: Where the environment may be touched beside `pumploss/settings.py`, and why: to set what libraries and children read.
MAY_SET = {
    "pumploss/engine.py": "what the engines read of the environment of this process",
    "pumploss/cluster_session.py": "what the client of a cluster reads when it starts",
    "pumploss/embedded/engine_server.py": "what the embedded engine and its client read when they start",
    "models/scoring/trees.py": "how threads of the library wait",
    "models/quiet_mlflow.py": "what MLflow reads of the environment of this process",
    "jobs/airflow/environment.py": "the environment of Airflow's processes",
    "feature_repo/__main__.py": "the environment of Feast's own command",
}

#: Too heavy for what a shell completes, Airflow parses or a worker unpickles.
HEAVY = {
    "airflow", "boto3", "deltalake", "duckdb", "feast", "great_expectations", "lightgbm", "mlflow", "numba",
    "numpy", "pandas", "polars", "psycopg", "pyarrow", "pysail", "pyspark", "redis", "s3fs", "sklearn",
}  # fmt: skip


def modules():
    """Every Python file of the project by its path from the root."""
    return {
        str(path.relative_to(ROOT)): path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))
    }


def environment_uses(path):
    """Lines that touch the environment of the process."""
    tree = ast.parse(path.read_text())
    named = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
        and node.attr in ("environ", "environb", "getenv", "putenv")
    ]
    imported = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module == "os"
        and {a.name for a in node.names} & {"environ", "getenv"}
    ]
    return named + imported


def test_only_settings_reads_the_environment():
    using = {name: lines for name, path in modules().items() if (lines := environment_uses(path))}
    unexpected = {name: lines for name, lines in using.items() if name not in {*MAY_SET, "pumploss/settings.py"}}
    assert not unexpected, f"take it from pumploss.settings.Settings instead: {unexpected}"
    assert using.keys() >= MAY_SET.keys(), "remove from the list what no longer needs it"


@pytest.mark.parametrize("name", ["pumploss/engine.py", "models/scoring/trees.py", "models/quiet_mlflow.py"])
def test_libraries_are_told_but_nobody_is_overruled(name):
    text = (ROOT / name).read_text()
    assert text.count("os.environ") == text.count("os.environ.setdefault(")


@pytest.mark.parametrize(
    "module",
    ["jobs.pipeline", "jobs.commands", "pumploss.catalog", "pumploss.settings", "pumploss.lake", "features.registry"],
)
def test_a_fresh_interpreter_imports_it_without_heavy_libraries(module):
    code = f"import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    heavy = HEAVY & set(found.stdout.split())
    assert not heavy, f"import {heavy} inside the functions that need it"


def test_tests_are_no_package():
    assert not list((ROOT / "tests").rglob("__init__.py"))
