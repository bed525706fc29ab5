"""Writes figures as people read them, many at once: three digits, and a unit."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from .arrays import Floats

#: Units of values: SOL, times, shares of one; without any, a number as it is. `log_seconds` are ln(1 + seconds).
UNITS = ("", "sol", "seconds", "hours", "days", "log_seconds", "share")

#: Times, in seconds.
_SECONDS = {"seconds": 1.0, "hours": 3_600.0, "log_seconds": 1.0}
_SCALES = np.array([1.0, 60.0, 3_600.0, 86_400.0])
_TIMES = np.array([" seconds", " minutes", " hours", " days"])

#: What is said of a value that is missing, or infinite.
NOTHING_KNOWN = "nothing known"

DIGITS = 3
MOST_DECIMALS = 6


def numbers(values: Floats) -> pa.Array:
    """Write each number so that it reads back to the last bit, `null` where there is none."""
    missing = ~np.isfinite(values)
    return pc.if_else(pa.array(missing), "null", pa.array(values + 0.0).cast(pa.string()))


def shown(values: Floats, units: npt.NDArray[np.str_]) -> pa.Array:
    """Write each number with three digits and its unit, `nothing known` where there is none."""
    scaled, suffixes = values.astype(np.float64).copy(), np.zeros(len(values), dtype="U8")
    is_share = units == "share"
    scaled[is_share], suffixes[is_share] = values[is_share] * 100.0, " %"
    suffixes[units == "sol"] = " SOL"
    suffixes[units == "days"] = " days"
    for unit, seconds in _SECONDS.items():
        own = units == unit
        lasting = np.expm1(values[own]) if unit == "log_seconds" else values[own] * seconds
        place = np.clip(np.searchsorted(_SCALES, lasting, side="right") - 1, 0, None)
        place[np.isnan(lasting)] = 0
        scaled[own], suffixes[own] = lasting / _SCALES[place], _TIMES[place]
    text = pc.binary_join_element_wise(pa.array(rounded(scaled)).cast(pa.string()), pa.array(suffixes), "")
    return pc.if_else(pa.array(~np.isfinite(scaled)), NOTHING_KNOWN, text)


def rounded(values: Floats) -> Floats:
    """Round to three digits, whole numbers to the last one."""
    size = np.where((values == 0) | ~np.isfinite(values), 1.0, np.abs(values))
    factor = 10.0 ** np.clip(DIGITS - 1 - np.floor(np.log10(size)), 0, MOST_DECIMALS)
    near: Floats = np.round(values * factor) / factor + 0.0
    return near
