"""Makes the simple forecasts that a model must beat, each in its fairest form: calibrated on the model's own slice."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from models import boosting
from models.crossfit import marked, thinned
from models.dataset import Flags, Floats, TrainingFrame
from models.spec import SEED_INPUTS, ModelSpec
from models.time_split import Fold, TimeSplit


@dataclass(frozen=True)
class Contender:
    """Holds a ranking and the probabilities made from it, for the rows that are judged.

    `expected_sol` ranks by money; who says nothing of it is ranked by the same as before.
    """

    ranking: Floats
    probability: Floats
    expected_sol: Floats | None = None

    @property
    def by_money(self) -> Floats:
        """Return the ranking that says where the money is lost."""
        return self.ranking if self.expected_sol is None else self.expected_sol


#: What a person would look at first; amounts go in as signed logarithms, all else as it is.
LOGISTIC_INPUTS = (
    "buy_sol_7d", "buy_sol_30d", "total_trades_7d", "active_days_30d", "recency_hours", "wallet_age_days",
    "equity_pnl_sol_7d", "equity_pnl_sol_30d", "total_losses_30d", "win_rate_30d", "equity_loss_ratio_30d",
    "ewma_loss_ratio_30d", "equity_sol", "stake_median_sol_30d", "hold_median_log_30d", "open_positions",
)  # fmt: skip

#: More of them make so few inputs no better.
SEED_ROUNDS = 120

#: Rankings by one figure that is known at T: how it is read off the frame.
RANKINGS: dict[str, Callable[[TrainingFrame], Floats]] = {
    "formula": lambda frame: frame.formula,
    "persistence": lambda frame: np.maximum(0.0, -column(frame, "equity_pnl_sol_7d")),
    "fading_loss_ratio": lambda frame: column(frame, "ewma_loss_ratio_30d"),
    "volume": lambda frame: frame.volume,
    "losses_30d": lambda frame: -column(frame, "total_losses_30d"),
}


def column(frame: TrainingFrame, name: str, rows: Flags | slice = slice(None)) -> Floats:
    """Take one input of these rows, 0 where it is missing; of a frame without it, 0 throughout, which ranks nobody."""
    if name not in frame.names:
        return np.zeros(len(frame))[rows]
    return np.nan_to_num(frame.x[rows, frame.names.index(name)].astype(np.float64))


def rivals(frame: TrainingFrame, parts: TimeSplit, spec: ModelSpec) -> dict[str, Contender]:
    """Forecast the locked rows by each baseline; none of them sees an outcome of the locked days.

    B0 is the trailing base rate, B1 the requester's formula, B2 what the last seven days lost, B3 their fading loss
    ratio, B4 the volume bought, B5 a logistic regression, B6 trees on the requester's inputs alone; and what was lost
    in 30 days, which ranks by money better than most.
    """
    calibrate, test = (parts.rows(frame, days) for days in (parts.calibrate, parts.test))
    outcome = frame.target(spec.target)
    rate = np.full(int(test.sum()), float(outcome[calibrate].mean()))
    found = {"base_rate": Contender(rate, rate)}
    for name, ranking in RANKINGS.items():
        said = ranking(frame)
        found[name] = Contender(said[test], calibrated(said[calibrate], outcome[calibrate], said[test]))
    known = np.concatenate([outcome[marked(frame, fold.test)] for fold in parts.folds])
    for name, learn in (("logistic", _logistic), ("seed_trees", _seed_trees)):
        asked = learn(frame, spec)
        # Calibrated as the model is: on what trees, or lines, of earlier days said of each fold.
        *before, said = [asked(fold) for fold in (*parts.folds, parts.locked)]
        found[name] = Contender(said, calibrated(np.concatenate(before), known, said))
    return found


def calibrated(ranking: Floats, outcome: Flags, asked: Floats) -> Floats:
    """Turn a ranking into probabilities, isotonic between its knots, never surer than so many rows allow."""
    surest = 1 / (len(outcome) + 2)
    fitted = IsotonicRegression(out_of_bounds="clip").fit(ranking, outcome.astype(np.float64))
    p: Floats = np.clip(fitted.predict(asked), surest, 1 - surest)
    return p


def _logistic(frame: TrainingFrame, spec: ModelSpec) -> Callable[[Fold], Floats]:
    outcome = frame.target(spec.target)

    def asked(fold: Fold) -> Floats:
        fit = thinned(spec, frame, fold.train)
        learned = _bent(frame, fit)
        centre, spread = learned.mean(axis=0), learned.std(axis=0)
        learned, test = (
            (rows - centre) / np.where(spread > 0, spread, 1.0)
            for rows in (learned, _bent(frame, marked(frame, fold.test)))
        )
        model = LogisticRegression(C=1.0, max_iter=300).fit(learned, outcome[fit])
        log_odds: Floats = model.decision_function(test)
        return log_odds

    return asked


def _bent(frame: TrainingFrame, rows: Flags) -> Floats:
    """Take what a line learns from of these rows, as signed logarithms: of all rows they would fill many times more."""
    known = [column(frame, name, rows) for name in LOGISTIC_INPUTS if name in frame.names]
    plain = np.stack([*known, frame.formula[rows], frame.volume[rows]], axis=1)
    bent: Floats = np.sign(plain) * np.log1p(np.abs(plain))
    return bent


def _seed_trees(frame: TrainingFrame, spec: ModelSpec) -> Callable[[Fold], Floats]:
    names = [name for name in SEED_INPUTS if name in frame.names]
    places = np.array([frame.names.index(name) for name in names], np.intp)
    outcome = frame.target(spec.target)

    def asked(fold: Fold) -> Floats:
        test = marked(frame, fold.test)
        if not names:
            return np.zeros(int(test.sum()))
        fit = thinned(spec, frame, fold.train)
        rows = boosting.Rows(spec, names, [0] * len(names), frame.x[np.ix_(np.flatnonzero(fit), places)])
        return boosting.raw(rows.grow(outcome[fit], rounds=SEED_ROUNDS), frame.x[np.ix_(np.flatnonzero(test), places)])

    return asked
