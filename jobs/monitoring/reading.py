"""What is read of a night that is watched: its scores and inputs, and scores of before whose outcomes are known."""

from collections.abc import Iterable
from datetime import date

import polars as pl
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from features.labels import HORIZON_DAYS
from features.registry import TABLE as FEATURES
from jobs.running.step_context import StepContext
from pumploss.days import midnight, shift, span
from pumploss.tables import gold_labels, gold_scores

#: Matured scores are judged over so many T at once: one T alone is mostly the luck of its week.
MATURED_DAYS = 7

_VERSIONS = ("loss_model_version", "risk_model_version")
_SCORED = ("p_loss", "p_severe", "expected_loss_sol", "risk_band", *_VERSIONS)


def scores(context: StepContext, as_of: date) -> pl.DataFrame:
    """Reads the scores of T: probabilities and the versions that gave them."""
    return _polars(context.read(gold_scores.TABLE, [as_of]).select("p_loss", "p_severe", *_VERSIONS))


def inputs(context: StepContext, as_of: date, names: Iterable[str]) -> pl.DataFrame:
    """Reads those of the named inputs that the features of T have, as doubles, missing values as NaN."""
    held = context.read(FEATURES, [as_of])
    wanted = [F.col(name).cast("double").alias(name) for name in names if name in held.columns]
    return _polars(held.select(*wanted)).fill_null(float("nan"))


def matured(context: StepContext, as_of: date) -> pl.DataFrame:
    """Joins the scores of the last seven T whose horizon has closed by T to outcomes known at T, and to the volume."""
    last = shift(as_of, -HORIZON_DAYS)
    held = context.lake.rows_by_day(gold_labels.TABLE).keys() & context.lake.rows_by_day(gold_scores.TABLE).keys()
    days = sorted(set(span(shift(last, 1 - MATURED_DAYS), last)) & held)
    if not days:
        return pl.DataFrame()
    key = ["trader_address", "as_of"]
    outcome = ("outcome_lamports", "is_exposed", "is_loss", "is_severe_loss")
    labels = context.read(gold_labels.TABLE, days).where(F.col("known_at") <= F.lit(midnight(as_of)))
    labels = labels.where(F.col("horizon_days") == HORIZON_DAYS).select(*key, *outcome)
    given = context.read(gold_scores.TABLE, days).where(F.col("horizon_days") == HORIZON_DAYS)
    volume = context.read(FEATURES, days).select(*key, F.coalesce("buy_sol_7d", F.lit(0.0)).alias("volume"))
    joined = given.select(*key, "score_day", *_SCORED).join(labels, key).join(volume, key)
    return _polars(joined)


def _polars(frame: DataFrame) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(frame.toArrow()))
