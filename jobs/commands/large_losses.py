"""What became of those who lost much, in `model show`: how many a version had called safe, then and since."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from jobs.running.context import open_context
from models.large_losses import CALM
from models.matured import LARGE_MEASURES
from pumploss.settings import Settings
from pumploss.tables.gold_monitoring import TABLE

Row = dict[str, Any]


def of_version(settings: Settings, name: str, version: str, evidence: Mapping[str, Any], locked: str) -> list[Row]:
    """Lists, per calm band, the share of rows that lost 5 SOL or more: on the locked days, and on matured nights.

    `locked` names the locked days. A version without a score, or of before this was kept, has none of the former.
    """
    then = [{"of": f"locked days {locked}", **one} for one in evidence.get("large_losses", ())]
    return then + _since(settings, name, version)


def _since(settings: Settings, name: str, version: str) -> list[Row]:
    """Reads what the latest night that could tell has found of the version."""
    own = (pl.col("model") == name) & (pl.col("model_version") == version) & pl.col("measure").is_in(LARGE_MEASURES)
    with open_context(settings) as context:
        if not context.lake.exists(TABLE):
            return []
        rows = pl.scan_delta(context.lake.path(TABLE)).filter(own).collect()
    latest = rows.filter(pl.col("monitor_day") == rows["monitor_day"].max()) if len(rows) else rows
    return [_row(latest.filter(pl.col("subject") == band).to_dicts()) for band in CALM if band in latest["subject"]]


def _row(figures: Sequence[Row]) -> Row:
    one, values = figures[0], {figure["measure"]: figure["value"] for figure in figures}
    share, low, high = (values[measure] for measure in LARGE_MEASURES)
    return {
        "of": f"matured nights {one['first_score_day']}..{one['last_score_day']}",
        "band": one["subject"],
        "large": one["row_count"],
        "rows": one["support_count"],
        "share": share,
        "low": low,
        "high": high,
    }
