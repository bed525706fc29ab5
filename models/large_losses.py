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
#: The band that calls a wallet safe, which so large a part of the large losses may lie in; what fewer of them say is
#: chance.
SAFE, MOST_SAFE, FEWEST_LARGE = "very low", 0.02, 50


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

    @property
    def is_too_many(self) -> bool:
        """Tell whether more of the large losses than may be were called safe, of enough of them."""
        return self.band == SAFE and self.large >= FEWEST_LARGE and self.share > MOST_SAFE

    @property
    def is_certain(self) -> bool:
        """Tell whether that is so with certainty."""
        return self.is_too_many and self.low > MOST_SAFE

    @property
    def finding(self) -> str:
        """Say what was found of the band, and what may be."""
        return (
            f'{self.share:.1%} of the {self.large} rows that lost {LARGE_SOL:g} SOL or more were called "{self.band}", '
            f"95 % from {self.low:.1%} to {self.high:.1%}: more than {MOST_SAFE:.0%}"
        )


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
