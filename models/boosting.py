"""Grows trees: the same rows and parameters give the same trees."""

import os
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from models.dataset import Flags, Floats
from models.spec import ModelSpec

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


def grow(spec: ModelSpec, names: Sequence[str], monotone: Sequence[int], x: Floats, outcome: Flags) -> "Booster":
    """Grow a booster over float64 rows, which must come sorted by (T, trader): bagging depends on their order.

    `monotone` holds -1, 0 or +1 per column: the sign of its effect on the risk.
    """
    lightgbm = library()
    parameters = {
        **spec.parameters,
        "seed": spec.seed,
        "min_data_in_leaf": max(200, int(0.0005 * len(x))),
        "monotone_constraints": list(monotone),
    }
    data = lightgbm.Dataset(x, outcome.astype(np.float64), feature_name=list(names), params=parameters)
    booster: Booster = lightgbm.train(parameters, data, num_boost_round=spec.rounds)
    return booster


def raw(booster: "Booster", x: Floats) -> Floats:
    """Predict the uncalibrated log-odds of the rows."""
    if not len(x):
        return np.empty(0)
    return np.asarray(booster.predict(x, raw_score=True), dtype=np.float64)
