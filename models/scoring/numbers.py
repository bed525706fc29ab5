"""Takes columns of a pandas frame as numbers: of every type that holds numbers and nothing else.

What a column cannot say exactly enough, or says in another unit (times, text), is refused rather than read as a number.
"""

import math
from decimal import Decimal
from typing import Any

import numpy as np

from .arrays import Floats

#: What numpy and pandas call types of booleans and of whole, natural and floating numbers.
_KINDS = "biuf"
_NUMBERS = (bool, int, float, Decimal, np.bool_, np.integer, np.floating)
#: Types of what stands for a missing number, by name: pandas need not be imported. A missing time is no number.
_MISSING = ("NoneType", "NAType")


def numbers(column: Any) -> Floats | None:
    """Take a column as float64, NaN where missing; None where it holds anything that is no number of that range."""
    if column.dtype.name == "category":
        known = numbers(column.cat.categories.to_series())
        return None if known is None else np.append(known, np.nan)[column.cat.codes.to_numpy()]
    if column.dtype.kind in _KINDS:
        with np.errstate(over="ignore"):
            taken: Floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
        return None if _is_cut(column, taken) else taken
    if column.dtype == object or column.dtype.name.startswith(("decimal", "null")):
        return _of_objects(column)
    return None


def _is_cut(column: Any, taken: Floats) -> bool:
    """Tell whether a finite number, of more than 64 bits, became infinite."""
    infinite = np.isinf(taken)
    return bool(infinite.any()) and bool(np.isfinite(column.to_numpy()[infinite]).any())


def _of_objects(column: Any) -> Floats | None:
    values = list(column)
    if not all(map(_is_number, set(map(type, values)))):
        return None
    try:
        taken = [math.nan if type(value).__name__ in _MISSING else float(value) for value in values]
    except (OverflowError, ValueError):  # a whole number beyond a double, a signalling NaN
        return None
    is_cut = any(math.isinf(number) and abs(value) != math.inf for number, value in zip(taken, values, strict=True))
    return None if is_cut else np.array(taken, dtype=np.float64)


def _is_number(kind: type) -> bool:
    """Tell whether values of a type are numbers or missing ones; numpy's spans of time derive from its integers."""
    return kind.__name__ in _MISSING or (issubclass(kind, _NUMBERS) and not issubclass(kind, np.timedelta64))
