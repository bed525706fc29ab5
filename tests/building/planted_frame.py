"""Synthetic training frames with a signal that the tests know."""

from datetime import date

import numpy as np

from models.dataset import TrainingFrame
from models.training import Input

NAMES = ("loss_ratio", "size", "noise", "calm")
GROUPS = ("losses", "sizing", "timing", "losses")
FIRST = date(2026, 1, 1)


def frame_of(
    days: int = 42, traders: int = 120, seed: int = 0, signal: float = 1.5, missing: float = 0.1
) -> TrainingFrame:
    rng = np.random.default_rng(seed)
    rows = days * traders
    x = rng.normal(size=(rows, len(NAMES)))
    odds = signal * x[:, 0] + 0.3
    x[:, 1] = np.exp(x[:, 1])
    is_exposed = rng.random(rows) < 0.8
    is_loss = (rng.random(rows) < 1 / (1 + np.exp(-odds))) & is_exposed
    pnl = np.where(is_loss, -1.0, 1.0) * x[:, 1] * is_exposed
    x[rng.random(x.shape) < missing] = np.nan
    return TrainingFrame(
        names=NAMES,
        x=x,
        as_of=np.repeat(np.arange(np.datetime64(FIRST), np.datetime64(FIRST) + days), traders),
        trader_number=np.tile(np.arange(traders, dtype=np.int32), days),
        addresses=np.array([f"trader{n:05d}" for n in range(traders)]),
        is_loss=is_loss,
        is_severe_loss=is_loss & (x[:, 3] > 0.5),
        is_exposed=is_exposed,
        pnl_sol=pnl,
        formula=np.minimum(100, np.abs(rng.normal(size=rows)) * 10),
        volume=np.nan_to_num(x[:, 1]),
    )


INPUTS = tuple(Input(name, group, sign) for name, group, sign in zip(NAMES, GROUPS, (1, 0, 0, 0), strict=True))
