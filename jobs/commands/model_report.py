"""`model report`: the page of a registered version, with what monitoring has found of it since."""

from pathlib import Path
from typing import Any

import polars as pl

from jobs.running.context import open_context
from models.loss_model import SPEC as LOSS
from models.registry import Registry
from models.report.page import page
from models.risk_model import SPEC as RISK
from pumploss.settings import Settings
from pumploss.tables.gold_monitoring import TABLE
from pumploss.whole_files import write_whole

#: Nights that are shown, the latest.
MOST_NIGHTS = 60


def write(settings: Settings, registry: Registry, name: str, version: str, to: str | None) -> Path:
    """Writes the page of a version, by default beside the other files of the home; answers its path."""
    evidence: Any = registry.load(name, version).metrics
    purpose = {spec.name: spec.purpose for spec in (LOSS, RISK)}[name]
    since = nights(settings, name, version)
    text = page(f"{name} version {version}", purpose, evidence, registry.tags(name, version), since)
    path = Path(to) if to else settings.home / "reports" / f"{name}-{version}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text)
    return path


def nights(settings: Settings, name: str, version: str) -> list[dict[str, Any]]:
    """Reads what monitoring has measured of a version: a row per night, with a column per measure of all its rows."""
    of_version = (pl.col("model") == name) & (pl.col("model_version") == version) & (pl.col("subject") == "all")
    with open_context(settings) as context:
        if not context.lake.exists(TABLE):
            return []
        rows = pl.scan_delta(context.lake.path(TABLE)).filter(of_version)
        found = rows.select("monitor_day", "measure", "value").collect()
    if found.is_empty():
        return []
    wide = found.pivot("measure", index="monitor_day", values="value").sort("monitor_day").tail(MOST_NIGHTS)
    return wide.rename({"monitor_day": "day"}).to_dicts()
