"""Maps the odds of a severe loss to a 0-100 score, always in the same way: a score means the same on every day."""

import json
from dataclasses import dataclass
from typing import Self

import numpy as np

from .arrays import Floats
from .errors import ScoringError

#: Goes up with the reference odds, the points per doubling or the bands; each version's reference odds are set once.
SCORE_VERSION = "2"
#: Ten doublings lie on either side of the reference: odds from a thousandth of it to a thousandfold. With ten points,
#: five on either side, one score in fourteen was exactly 0.
POINTS_PER_DOUBLING = 5.0

#: Lowest score of each band: a quarter of the reference odds, the reference, twice and four times as much.
BANDS = (("very low", 0.0), ("low", 40.0), ("medium", 50.0), ("high", 55.0), ("very high", 60.0))


@dataclass(frozen=True)
class ScoreMap:
    """Computes score = clip(50 + 5 * log2(odds / reference odds), 0, 100).

    50 is the reference risk, five points more double the odds.
    """

    odds_reference: float
    version: str = SCORE_VERSION

    def __post_init__(self) -> None:
        if not (np.isfinite(self.odds_reference) and self.odds_reference > 0):
            raise ScoringError(f"Score version {self.version}: reference odds {self.odds_reference} are not positive.")

    def score(self, log_odds: Floats) -> Floats:
        """Turn calibrated log-odds into scores."""
        doublings: Floats = (log_odds - np.log(self.odds_reference)) / np.log(2.0)
        scores: Floats = np.clip(50.0 + POINTS_PER_DOUBLING * doublings, 0.0, 100.0)
        return scores

    def to_json(self) -> str:
        """Write the map and its bands."""
        bands = [{"band": name, "from": lowest} for name, lowest in BANDS]
        content = {"odds_reference": self.odds_reference, "points_per_doubling": POINTS_PER_DOUBLING, "bands": bands}
        return json.dumps({"score_version": self.version, **content})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote. Raises ScoringError for any other content."""
        try:
            content = json.loads(text)
            points = content["points_per_doubling"]
            restored = cls(float(content["odds_reference"]), str(content["score_version"]))
        except (ValueError, KeyError, TypeError) as error:
            raise ScoringError(f"score_map.json cannot be read: {error!r}. Train the model again.") from error
        if points != POINTS_PER_DOUBLING:
            raise ScoringError(
                f"score_map.json gives {points} points per doubling, this code {POINTS_PER_DOUBLING}: score "
                "with the code that wrote it, or train again under a new score version."
            )
        return restored


def bands(scores: Floats) -> list[str]:
    """Name the band of each score."""
    names = [name for name, _ in BANDS]
    edges = [lowest for _, lowest in BANDS[1:]]
    return [names[number] for number in np.searchsorted(edges, scores, side="right")]
