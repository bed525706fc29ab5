"""Grows trees: the same rows and parameters give the same trees."""

import os
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from models.dataset import Flags, Floats
from models.spec import ModelSpec

if TYPE_CHECKING:
    from lightgbm import Booster, Dataset


#: Fewest rows of a leaf, and their smallest share of all rows: a probability of fewer is noise.
MIN_LEAF, LEAF_SHARE = 200, 0.0005


def library() -> ModuleType:
    """Import LightGBM so that its threads sleep while they wait.

    OpenMP reads the policy when it is loaded. By default its threads spin, which on a machine that also runs the engine
    made a training ten times slower.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import lightgbm

    module: ModuleType = lightgbm
    return module


class Rows:
    """Holds training rows, binned once: all trees of a model grow from them.

    Rows are float64 and must come sorted by (T, trader), since bagging depends on their order. `monotone` holds -1, 0
    or +1 per column: the sign of its effect on the risk.
    """

    def __init__(self, spec: ModelSpec, names: Sequence[str], monotone: Sequence[int], x: Floats) -> None:
        self._spec, self._monotone = spec, list(monotone)
        # Trees of fewer rows may have smaller leaves, so no column is dropped for what it could split of all rows.
        binning = {**spec.parameters, "seed": spec.seed, "feature_pre_filter": False}
        self._data: Dataset = library().Dataset(x, feature_name=list(names), params=binning, free_raw_data=True)
        self._data.construct()
        self._count = len(x)

    def grow(
        self, target: Flags | Floats, of: Flags | None = None, rounds: int | None = None, **objective: Any
    ) -> "Booster":
        """Grow trees for a target, one value per row, of the rows marked `of` or of all of them.

        Another `objective` than the model's own, which is about its risk, is held to no sign of an effect.
        """
        chosen = np.arange(self._count) if of is None else np.flatnonzero(of)
        parameters = {
            **self._spec.parameters,
            "seed": self._spec.seed,
            "feature_pre_filter": False,
            "min_data_in_leaf": max(MIN_LEAF, int(LEAF_SHARE * len(chosen))),
            **(objective or {"monotone_constraints": self._monotone}),
        }
        if objective:
            parameters.pop("monotone_constraints_method")
        data = self._data.subset(chosen.tolist(), parameters).construct()
        data.set_label(np.asarray(target, dtype=np.float64)[chosen])
        booster: Booster = library().train(parameters, data, num_boost_round=rounds or self._spec.rounds)
        return booster


def raw(booster: "Booster", x: Floats) -> Floats:
    """Predict the uncalibrated log-odds of the rows."""
    if not len(x):
        return np.empty(0)
    return np.asarray(booster.predict(x, raw_score=True), dtype=np.float64)
