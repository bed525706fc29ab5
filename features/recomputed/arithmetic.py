"""Computes as the docstrings of features say: whole numbers in, doubles out, and None for what cannot be computed."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from pumploss.money import LAMPORTS_PER_SOL

#: Features of one trader, by name.
Value: TypeAlias = bool | int | float | datetime | None
Values: TypeAlias = dict[str, Value]

_DECIMALS = 9


def ratio(part: float | None, whole: float | None) -> float | None:
    """Divide as doubles; None where one is missing or the whole is not above 0."""
    return None if part is None or whole is None or whole <= 0 else float(part) / float(whole)


def sol(lamports: float | None) -> float | None:
    """Turn lamports into SOL."""
    return None if lamports is None else float(lamports) / LAMPORTS_PER_SOL


def minus(value: float | None, other: float | None) -> float | None:
    """Subtract; None where one is missing."""
    return None if value is None or other is None else value - other


def over(value: float | None, divisor: float) -> float | None:
    """Divide by a constant; None stays None."""
    return None if value is None else value / divisor


def whole(value: float) -> int:
    """Round to the nearest whole number, halves away from zero."""
    floor = math.floor(abs(value))
    return int(math.copysign(floor + (abs(value) - floor >= 0.5), value))


def decimals(value: float | None, nudge: float = 0.0) -> float | None:
    """Round to nine decimals, halves away from zero; `nudge` moves the value by that part of itself before."""
    if value is None:
        return None
    return whole((value + value * nudge) * 10.0**_DECIMALS) / 10.0**_DECIMALS + 0.0


def median(values: Sequence[float]) -> float | None:
    """Take the middle value, or the mean of the middle two; None for none."""
    ordered, size = sorted(values), len(values)
    return (ordered[(size - 1) // 2] + ordered[size // 2]) / 2.0 if size else None


def sample_deviation(count: int, total: int, squares: int) -> float | None:
    """Compute the sample standard deviation from exact sums; None below two values."""
    if count <= 1:
        return None
    return math.sqrt(max(float(count * squares - total * total), 0.0) / float(count * (count - 1)))


def share_of(amount: int, whole_units: int, units: int) -> int:
    """Take the part of an amount that belongs to some of its units, rounded toward zero."""
    part = abs(amount) * units // whole_units
    return part if amount > 0 else -part


def in_pairs(terms: list[float]) -> float:
    """Add halves of a list: the order of additions decides the last bit of a sum."""
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    return in_pairs(terms[:middle]) + in_pairs(terms[middle:])
