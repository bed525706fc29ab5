"""Sets the bounds of everything that is watched every night, in one table, and judges figures by them."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a figure stands: `few` says that there were too few rows to judge, `measured` that nothing bounds it."""

    OK = "ok"
    WARN = "warn"
    STOP = "stop"
    FEW = "few"
    MEASURED = "measured"


@dataclass(frozen=True)
class Bound:
    """Bounds one measure: past `warn` people should look, past `stop` the model is trained again.

    `distance` makes of a figure and what was expected the number that is held against them. With fewer rows, or
    fewer outcomes of either kind, than `fewest` nothing is judged.
    """

    measure: str
    distance: Callable[[float, float], float]
    warn: float
    stop: float
    fewest: int
    meaning: str


def _itself(value: float, _: float) -> float:
    return value


def _apart(value: float, expected: float) -> float:
    return abs(value - expected)


def _short(value: float, expected: float) -> float:
    return expected - value


def _lost_part(value: float, expected: float) -> float:
    return 1 - value / expected if expected > 0 else math.nan


def _times(value: float, expected: float) -> float:
    return max(value / expected, expected / value) if value > 0 and expected > 0 else math.inf


NEVER = math.inf
#: Rows on either side from which on a PSI says anything, and outcomes of either kind from which on a rate does.
FEWEST_ROWS, FEWEST_OUTCOMES = 3000, 500

BOUNDS = {
    bound.measure: bound
    for bound in (
        Bound("input_psi", _itself, 0.10, NEVER, FEWEST_ROWS, "PSI of an input against the training days"),
        Bound("score_psi", _itself, 0.10, 0.25, FEWEST_ROWS, "PSI of the probability against the locked days"),
        Bound(
            "calibration", _apart, 0.03, 0.06, FEWEST_OUTCOMES, "mean probability of matured scores, less observed rate"
        ),
        Bound(
            "auc_exposed", _short, 0.05, 0.10, FEWEST_OUTCOMES, "AUC of matured scores, below that of the locked days"
        ),
        Bound(
            "brier_skill",
            _lost_part,
            0.50,
            1.0,
            FEWEST_OUTCOMES,
            "skill of matured scores over their base rate: the part of the locked days' that is lost",
        ),
        Bound(
            "sol_captured",
            _short,
            0.05,
            NEVER,
            FEWEST_OUTCOMES,
            "SOL lost by the top tenth of matured scores, below that of the top tenth by volume",
        ),
        Bound("eligible_traders", _times, 2.0, NEVER, 300, "traders of the day, times more or fewer than at training"),
        Bound("age_days", _itself, 21, 42, 0, "days since the newest outcome that the model knows"),
    )
}


@dataclass(frozen=True)
class Figure:
    """Holds one measured figure of a model: `subject` is the input that it is about, or `all`.

    `expected` is what it is compared with, NaN where there is nothing. `count` are the rows, or the rarer outcomes,
    that it rests on. Bounds are no lower than `noise`, which chance alone may reach.
    """

    measure: str
    value: float
    expected: float
    rows: int
    count: int
    noise: float = 0.0
    subject: str = "all"

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Return the distances from which on this figure warns and stops; None where nothing bounds it."""
        bound = BOUNDS.get(self.measure)
        if bound is None:
            return None
        return max(bound.warn, self.noise), max(bound.stop, self.noise)

    @property
    def verdict(self) -> Verdict:
        """Judge the figure; what cannot be compared is only measured."""
        bound, limits = BOUNDS.get(self.measure), self.bounds
        if bound is None or limits is None:
            return Verdict.MEASURED
        if self.count < bound.fewest:
            return Verdict.FEW
        distance = bound.distance(self.value, self.expected)
        if math.isnan(distance):
            return Verdict.MEASURED
        warn, stop = limits
        return Verdict.STOP if distance > stop else Verdict.WARN if distance > warn else Verdict.OK
