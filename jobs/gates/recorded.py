"""What was noted of the dumps of built days."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from jobs.gates.dump_measures import Dump
from jobs.running.context import Context
from pumploss.report import DayReport
from pumploss.tables.bronze_trades import TABLE


def recorded(context: Context, own: Mapping[date, DayReport] | None = None) -> dict[Dump, dict[str, Any]]:
    """Collects what was noted of built days: the ledger's words, and over them those of an earlier part of this run."""
    noted = {day: json.loads(context.ledger.outputs(TABLE.name, day)) for day in context.ledger.held(TABLE.name)}
    later = {day: counts.outputs for day, counts in (own or {}).items()}
    return {
        (day, source): measures
        for days in (noted, later)
        for day, outputs in days.items()
        for source, measures in outputs.get(TABLE.name, {}).get("completeness", {}).items()
    }
