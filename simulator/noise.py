"""Hands out random numbers to compiled code, drawn ahead: its own generator would take long to compile."""

from typing import NamedTuple

import numpy as np

from pumploss.compiled import compiled
from simulator.arrays import Floats, Int64s

#: How many are drawn per row of what is planned or walked: as a rule more than are used, else they begin again.
PER_ROW = 8
_SPARE = 256


class Noise(NamedTuple):
    """Holds standard normal numbers, uniform ones from 0 to 1, and how many of each were taken."""

    normals: Floats
    uniforms: Floats
    taken: Int64s


def noise_for(rng: np.random.Generator, rows: int) -> Noise:
    """Draw what so many rows need."""
    count = rows * PER_ROW + _SPARE
    return Noise(rng.standard_normal(count), rng.random(count), np.zeros(2, np.int64))


@compiled
def normal(noise: Noise) -> float:
    """Take the next standard normal number."""
    noise.taken[0] += 1
    number: float = noise.normals[noise.taken[0] % len(noise.normals)]
    return number


@compiled
def uniform(noise: Noise) -> float:
    """Take the next uniform number, from 0 to below 1."""
    noise.taken[1] += 1
    number: float = noise.uniforms[noise.taken[1] % len(noise.uniforms)]
    return number
