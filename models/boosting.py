"""Grows trees: the same rows and parameters give the same trees."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from models.dataset import Flags, Floats
from models.scoring.arrays import Matrix
from models.scoring.trees import library, raw
from models.spec import ModelSpec

if TYPE_CHECKING:
    from lightgbm import Booster, Dataset


__all__ = ["Rows", "library", "raw"]

_BINNING = ("max_bin", "bin_construct_sample_cnt", "deterministic", "force_col_wise", "num_threads", "verbosity")

#: Fewest rows of a leaf, and their smallest share of all rows: a probability of fewer is noise.
MIN_LEAF, LEAF_SHARE = 200, 0.0005


class Rows:
    """Holds training rows, binned once: all trees of a model grow from them.

    Rows must come sorted by (T, trader), since bagging depends on their order; `x` may be binned already. `monotone`
    holds -1, 0 or +1 per column: the sign of its effect on the risk.
    """

    def __init__(self, spec: ModelSpec, names: Sequence[str], monotone: Sequence[int], x: "Matrix | Dataset") -> None:
        self._spec, self._monotone = spec, list(monotone)
        self._data = binned(spec, names, x) if isinstance(x, np.ndarray) else x
        self._count = self._data.num_data()

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


def binned(spec: ModelSpec, names: Sequence[str], x: Matrix) -> "Dataset":
    """Bin rows: what costs most before the first tree, and is the same whatever is learned from them."""
    data: Dataset = library().Dataset(x, feature_name=list(names), params=binning(spec), free_raw_data=True)
    return data.construct()


def binning(spec: ModelSpec) -> dict[str, Any]:
    """Name the parameters that bins depend on; how trees then grow is another matter."""
    chosen = {name: spec.parameters[name] for name in _BINNING if name in spec.parameters}
    # Trees of fewer rows may have smaller leaves, so no column is dropped for what it could split of all rows.
    return {**chosen, "seed": spec.seed, "feature_pre_filter": False}


def columns_of(names: tuple[str, ...], booster: "Booster", x: Matrix) -> Matrix:
    """Take the booster's inputs by name out of a matrix with these columns, in the booster's order."""
    wanted = booster.feature_name()
    if list(names) == wanted:
        return x
    return np.ascontiguousarray(x[:, [names.index(name) for name in wanted]])
