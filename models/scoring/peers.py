"""Holds what is usual: the median of every input among the wallets that a model learned from."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from .arrays import Floats
from .errors import ScoringError


@dataclass(frozen=True)
class Peers:
    """Holds the median of each input by name, None where no wallet has the feature.

    All wallets are peers: contributions to a risk are measured from all of them, too. Among wallets that buy as much,
    what raises the risk of each would look usual.
    """

    medians: tuple[tuple[str, float | None], ...]

    def of(self, names: Sequence[str]) -> Floats:
        """Return the medians of these inputs, NaN where there is none."""
        known = dict(self.medians)
        return np.array([known.get(name) for name in names], dtype=np.float64)

    def to_json(self) -> str:
        """Write the medians; reading them back gives the same to the last bit."""
        return json.dumps(dict(self.medians), indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote. Raises ScoringError for any other content."""
        try:
            content = json.loads(text)
            return cls(tuple((name, None if value is None else float(value)) for name, value in content.items()))
        except (ValueError, TypeError, AttributeError) as error:
            raise ScoringError(f"peers.json cannot be read: {error!r}. Train the model again.") from error
