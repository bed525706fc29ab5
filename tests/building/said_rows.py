"""Rows of the ledger as runs leave them, for what is only read from there."""

import json
from datetime import date
from typing import Any

from jobs.alerting.freshness import PUBLISHERS
from jobs.running.context import Context


def said(context: Context, step: str, status: str, *days: date, **given: Any) -> None:
    """Appends a row per day; `outputs` is taken as it would be noted. What was published has a file of its store."""
    outputs = json.dumps(given.pop("outputs", {}))
    row = {"run_id": "r", "step": step, "status": status, "seconds": 0.5, "peak_memory_bytes": 1, "inputs": "[]"}
    row |= {"code_version": "0", "landing": "../landing", "outputs": outputs, **given}
    context.ledger.append([{**row, "day": day} for day in days])
    if step in PUBLISHERS.values():
        folder = context.settings.warm_dir if step == "publish_warm" else context.settings.hot_dir
        (folder / "data").mkdir(parents=True, exist_ok=True)
