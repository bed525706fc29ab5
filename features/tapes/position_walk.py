"""Walks the positions that each trader emptied on a day, in order: wins, losses, and runs of losses."""

import numpy as np

from pumploss.compiled import compiled

Ints = np.ndarray


@compiled
def outcomes(begins: Ints, made: Ints, held: Ints, fast: int) -> Ints:
    """Sum up the exits of each group, in columns: count, won, lost, time held, what was won and lost, fast wins; the
    run of losses at the start, at the end, the longest, and the largest loss.

    Any position that lost nothing ends a run.
    """
    found = np.zeros((begins.size - 1, 11), np.int64)
    for group in range(begins.size - 1):
        run = 0
        has_only_lost = True
        for row in range(begins[group], begins[group + 1]):
            found[group, 0] += 1
            found[group, 1] += made[row] > 0
            found[group, 2] += made[row] < 0
            found[group, 3] += held[row]
            found[group, 4] += max(made[row], 0)
            found[group, 5] += max(-made[row], 0)
            found[group, 6] += made[row] > 0 and held[row] <= fast
            run = run + 1 if made[row] < 0 else 0
            has_only_lost = has_only_lost and made[row] < 0
            found[group, 7] += has_only_lost
            found[group, 9] = max(found[group, 9], run)
            found[group, 10] = max(found[group, 10], -made[row])
        found[group, 8] = run
    return found
