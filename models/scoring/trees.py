"""Asks trees: what they say of rows, in the units that they learned on."""

import os
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from .arrays import Floats, Matrix

if TYPE_CHECKING:
    from lightgbm import Booster


def library() -> ModuleType:
    """Import LightGBM so that its threads sleep while they wait.

    OpenMP reads the policy when it is loaded. By default its threads spin, which on a machine that also runs the engine
    made a training ten times slower.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import lightgbm

    module: ModuleType = lightgbm
    return module


def raw(booster: "Booster", x: Matrix) -> Floats:
    """Predict the uncalibrated log-odds of the rows."""
    if not len(x):
        return np.empty(0)
    return np.asarray(booster.predict(x, raw_score=True), dtype=np.float64)


def split(booster: "Booster", x: Matrix) -> Floats:
    """Split the uncalibrated log-odds of the rows among the inputs (Shapley values), one column per input.

    The last column is what all rows begin with.
    """
    return np.asarray(booster.predict(x, pred_contrib=True), dtype=np.float64)
