"""Homes of lakes: their settings, copies of built ones, and what their tables hold."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from features import registry
from jobs.running.context import Context, open_context
from jobs.running.nightly import DATA_STEPS, landed_days
from jobs.running.runner import run_steps
from pumploss import catalog, checks
from pumploss.contract import Table
from pumploss.settings import Settings, from_environment


def settings_of(home: Path, landing: Path | str = "") -> Settings:
    """Settings with every store below a home, on the engine of the whole run."""
    kept = {"SPARK_REMOTE": os.environ.get("SPARK_REMOTE", "")}
    return from_environment({**kept, "PUMPLOSS_HOME": str(home), "PUMPLOSS_LANDING": str(landing)})


@contextmanager
def opened(home: Path, landing: Path | str = "") -> Iterator[Context]:
    """Opens a context on the lake of a home."""
    with open_context(settings_of(home, landing)) as context:
        yield context


def build(context: Context) -> None:
    """Builds every landed day in one pass through all steps that need no model."""
    run_steps(context, [step.name for step in DATA_STEPS], landed_days(context.landing))


def copied(home: Path, to: Path) -> Path:
    """Copies a home with its built lake, which then belongs to the landing below the copy."""
    shutil.copytree(home, to)
    return to


def data_tables() -> list[Table]:
    """Every table of a lake but the ledger, with the columns that the registry of features adds."""
    tables = {**catalog.tables(), registry.TABLE.name: registry.TABLE}
    return [table for name, table in tables.items() if name != "run_ledger"]


def contents(context: Any) -> dict[tuple[str, date], str]:
    """Measures the content digest of every built day of every table that the lake holds."""
    return {
        (table.name, day): digest
        for table in data_tables()
        if context.lake.exists(table)
        for day, digest in checks.digests(table, context.lake.read(table)).items()
    }
