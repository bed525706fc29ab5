"""Which columns of a pandas frame are numbers."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from models.scoring.numbers import numbers

NAN = np.nan


def arrow(kind, *values):
    return pd.array(list(values), dtype=pd.ArrowDtype(kind))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        *((np.array([0, 7], dtype=kind), [0, 7]) for kind in np.typecodes["AllInteger"]),
        *((np.array([0.5, NAN], dtype=kind), [0.5, NAN]) for kind in np.typecodes["AllFloat"][:4]),
        (np.array([True, False]), [1, 0]),
        *((pd.array([3, None], dtype=kind), [3, NAN]) for kind in ("Int8", "UInt64", "Float32", "Float64")),
        (pd.array([True, None], dtype="boolean"), [1, NAN]),
        *((arrow(kind, 3, None), [3, NAN]) for kind in (pa.int8(), pa.uint64(), pa.float32(), pa.float64())),
        (arrow(pa.bool_(), True, None), [1, NAN]),
        (arrow(pa.decimal128(10, 2), Decimal("1.25"), None), [1.25, NAN]),
        (arrow(pa.null(), None, None), [NAN, NAN]),
        (pd.arrays.SparseArray([0.0, NAN, 2.0]), [0, NAN, 2]),
        (pd.Categorical([2.5, None, 1.5]), [2.5, NAN, 1.5]),
        (pd.Categorical([]), []),
        (np.array([np.inf, -np.inf]), [np.inf, -np.inf]),
        (np.array([None, pd.NA, NAN, Decimal("NaN")], dtype=object), [NAN] * 4),
        (
            np.array([1, True, 0.5, Decimal("0.25"), np.int8(3), np.float32(2), np.bool_(True), 10**300], dtype=object),
            [1, 1, 0.5, 0.25, 3, 2, 1, 1e300],
        ),
        (np.array([np.inf, Decimal("-Infinity")], dtype=object), [np.inf, -np.inf]),
    ],
    ids=str,
)
def test_every_type_of_numbers_is_taken(values, expected):
    found = numbers(pd.Series(values, dtype=values.dtype))
    assert found is not None
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "values",
    [
        pd.to_datetime(["2026-01-01"]),
        pd.to_datetime(["2026-01-01"], utc=True),
        pd.to_timedelta(["1 day"]),
        pd.period_range("2026-01", periods=1, freq="M"),
        pd.interval_range(0, 1),
        *(pd.array(["1.5"], dtype=kind) for kind in ("string", "string[python]", "string[pyarrow]")),
        pd.array([None], dtype="string"),
        pd.array(["1.5"], dtype=pd.StringDtype(na_value=NAN)),
        np.array(["1.5"], dtype=object),
        np.array([b"1"], dtype=object),
        np.array([1 + 2j]),
        np.array([1 + 2j], dtype=object),
        pd.Categorical(["1.5"]),
        pd.Categorical(pd.to_datetime(["2026-01-01"])),
        *(
            arrow(kind, value)
            for kind, value in (
                (pa.string(), "1"),
                (pa.large_string(), "1"),
                (pa.binary(), b"1"),
                (pa.timestamp("us"), pd.Timestamp("2026-01-01")),
                (pa.duration("us"), timedelta(1)),
                (pa.date32(), date(2026, 1, 1)),
                (pa.list_(pa.int64()), [1]),
            )
        ),
        np.array([pd.NaT], dtype=object),
        *(pd.Series([value], dtype=object) for value in (np.timedelta64(1, "D"), np.datetime64("2026-01-01"), [1.0])),
        np.array([1, "1"], dtype=object),
        np.array([10**400], dtype=object),
        np.array([Decimal("1e400"), 1], dtype=object),
        np.array([Decimal("sNaN")], dtype=object),
        np.array([np.longdouble("1e4000")]),
    ],
    ids=lambda values: f"{values.dtype}",
)
def test_nothing_else_is(values):
    assert numbers(pd.Series(values, dtype=values.dtype)) is None
