"""Sets what scores are measured from, and holds what became of their bands."""

from dataclasses import dataclass

from models.scoring.score import ScoreMap

#: At most this share of scores may lie at either end of the range, where it tells nobody apart.
MOST_AT_AN_END = 0.01


@dataclass(frozen=True)
class Band:
    """Tells what became of the rows of a band: their share of all, of SOL lost, how many lost severely, and how sure.

    `low` and `high` are the 95 % interval of `rate`; what cannot be said of an empty band is not a number.
    """

    name: str
    lowest: float
    row_share: float
    sol_share: float
    rate: float
    low: float
    high: float


def reference(positive: int, total: int) -> ScoreMap:
    """Make the map whose reference is the severe-loss odds of a first window."""
    return ScoreMap((positive + 0.5) / (total - positive + 0.5))
