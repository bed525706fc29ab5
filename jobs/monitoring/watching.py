"""Measures a night: inputs and scores against the version's own reference, and scores whose outcomes have matured."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from features.labels import HORIZON_DAYS
from models import matured
from models.bounds import Figure
from models.drift import Reference
from models.loss_model import SPEC as LOSS
from models.matured import Matured
from models.risk_model import SPEC as RISK
from models.scoring.served import Served
from models.spec import ModelSpec
from models.time_split import last_day
from pumploss.days import shift
from pumploss.errors import ModelError
from pumploss.money import LAMPORTS_PER_SOL

#: Digits that are kept: beyond them processors differ, and nothing is judged by them.
DIGITS = 6


@dataclass(frozen=True)
class Model:
    """Names what a model publishes: its version, its probability, and what ranks traders by what they may lose."""

    spec: ModelSpec
    version: str
    probability: str
    by_money: str


MODELS = (
    Model(LOSS, "loss_model_version", "p_loss", "expected_loss_sol"),
    Model(RISK, "risk_model_version", "p_severe", "p_severe"),
)


@dataclass(frozen=True)
class Watched:
    """Holds a figure with the model, version and span of T that it is of."""

    model: str
    version: str
    figure: Figure
    first_day: date
    last_day: date

    def row(self, as_of: date) -> dict[str, Any]:
        """Makes the row of `gold_monitoring`; what is not a finite number is missing."""
        figure = self.figure
        warn, stop = figure.bounds or (float("nan"), float("nan"))
        numbers = {"value": figure.value, "expected": figure.expected, "warn_bound": warn, "stop_bound": stop}
        return {
            "model": self.model,
            "model_version": self.version,
            "measure": figure.measure,
            "subject": figure.subject,
            **{name: round(number, DIGITS) if np.isfinite(number) else None for name, number in numbers.items()},
            "verdict": figure.verdict.value,
            "row_count": figure.rows,
            "support_count": figure.count,
            "first_score_day": self.first_day,
            "last_score_day": self.last_day,
            "monitor_day": as_of,
        }


def drift(reference: Reference, inputs: pl.DataFrame, probability: pl.Series) -> list[Figure]:
    """Measures how far inputs and probabilities of a day are from the version's reference."""
    rows = len(probability)
    support, traders = min(rows, reference.rows), reference.traders
    found = [
        Figure(
            "input_psi", spread.psi(inputs[name].to_numpy()), 0.0, len(inputs), support,
            spread.least_bound(rows, traders), name,
        )
        for name, spread in reference.inputs.items()
        if name in inputs.columns
    ]  # fmt: skip
    score, p = reference.score, probability.to_numpy()
    noise = score.least_bound(rows, traders)
    found.append(Figure("score_psi", score.psi(p), 0.0, rows, min(support, sum(score.counts)), noise))
    found.append(Figure("mean_probability", float(p.mean()), reference.mean_probability, rows, rows))
    found.append(Figure("eligible_traders", float(rows), reference.daily_rows, rows, rows))
    return found


def age(tags: Mapping[str, str], as_of: date) -> int:
    """Counts the days since the newest outcome that a version knows, by its tags. Raises ModelError without a range."""
    last = last_day(tags)
    if last is None:
        raise ModelError("the version does not say which days it was made from: train it again")
    return (as_of - shift(last, HORIZON_DAYS)).days


def of_matured(
    model: Model, rows: pl.DataFrame, load: Callable[[str, str], Served], tags: Callable[[str, str], Mapping[str, str]]
) -> list[Watched]:
    """Measures the matured scores of the version that gave the newest of them, but for days that it learned from.

    A T is judged only where its window begins with, or after, the newest outcome that the version knows by its tags: a
    T scored again by a later version would be judged by outcomes that its trees have seen. `learned_days` counts the T
    that are left out for it. Raises ModelError for a version without a range.
    """
    if rows.is_empty():
        return []
    name, newest = model.spec.name, rows["score_day"].max()
    version = str(rows.filter(pl.col("score_day") == newest)[model.version].max())
    own, known = rows.filter(pl.col(model.version) == version), tags(name, version)
    unseen = [day for day in own["score_day"].unique().to_list() if age(known, day) >= 0]
    is_unseen = pl.col("score_day").is_in(unseen)
    kept, left_out = own.filter(is_unseen), own.filter(~is_unseen)
    found = _judged(model, kept, load(name, version).metrics) if len(kept) else []
    if len(left_out):
        days, count = float(left_out["score_day"].n_unique()), len(left_out)
        found.append(_over(left_out, name, version, Figure("learned_days", days, float("nan"), count, count)))
    return found


def _judged(model: Model, own: pl.DataFrame, evidence: Any) -> list[Watched]:
    """Measures rows of one version beside its evidence."""
    version = str(own[model.version][0])
    lost = np.maximum(0.0, -own["outcome_lamports"].to_numpy() / LAMPORTS_PER_SOL)
    given = Matured(
        own[model.probability].to_numpy(),
        own[model.by_money].to_numpy(),
        own[model.spec.target].to_numpy().astype(bool),
        own["is_exposed"].to_numpy().astype(bool),
        lost,
        own["volume"].to_numpy(),
        own["trader_address"].rank("dense").to_numpy().astype(np.int64) - 1,
    )
    figures = matured.figures(given, evidence["model"])
    if model.spec.has_score:
        before = {one["band"]: one["share"] for one in evidence.get("large_losses", ()) if one["share"] is not None}
        figures += matured.large_losses(own["risk_band"].to_numpy().astype(np.str_), given, model.spec.seed, before)
    return [_over(own, model.spec.name, version, figure) for figure in figures]


def _over(rows: pl.DataFrame, name: str, version: str, figure: Figure) -> Watched:
    """Says of which span of T a figure is."""
    first, last = rows["score_day"].min(), rows["score_day"].max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    return Watched(name, version, figure, first, last)
