"""Tells how results change with how much that counts on which an outcome rests, and which is uncertain.

Once rows are weighed, and once amounts: then every outcome, and with it the label, is what it would be if so much of
the uncertain amount were counted.
"""

from dataclasses import dataclass, replace

import numpy as np

from features.labels import LARGE_LAMPORTS, LARGE_PARTS, SEVERE_LAMPORTS
from models import metrics
from models.amount import LOSS_SOL
from models.baselines import Contender
from models.dataset import Flags, Floats, TrainingFrame, Uncertain
from models.spec import ModelSpec
from models.time_split import TimeSplit
from pumploss.money import LAMPORTS_PER_SOL

#: How often each certain row is counted, and how often an uncertain one at full, at half and at nothing.
CERTAIN, UNCERTAIN = 2, {"full": 2, "half": 1, "nothing": 0}
#: The part of an uncertain amount that outcomes count.
PARTS = {"full": 1.0, "half": 0.5, "nothing": 0.0}
LAST_PRICE, UNMATCHED = "last-price marks", "unmatched sells"


@dataclass(frozen=True)
class Doubt:
    """Holds measures of the locked rows with what is uncertain at a weight; what no row says is not a number.

    `weighed` are the `rows`, or the `amounts` of them. `rows` are the uncertain ones, `changed` how many of them have
    another label so than in the labels, which count last prices in full and unmatched sells not at all. `captured` is
    the share of SOL lost by the model's top tenth, `captured_by_volume` that of the volume's.
    """

    about: str
    weighed: str
    weight: str
    rows: int
    changed: int
    auc_exposed: float
    logloss: float
    mean_probability: float
    rate: float
    captured: float
    captured_by_volume: float


def measured(spec: ModelSpec, frame: TrainingFrame, parts: TimeSplit, model: Contender) -> tuple[Doubt, ...]:
    """Measure with last-price marks, and with sells of what was never bought, at full, at half and at nothing."""
    rows = parts.rows(frame, parts.test)
    given = _Rows(
        frame.target(spec.target)[rows], frame.loss_sol[rows], frame.is_exposed[rows], frame.volume[rows], model
    )
    about = {LAST_PRICE: frame.is_last_price_marked, UNMATCHED: frame.is_unmatched}
    weighed = [
        _counted(given, name, weight, flags[rows])
        for name, flags in about.items()
        if flags is not None
        for weight in UNCERTAIN
    ]
    if frame.uncertain is None:
        return tuple(weighed)
    amounts = Uncertain(**{name: values[rows] for name, values in vars(frame.uncertain).items()})
    valued = [_revalued(spec, given, name, weight, frame.pnl_sol[rows], amounts) for name in about for weight in PARTS]
    return (*weighed, *valued)


@dataclass(frozen=True)
class _Rows:
    """Holds the locked rows and what a model says of them."""

    outcome: Flags
    lost: Floats
    exposed: Flags
    volume: Floats
    model: Contender


def _counted(given: _Rows, about: str, weight: str, flagged: Flags) -> Doubt:
    # Counting rows so often weighs every measure at once, ties of rankings included.
    counted = np.repeat(np.arange(len(flagged)), np.where(flagged, UNCERTAIN[weight], CERTAIN))
    if not len(counted):
        return Doubt(about, "rows", weight, int(flagged.sum()), 0, *[float("nan")] * 6)
    by_money, model = given.model.by_money, given.model
    taken = _Rows(
        given.outcome[counted], given.lost[counted], given.exposed[counted], given.volume[counted],
        Contender(model.ranking[counted], model.probability[counted], by_money[counted]),
    )  # fmt: skip
    return Doubt(about, "rows", weight, int(flagged.sum()), 0, *_measures(taken))


def _revalued(spec: ModelSpec, given: _Rows, about: str, weight: str, pnl_sol: Floats, amounts: Uncertain) -> Doubt:
    part, capital = PARTS[weight], amounts.capital
    if about == LAST_PRICE:
        uncertain = (amounts.last_price_start != 0) | (amounts.last_price_end != 0)
        pnl = pnl_sol - (1 - part) * (amounts.last_price_end - amounts.last_price_start)
        capital = capital - (1 - part) * amounts.last_price_start
    else:
        uncertain = amounts.unmatched != 0
        pnl = pnl_sol + part * amounts.unmatched
    # Of what is certain no bit may move.
    outcome = np.where(uncertain, labelled(spec.target, pnl, capital), given.outcome)
    lost = np.where(uncertain, np.maximum(0.0, -pnl), given.lost)
    changed = int((outcome != given.outcome).sum())
    measures = _measures(replace(given, outcome=outcome, lost=lost))
    return Doubt(about, "amounts", weight, int(uncertain.sum()), changed, *measures)


def labelled(target: str, pnl_sol: Floats, capital_sol: Floats) -> Flags:
    """Label outcomes, SOL, as `gold_labels` does: which are losses, or severe ones of this capital at risk."""
    if target == "is_loss":
        return pnl_sol < -LOSS_SOL
    large, severe = LARGE_LAMPORTS / LAMPORTS_PER_SOL, SEVERE_LAMPORTS / LAMPORTS_PER_SOL
    return (pnl_sol <= -severe) | ((pnl_sol <= -large) & (-pnl_sol * LARGE_PARTS >= capital_sol))


def _measures(rows: _Rows) -> tuple[float, ...]:
    outcome, exposed, model = rows.outcome, rows.exposed, rows.model
    return (
        metrics.auc(outcome[exposed], model.ranking[exposed]),
        metrics.logloss(outcome, model.probability),
        float(model.probability.mean()),
        float(outcome.mean()),
        metrics.top_share(model.by_money, rows.lost),
        metrics.top_share(rows.volume, rows.lost),
    )
