"""Tells how many of those who lost much had been called safe: what operators ask of a score first."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.amount import ALWAYS_SEVERE_SOL
from models.bootstrap import Draws
from models.dataset import Floats

#: A loss is large from so many SOL on, whatever the capital at risk.
LARGE_SOL = ALWAYS_SEVERE_SOL
#: Bands in which nobody looks for a large loss.
CALM = ("very low", "low")


@dataclass(frozen=True)
class Called:
    """Tells how many of the rows that lost 5 SOL or more, `large`, lay in a band: `rows`, their share and its interval.

    `low` and `high` are 95 %, by drawing traders with their weeks; where nobody lost so much they and the share are not
    numbers.
    """

    band: str
    large: int
    rows: int
    share: float
    low: float
    high: float


def called(band: npt.NDArray[np.str_], lost_sol: Floats, draws: Draws) -> tuple[Called, ...]:
    """Count, per calm band, the rows that lost much."""
    is_large = lost_sol >= LARGE_SOL
    found = []
    for name in CALM:
        inside = band == name
        share = draws.share(inside, is_large)
        found.append(
            Called(name, int(is_large.sum()), int((inside & is_large).sum()), share.value, share.low, share.high)
        )
    return tuple(found)
