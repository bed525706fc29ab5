"""Tells how results change with how much the rows count whose outcome rests on something uncertain."""

from dataclasses import dataclass

import numpy as np

from models import metrics
from models.baselines import Contender
from models.dataset import Flags, TrainingFrame
from models.spec import ModelSpec
from models.time_split import TimeSplit

#: How often each certain row is counted, and how often an uncertain one at full, at half and at nothing.
CERTAIN, UNCERTAIN = 2, {"full": 2, "half": 1, "nothing": 0}


@dataclass(frozen=True)
class Doubt:
    """Holds measures of the locked rows with the uncertain ones at a weight; what no row says is not a number.

    `rows` are the uncertain ones, `captured` is the share of SOL lost by the model's top tenth, `captured_by_volume`
    that of the volume's.
    """

    about: str
    weight: str
    rows: int
    auc_exposed: float
    logloss: float
    mean_probability: float
    rate: float
    captured: float
    captured_by_volume: float


def measured(spec: ModelSpec, frame: TrainingFrame, parts: TimeSplit, model: Contender) -> tuple[Doubt, ...]:
    """Measure with last-price marks, and with sells of what was never bought, at full, at half and at nothing."""
    rows = parts.rows(frame, parts.test)
    about = {"last-price marks": frame.is_last_price_marked, "unmatched sells": frame.is_unmatched}
    return tuple(
        _measure(spec, frame, rows, model, name, weight, flags[rows])
        for name, flags in about.items()
        if flags is not None
        for weight in UNCERTAIN
    )


def _measure(
    spec: ModelSpec, frame: TrainingFrame, rows: Flags, model: Contender, about: str, weight: str, flagged: Flags
) -> Doubt:
    # Counting rows so often weighs every measure at once, ties of rankings included.
    counted = np.repeat(np.arange(len(flagged)), np.where(flagged, UNCERTAIN[weight], CERTAIN))
    if not len(counted):
        return Doubt(about, weight, int(flagged.sum()), *[float("nan")] * 6)
    outcome, lost = frame.target(spec.target)[rows][counted], frame.loss_sol[rows][counted]
    exposed, p = frame.is_exposed[rows][counted], model.probability[counted]
    return Doubt(
        about,
        weight,
        int(flagged.sum()),
        metrics.auc(outcome[exposed], model.ranking[counted][exposed]),
        metrics.logloss(outcome, p),
        float(p.mean()),
        float(outcome.mean()),
        metrics.top_share(model.by_money[counted], lost),
        metrics.top_share(frame.volume[rows][counted], lost),
    )
