"""Compiled loops over trees: what a leaf adds to the inputs on its path, and the sum of it over trees and rows.

The arithmetic is that of LightGBM's `Tree::TreeSHAP`, operation by operation, and so are the sums: its algorithm
(Lundberg's path-dependent TreeSHAP) does for every row what depends only on which of a path's splits the row follows.
"""

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from pumploss.compiled import compiled

Integers: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]

# Rows of a path: parts of the training rows, and of this row, that go along with each input; and weights of subsets.
ZERO, ONE, WEIGHT = range(3)
#: No input: where a path begins.
NOTHING: Final = -1
#: LightGBM reads smaller numbers as 0.
TINY: Final = 1e-35
#: Rows that go through one tree after the other together: its tables are near then.
ROWS_AT_ONCE: Final = 64


@compiled
def fill(inputs: Integers, shares: Floats, value: float, members: Integers, terms: Floats) -> int:
    """Fill in what a leaf of this value adds to each input of its path: a line per pattern of splits that rows follow.

    A path has an input per split, and the part of the split's training rows that go on along it. Bit n of a pattern
    tells that the row follows split n. Answers how many `members`, distinct inputs, the path has.
    """
    path, depth = np.empty((3, len(inputs) + 1)), 0
    for pattern in range(1 << len(inputs)):
        depth, members[0] = 0, NOTHING
        _extend(path, 0, 1.0, 1.0)
        for split in range(len(inputs)):
            zero = one = 1.0
            place = 0
            while place <= depth and members[place] != inputs[split]:
                place += 1
            if place <= depth:  # an input that was split before counts once, with both splits
                zero, one = path[ZERO, place], path[ONE, place]
                _take_out(path, members, depth, place)
                depth -= 1
            depth += 1
            members[depth] = inputs[split]
            _extend(path, depth, shares[split] * zero, one if (pattern >> split) & 1 else 0.0)
        for place in range(1, depth + 1):
            terms[pattern, place - 1] = _weight(path, depth, place) * (path[ONE, place] - path[ZERO, place]) * value
    return depth


@compiled
def _extend(path: Floats, depth: int, zero: float, one: float) -> None:
    """Put an input at the end of a path."""
    path[ZERO, depth], path[ONE, depth], path[WEIGHT, depth] = zero, one, 1.0 if depth == 0 else 0.0
    for place in range(depth - 1, -1, -1):
        path[WEIGHT, place + 1] += one * path[WEIGHT, place] * (place + 1) / np.float64(depth + 1)
        path[WEIGHT, place] = zero * path[WEIGHT, place] * (depth - place) / np.float64(depth + 1)


@compiled
def _take_out(path: Floats, members: Integers, depth: int, taken: int) -> None:
    """Take an input out of a path, as if it had never been put there."""
    zero, one, portion = path[ZERO, taken], path[ONE, taken], path[WEIGHT, depth]
    for place in range(depth - 1, -1, -1):
        if one != 0:
            before = path[WEIGHT, place]
            path[WEIGHT, place] = portion * (depth + 1) / np.float64((place + 1) * one)
            portion = before - path[WEIGHT, place] * zero * (depth - place) / np.float64(depth + 1)
        else:
            path[WEIGHT, place] = (path[WEIGHT, place] * (depth + 1)) / np.float64(zero * (depth - place))
    for place in range(taken, depth):
        members[place] = members[place + 1]
        path[ZERO, place], path[ONE, place] = path[ZERO, place + 1], path[ONE, place + 1]


@compiled
def _weight(path: Floats, depth: int, taken: int) -> float:
    """Sum up the weights of a path without one of its inputs."""
    zero, one, portion, total = path[ZERO, taken], path[ONE, taken], path[WEIGHT, depth], 0.0
    for place in range(depth - 1, -1, -1):
        if one != 0:
            part = portion * (depth + 1) / np.float64((place + 1) * one)
            total += part
            portion = path[WEIGHT, place] - part * zero * ((depth - place) / np.float64(depth + 1))
        else:
            total += (path[WEIGHT, place] / zero) / ((depth - place) / np.float64(depth + 1))
    return total


@compiled
def add(
    x: Floats, added: Floats, roots: Integers, base: Floats, inputs: Integers, threshold: Floats, nan_left: Flags,
    left: Integers, right: Integers, first_term: Integers, first_member: Integers, members: Integers, terms: Floats,
) -> None:  # fmt: skip
    """Add up over all trees what each input adds to each row; the last column gets what all rows begin with.

    Places of leaves are negative: ~0, ~1 and so on. Members of a leaf lie from its `first_member` to that of the next.
    """
    depth_of, node_of, pattern_of = np.empty(64, np.int64), np.empty(64, np.int64), np.empty(64, np.int64)
    for start in range(0, len(x), ROWS_AT_ONCE):
        for tree in range(len(roots)):
            for row in range(start, min(start + ROWS_AT_ONCE, len(x))):
                added[row, -1] += base[tree]
                waiting, node_of[0], pattern_of[0], depth_of[0] = 1, roots[tree], 0, 0
                while waiting:
                    waiting -= 1
                    node, pattern, depth = node_of[waiting], pattern_of[waiting], depth_of[waiting]
                    # What the row follows comes before what it does not: sums are in LightGBM's order.
                    while node >= 0:
                        value = x[row, inputs[node]]
                        value = 0.0 if abs(value) <= TINY else value
                        is_left = nan_left[node] if np.isnan(value) else value <= threshold[node]
                        other = right[node] if is_left else left[node]
                        node_of[waiting], pattern_of[waiting], depth_of[waiting] = other, pattern, depth + 1
                        waiting += 1
                        node = left[node] if is_left else right[node]
                        pattern, depth = pattern | (1 << depth), depth + 1
                    member, count = first_member[~node], first_member[~node + 1] - first_member[~node]
                    term = first_term[~node] + pattern * count
                    for place in range(count):
                        added[row, members[member + place]] += terms[term + place]
