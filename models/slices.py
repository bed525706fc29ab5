"""Looks where nobody looks: whether probabilities hold for new wallets, heavy traders, machines and quiet days, too."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.bootstrap import Draws
from models.crossfit import thinned
from models.dataset import Flags, Floats, TrainingFrame
from models.scoring.arrays import Matrix
from models.spec import ModelSpec
from models.time_split import TimeSplit

#: With fewer outcomes, or fewer rows without one, a slice says nothing.
FEWEST_OUTCOMES = 500
#: The same of how it ranks, of which the interval says the rest.
FEWEST_RANKED = 10

#: Each slice of the locked rows by what is known at T: an input, and which of its values are meant. Who creates a coin
#: is not in the trades, but creators and their bundles buy in the slot of its launch. A market falls where more of the
#: sells of yesterday lost than on its median day.
BY_INPUT: dict[str, tuple[str, Callable[[Matrix], Flags]]] = {
    "under 7 days old": ("wallet_age_days", lambda age: age < 7),
    "7 to 30 days old": ("wallet_age_days", lambda age: (age >= 7) & (age < 30)),
    "over 30 days old": ("wallet_age_days", lambda age: age >= 30),
    "like a bot": ("bot_score_30d", lambda score: score >= 2),
    "sells what it never bought": ("unmatched_sell_share_30d", lambda share: share > 0),
    "marked at a last price": ("last_price_marked_share", lambda share: share > 0),
    "buys where a coin is created": ("create_slot_share_30d", lambda share: share > 0),
    "falling market": ("market_losing_1d", lambda more: more > 0),
    "rising market": ("market_losing_1d", lambda more: more < 0),
}


@dataclass(frozen=True)
class Slice:
    """Holds what was predicted and observed in a slice, the 95 % interval of the difference, and how well it ranks.

    `auc_high` is the upper end of the interval of its AUC.
    """

    name: str
    rows: int
    outcomes: int
    predicted: float
    observed: float
    low: float
    high: float
    auc: float = float("nan")
    auc_high: float = float("nan")

    @property
    def is_upside_down(self) -> bool:
        """Tell whether it ranks who loses below who does not, with certainty: that takes fewer outcomes than a rate."""
        return min(self.outcomes, self.rows - self.outcomes) >= FEWEST_RANKED and self.auc_high < 0.5

    @property
    def is_told(self) -> bool:
        """Tell whether the slice has enough outcomes of both kinds to say anything."""
        return min(self.outcomes, self.rows - self.outcomes) >= FEWEST_OUTCOMES

    def is_off(self, most: float) -> bool:
        """Tell whether predictions differ from outcomes by more than this, with certainty."""
        return self.is_told and (self.low > most or self.high < -most)


def slices(
    spec: ModelSpec, frame: TrainingFrame, parts: TimeSplit, outcome: Flags, p: Floats, draws: Draws
) -> list[Slice]:
    """Compare probabilities and outcomes of the test rows in every slice."""
    rows = parts.rows(frame, parts.test)
    # Whom the judged trees have not learned from they have not seen, though the frame has.
    seen = np.isin(frame.trader_number[rows], frame.trader_number[thinned(spec, frame, parts.train)])
    members = _members(frame, rows, seen)
    return [_slice(name, inside, outcome, p, draws) for name, inside in members.items()]


def _members(frame: TrainingFrame, rows: Flags, seen: Flags) -> dict[str, Flags]:
    volume = frame.volume[rows]
    weekday = (frame.as_of[rows].astype("datetime64[D]").astype(np.int64) + 3) % 7
    members = {"all": np.ones(len(seen), bool), "never seen in training": ~seen, "seen in training": seen}
    for name, (column, is_meant) in BY_INPUT.items():
        if column in frame.names:
            values = frame.x[rows, frame.names.index(column)]
            members[name] = is_meant(values) & ~np.isnan(values)
    members["top fifth by volume"] = volume > np.quantile(volume, 0.8)
    members["bottom half by volume"] = volume <= np.quantile(volume, 0.5)
    members["weekend"], members["working day"] = weekday >= 5, weekday < 5
    return members


def _slice(name: str, inside: Flags, outcome: Flags, p: Floats, draws: Draws) -> Slice:
    count, positive = int(inside.sum()), int(outcome[inside].sum())
    if not count:
        return Slice(name, 0, 0, *[float("nan")] * 4)
    gap = draws.mean_difference(p, outcome.astype(np.float64), inside)
    ranked = draws.auc(p, outcome, inside)
    mean = float(p[inside].mean())
    return Slice(name, count, positive, mean, positive / count, gap.low, gap.high, ranked.value, ranked.high)
