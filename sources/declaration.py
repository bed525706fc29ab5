"""Declares what a source is: how it arrives, which fields it has, and the function that reads them as trades."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sources.interpreting.rows import Rows
from sources.reading.fields import FLOAT_DIGITS, Fields
from sources.reading.file_format import Format

__all__ = ["FLOAT_DIGITS", "Arrival", "Basis", "Format", "Source"]

_POWERS = 10 ** np.arange(19, dtype=np.int64)


class Arrival(StrEnum):
    """`daily`: a day that is missing is an error. `sample`: only the days that exist are run."""

    DAILY = "daily"
    SAMPLE = "sample"


class Basis(StrEnum):
    """What the decimals of a mint rest on; the first of these that is known counts.

    `event`: events about the mint, or amounts that the chain states in its units. `stated`: a figure beside the
    amounts. `curve`: the mint trades on pump.fun's curve, all of whose coins have 6. `assumed`: nothing at all.
    """

    EVENT = "event"
    STATED = "stated"
    CURVE = "curve"
    ASSUMED = "assumed"

    @property
    def rank(self) -> int:
        """Which one counts before which, from 1."""
        return tuple(Basis).index(self) + 1


@dataclass(frozen=True, kw_only=True)
class Source(Fields):
    """One source; its landing folder bears its name.

    `interpret` turns columns of text into columns of `bronze_trades`; what it leaves out is NULL. A row with an
    `event_kind` is no trade but a row of `bronze_token_events`, whose columns it has. A source that decodes bytes
    counts those that it does not know as `trailing_bytes`. Where several sources hold trades of one mint in one
    transaction, those of the source with the lowest `precedence` count, whole. `decimals` says what those of its rows
    rest on that are not assumed; `is_in_tokens` that amounts are stated in whole tokens, so that their base units
    depend on the decimals.

    A source of floats states in `sure_digits` how many significant digits of its amounts are sure, and in
    `token_places` to how many decimals of a whole token it is exact (None: to those of the coin).
    """

    arrival: Arrival
    interpret: Callable[[Rows], dict[str, pa.Array]]
    units: str
    identity: str
    order: str
    time_field: str
    precedence: int
    decimals: Basis
    is_in_tokens: bool
    token_places: int | None = None

    @property
    def is_daily(self) -> bool:
        """Whether a day that is missing is an error."""
        return self.arrival is Arrival.DAILY

    @property
    def is_float(self) -> bool:
        """Whether amounts may differ by what the source cannot tell apart."""
        return bool(self.sure_digits) or self.token_places is not None

    def resolution_units(self, units: NDArray[np.int64], decimals: NDArray[np.int32]) -> NDArray[np.int64]:
        """Answers, per amount of a coin of so many decimals, the units below which the source tells nothing apart."""
        places = decimals if self.token_places is None else np.minimum(self.token_places, decimals)
        digits = np.searchsorted(_POWERS, units, side="right")  # of an amount, zero has none
        unsure = digits - self.sure_digits if self.sure_digits else np.zeros_like(digits)
        found: NDArray[np.int64] = _POWERS[np.maximum(decimals - places, unsure)]
        return found
