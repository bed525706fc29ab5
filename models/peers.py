"""Finds what is usual among the wallets that a model learned from."""

from collections.abc import Sequence

import numpy as np

from models.dataset import TrainingFrame
from models.scoring.peers import Peers

#: So many rows, spread evenly over the frame, tell a median well enough.
MOST_ROWS = 200_000


def peers(frame: TrainingFrame, names: Sequence[str]) -> Peers:
    """Take the median of these inputs over the rows of the frame that have them."""
    step = -(-len(frame) // MOST_ROWS)
    columns = ((name, frame.x[::step, frame.names.index(name)]) for name in names)
    known = ((name, values[~np.isnan(values)]) for name, values in columns)
    return Peers(tuple((name, float(np.median(values)) if len(values) else None) for name, values in known))
