"""Sums over slices of a column."""

from decimal import Decimal

import numpy as np
import pyarrow as pa


def test_wide_sums_carry_and_running_sums_may_wrap():
    from features.rolling.sums import slice_sums

    wide = pa.array([Decimal(2**64 - 1), Decimal(2**96 + 1), Decimal(2**64 - 1)], pa.decimal128(38, 0))
    first, end = np.array([0, 1, 0, 2]), np.array([3, 3, 0, 3])
    assert slice_sums(wide, first, end).to_pylist() == [
        2**96 + 2**65 - 1,
        2**96 + 2**64,
        0,
        2**64 - 1,
    ]
    assert slice_sums(wide.slice(1), np.array([0]), np.array([1])).to_pylist() == [2**96 + 1]
    long = pa.array([2**62, 2**62, 2**62, 5])
    assert slice_sums(long, np.array([3, 2]), np.array([4, 4])).to_pylist() == [5, 2**62 + 5]
