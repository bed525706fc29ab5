"""Measures published probabilities whose outcomes have become known since: how right they were, how sure that is."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models import metrics
from models.bootstrap import Draws
from models.bounds import Figure
from models.dataset import Flags, Floats
from models.large_losses import called

#: Chance seldom passes so many standard errors, and bounds are no lower.
ERRORS = 3.0

#: A share of large losses, and the ends of its interval.
LARGE_MEASURES = ("large_loss_share", "large_loss_share_low", "large_loss_share_high")


@dataclass(frozen=True)
class Matured:
    """Holds rows with a published score and a known outcome.

    `by_money` ranks by what may be lost, `lost` are SOL, `volume` the SOL bought in the week before T, `trader` numbers
    the traders from 0.
    """

    probability: Floats
    by_money: Floats
    outcome: Flags
    is_exposed: Flags
    lost: Floats
    volume: Floats
    trader: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.outcome)


def figures(rows: Matured, test_days: Mapping[str, float]) -> list[Figure]:
    """Measure matured rows beside what the version's evidence says of its locked days; nothing of no rows."""
    if not len(rows):
        return []
    outcome, p = rows.outcome, rows.probability
    rarer = int(min(outcome.sum(), (~outcome).sum()))
    rate, squared = float(outcome.mean()), metrics.brier(outcome, p)
    simple = rate * (1 - rate)
    gap_error = clustered_error(p - outcome, rows.trader)
    skill = 1 - squared / simple if simple > 0 else float("nan")
    captured, by_volume = (metrics.top_share(ranking, rows.lost) for ranking in (rows.by_money, rows.volume))

    def told(name: str) -> float:
        return float(test_days.get(name, float("nan")))

    return [
        Figure("calibration", float(p.mean()), rate, len(rows), rarer, ERRORS * gap_error),
        _auc(rows, told("auc_exposed")),
        Figure("brier", squared, told("brier"), len(rows), rarer),
        Figure("brier_skill", skill, told("brier_skill"), len(rows), rarer),
        Figure("sol_captured", captured, by_volume, len(rows), rarer),
    ]


def large_losses(band: npt.NDArray[np.str_], rows: Matured, seed: int, test_days: Mapping[str, float]) -> list[Figure]:
    """Measure which share of the rows that lost 5 SOL or more were called safe, and its 95 % interval over traders.

    The subject is the band, `test_days` has the share on the locked days by band. Nothing where nobody lost so much.
    """
    found = called(band, rows.lost, Draws(rows.trader, seed))
    return [
        Figure(measure, value, test_days.get(one.band, float("nan")), one.large, one.rows, subject=one.band)
        for one in found
        if one.large
        for measure, value in zip(LARGE_MEASURES, (one.share, one.low, one.high), strict=True)
    ]


def _auc(rows: Matured, expected: float) -> Figure:
    exposed = rows.is_exposed
    outcome, p = rows.outcome[exposed], rows.probability[exposed]
    rarer = int(min(outcome.sum(), (~outcome).sum()))
    value = metrics.auc(outcome, p)
    noise = ERRORS * auc_error(outcome, p, rows.trader[exposed]) if rarer else 0.0
    return Figure("auc_exposed", value, expected, len(outcome), rarer, noise)


def clustered_error(values: Floats, cluster: npt.NDArray[np.int64]) -> float:
    """Compute the standard error of a mean whose rows depend on each other within clusters."""
    return float(np.sqrt((np.bincount(cluster, weights=values - values.mean()) ** 2).sum()) / len(values))


def auc_error(outcome: Flags, ranking: Floats, cluster: npt.NDArray[np.int64]) -> float:
    """Compute the standard error of the AUC, rows of one cluster depending on each other (DeLong, Obuchowski)."""
    area = metrics.auc(outcome, ranking)
    placed = np.empty(len(ranking))
    for inside, sign in ((outcome, 1.0), (~outcome, -1.0)):
        # The part of the other kind that a row ranks right with; ties count half.
        others, own = np.sort(sign * ranking[~inside]), sign * ranking[inside]
        sides = np.searchsorted(others, own, "left") + np.searchsorted(others, own, "right")
        placed[inside] = (sides / (2 * len(others)) - area) / len(own)
    return float(np.sqrt((np.bincount(cluster, weights=placed) ** 2).sum()))
