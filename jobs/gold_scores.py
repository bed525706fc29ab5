"""Scores every eligible trader as of T with the champions, or with the versions that a day was scored with before."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import reduce
from typing import Any

import polars as pl
import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from features.labels import HORIZON_DAYS
from features.registry import TABLE as FEATURES
from jobs.running.step_context import StepContext
from jobs.scoring.versions import (
    LOSS,
    RISK,
    TRAINED_BY,
    Versions,
    chosen,
    learned_otherwise,
    note,
    outdated,
    refuse_models_of_other_horizon,
    refuse_others,
    reused_numbers,
)
from models.registry import CHALLENGER, Registry
from models.serving import Pair
from pumploss.days import Days, listed, ordered, shift
from pumploss.errors import ModelError
from pumploss.tables.gold_scores import TABLE

#: What the scoring function returns; the percentile is added where all traders of the day are in sight.
_SCORED = tuple(column for column in TABLE.columns if column.name != "risk_percentile")


def run(context: StepContext, days: Days, rescore: bool = False) -> None:
    """Scores T = D + 1 for each day D and publishes.

    A day that has scores keeps the model versions that they name, unless `rescore` asks for today's champions. Without
    champions, days that were never scored are left alone. Other days whose features have changed since they were scored
    are scored with them, so that nobody keeps a score of a T that has no features of his. Raises ModelError where a day
    was scored by models that the registry no longer has, also where others bear their numbers now, or where models were
    trained on another horizon than this run's.
    """
    report, registry, again = context.report, Registry(context.settings), outdated(context, days)
    score_days = [shift(day, 1) for day in ordered({*days, *again})]
    anew = {shift(day, 1) for day in days} if rescore else set()
    grouped = chosen(context, registry, score_days, anew)
    pairs = {of: pair for of in sorted(grouped) if (pair := _pair(context, registry, of, grouped[of], anew, again))}
    if not pairs:
        lacking = [name for name in (LOSS, RISK) if registry.version(name) is None]
        report.skipped = "; ".join(_without_champion(registry, name, max(days)) for name in lacking or (LOSS, RISK))
        return
    scored = {of: grouped[of] for of in pairs}
    if missing := len(score_days) - sum(map(len, grouped.values())):
        report.warnings.append(f"{missing} days have no scores: there is no champion yet")
    if again:
        report.notes.append(f"the features of {listed(again)} have changed since they were scored: scored again")
    _publish(context, pairs, scored)
    report.details["versions"] = {f"{LOSS} {loss}, {RISK} {risk}": len(of) for (loss, risk), of in scored.items()}


def _without_champion(registry: Registry, name: str, day: date) -> str:
    """Says why a model does not serve, and what lets it."""
    known = [str(one.version) for one in registry.versions(name)]
    if not known:
        command = f"pumploss run {TRAINED_BY[name]} --day {day}"
        return f"there is no champion of {name} yet: train with `{command}` once enough days have matured"
    latest = registry.version(name, CHALLENGER) or known[-1]
    said = registry.tags(name, latest).get("gate")
    if said == "passed":
        return (
            f"there is no champion of {name}: version {latest} passed the gate, but the alias `champion` points to no "
            f"version any more. `pumploss model promote {name} {latest}` lets it serve, `pumploss model list` shows "
            "the others"
        )
    return (
        f"there is no champion of {name}: the gate kept version {latest} back ({said}). "
        f"`pumploss model show {name}` has the evidence; the next "
        f"training tries again, and `pumploss model promote {name}` lets a person decide otherwise"
    )


def _pair(
    context: StepContext, registry: Registry, versions: Versions, days: list[date], anew: set[date], again: Days
) -> Pair | None:
    """Loads a pair of versions for days; None, and a warning, where none of them was asked for and it is gone."""
    try:
        pair = Pair(registry.load(LOSS, versions[0]), registry.load(RISK, versions[1]))
        refuse_others(context, pair, set(days) - anew)
    except ModelError as error:
        if not {shift(day, -1) for day in days} <= set(again):
            raise
        context.report.warnings.append(
            f"the scores of {days[0]}, {len(days)} such days, rest on features that have changed: {error}"
        )
        return None
    refuse_models_of_other_horizon(registry, versions)
    context.report.warnings.extend(reused_numbers(context, pair, days))
    context.report.warnings.extend(learned_otherwise(registry, versions, shift(days[-1], -1)))
    return pair


def _publish(context: StepContext, pairs: dict[Versions, Pair], scored: dict[Versions, list[date]]) -> None:
    """Scores days by pairs, replaces their scores, and notes what they rest on."""
    score_days = sorted(day for days in scored.values() for day in days)
    parts = [transform(context.read(FEATURES, days), pairs[of]) for of, days in scored.items()]
    rows = context.publish(TABLE, reduce(DataFrame.unionByName, parts), score_days)
    note(context, scored, {of: pair.digests for of, pair in pairs.items()})
    if empty := [day for day in score_days if not rows.get(day)]:
        context.report.warnings.append(
            f"gold_trader_features has no rows of {empty[0]}, {len(empty)} such days: nothing to score"
        )


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
