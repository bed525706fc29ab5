"""Scores every eligible trader as of T with the champions, or with the versions that a day was scored with before."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

import polars as pl
import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from features.labels import HORIZON_DAYS
from features.registry import TABLE as FEATURES
from jobs.running.step_context import StepContext
from models.registry import Registry
from models.serving import Pair
from pumploss.days import Days, shift
from pumploss.tables.gold_scores import TABLE

Versions = tuple[str, str]

LOSS, RISK = "loss-prediction", "risk-score"

#: What the scoring function returns; the percentile is added where all traders of the day are in sight.
_SCORED = tuple(column for column in TABLE.columns if column.name != "risk_percentile")


def run(context: StepContext, days: Days, rescore: bool = False) -> None:
    """Scores T = D + 1 for each day D and publishes.

    A day that has scores keeps the model versions that they name, unless `rescore` asks for today's champions. Without
    champions, days that were never scored are left alone.
    """
    report, registry = context.report, Registry(context.settings)
    chosen = _chosen(context, registry, [shift(day, 1) for day in days], rescore)
    if not chosen:
        report.skipped = (
            f"there is no champion of {LOSS} and {RISK} yet: train with `python -m jobs run train_loss_model` and "
            "`train_risk_model` once enough days have matured, then run this step again"
        )
        return
    if missing := len(days) - sum(len(scored) for scored in chosen.values()):
        report.warnings.append(f"{missing} days have no scores: there is no champion yet")
    parts = [_scored(context, registry, versions, scored) for versions, scored in sorted(chosen.items())]
    frame = parts[0]
    for part in parts[1:]:
        frame = frame.unionByName(part)
    score_days = sorted(day for scored in chosen.values() for day in scored)
    rows = context.publish(TABLE, frame, score_days)
    if empty := [day for day in score_days if not rows.get(day)]:
        report.warnings.append(
            f"gold_trader_features has no rows of {empty[0]}, {len(empty)} such days: nothing to score"
        )
    report.details["versions"] = {
        f"{LOSS} {loss}, {RISK} {risk}": len(scored) for (loss, risk), scored in chosen.items()
    }


def _chosen(
    context: StepContext, registry: Registry, days: Iterable[date], rescore: bool
) -> dict[Versions, list[date]]:
    """Groups the score days by the pair of versions that scores them."""
    recorded = {} if rescore else _recorded(context, list(days))
    champions = (registry.version(LOSS), registry.version(RISK)) if set(days) - recorded.keys() else (None, None)
    chosen: dict[Versions, list[date]] = {}
    for day in days:
        loss, risk = recorded.get(day, champions)
        if loss is not None and risk is not None:
            chosen.setdefault((loss, risk), []).append(day)
    return chosen


def _recorded(context: StepContext, days: list[date]) -> dict[date, Versions]:
    """Looks up the versions that the days' published scores name."""
    built = context.lake.rows_by_day(TABLE)
    known = [day for day in days if built.get(day)]
    if not known:
        return {}
    columns = ("score_day", "loss_model_version", "risk_model_version")
    rows = context.read_own(TABLE, known).groupBy(*columns).count().collect()
    return {row.score_day: (row.loss_model_version, row.risk_model_version) for row in sorted(rows)}


def _scored(context: StepContext, registry: Registry, versions: Versions, days: list[date]) -> DataFrame:
    pair = Pair(registry.load(LOSS, versions[0]), registry.load(RISK, versions[1]))
    return transform(context.read(FEATURES, days), pair)


def transform(features: DataFrame, pair: Pair) -> DataFrame:
    """Scores each row of features, then ranks it among the day's traders."""
    ddl = ", ".join(f"{column.name} {column.type.spark}" for column in _SCORED)
    needed = ["trader_address", "as_of", "known_at", "feature_day", *pair.columns]
    scored = features.select(*needed).mapInArrow(scorer(pair), ddl)
    of_day = Window.partitionBy("score_day")
    lower = (F.rank().over(of_day.orderBy("p_severe")) - F.lit(1)).cast("double")
    return scored.withColumn("risk_percentile", lower / F.count(F.lit(1)).over(of_day)).select(*TABLE.names)


def scorer(pair: Pair) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Makes a function over Arrow batches of features that gives batches of scores."""

    def batches(given: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in given:
            if batch.num_rows:
                yield scores(batch, pair)

    return batches


def scores(batch: pa.RecordBatch, pair: Pair) -> pa.RecordBatch:
    """Scores one batch of feature rows, in contract order without the percentile."""
    rows = pl.DataFrame(pl.from_arrow(batch))
    scored = pair.score(rows)
    constant: dict[str, Any] = {
        "horizon_days": HORIZON_DAYS,
        "loss_model_version": pair.loss.version,
        "risk_model_version": pair.risk.version,
        "score_version": pair.score_version,
    }
    given = {"trader_address": "trader_address", "as_of": "as_of", "scored_at": "as_of", "known_at": "known_at"}
    values: dict[str, Any] = {
        **vars(scored),
        **{name: [value] * len(rows) for name, value in constant.items()},
        **{name: batch.column(source) for name, source in given.items()},
        "score_day": batch.column("feature_day"),
    }
    columns = [_column(values[column.name], column.type.arrow) for column in _SCORED]
    return pa.RecordBatch.from_arrays(columns, names=[column.name for column in _SCORED])


def _column(values: Any, kind: pa.DataType) -> pa.Array:
    return values.cast(kind) if isinstance(values, pa.Array) else pa.array(values, type=kind)
