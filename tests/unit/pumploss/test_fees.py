"""The dated fee table, one trade and many."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from pumploss.errors import SourceError
from pumploss.fees import (
    CREATOR_FEE_AT,
    PROJECT_ASCEND_AT,
    estimate_fee,
    estimate_fees,
    fee_share_bps,
    fees_lamports,
)

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("venue", "at", "bps"),
    [
        ("pump_curve", datetime(2024, 1, 20, tzinfo=UTC), 100),
        ("pump_curve", CREATOR_FEE_AT, 100),
        ("pump_curve", PROJECT_ASCEND_AT - SECOND, 100),
        ("pump_curve", PROJECT_ASCEND_AT, 125),
        ("pumpswap", CREATOR_FEE_AT - SECOND, 25),
        ("pumpswap", CREATOR_FEE_AT, 30),
        ("pumpswap", PROJECT_ASCEND_AT - SECOND, 30),
        ("pumpswap", PROJECT_ASCEND_AT, 125),
    ],
)
def test_share(venue, at, bps):
    assert fee_share_bps(venue, at) == bps
    one = estimate_fees(pa.array([venue]), pa.array([at], pa.timestamp("us", "UTC")), pa.array([10_000]))
    assert one.to_pylist() == [bps]


def test_fees_are_rounded_up():
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert [estimate_fee("pump_curve", at, sol) for sol in (0, 1, 80, 81, 10_000)] == [
        0,
        1,
        1,
        2,
        125,
    ]


def test_many_are_as_one_and_never_overflow():
    at = datetime(2026, 1, 1, tzinfo=UTC)
    amounts = [0, 1, 79, 80, 81, 10**9 + 1, 2**63 - 1]
    fees = fees_lamports(np.full(len(amounts), 125), np.array(amounts))
    assert fees.tolist() == [estimate_fee("pumpswap", at, amount) for amount in amounts]


def test_null_gives_null():
    at = pa.array(
        [datetime(2026, 1, 1, tzinfo=UTC), None, datetime(2026, 1, 1, tzinfo=UTC)],
        pa.timestamp("us", "UTC"),
    )
    fees = estimate_fees(pa.array(["pumpswap", "pumpswap", None]), at, pa.array([10_000, 1, 1]))
    assert fees.to_pylist() == [125, None, None]


def test_unknown_venue():
    with pytest.raises(SourceError, match="no fees are known for venue 'raydium'"):
        fee_share_bps("raydium", CREATOR_FEE_AT)
    with pytest.raises(SourceError):
        estimate_fees(
            pa.array(["raydium"]),
            pa.array([CREATOR_FEE_AT], pa.timestamp("us", "UTC")),
            pa.array([1]),
        )
