"""The dated fee table, one trade and many."""

import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from pumploss.errors import SourceError
from pumploss.fees import (
    CREATOR_FEE_AT,
    FEE_IS_INSIDE,
    FEES,
    PROJECT_ASCEND_AT,
    estimate_fee,
    estimate_fees,
    fee_share_bps,
    fees_lamports,
)
from pumploss.tables import silver_trades
from sources.interpreting.venues import VENUES

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
        ("raydium", CREATOR_FEE_AT, 25),
        ("launchlab", CREATOR_FEE_AT, 125),
        ("meteora", CREATOR_FEE_AT, 100),
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


def test_every_venue_has_a_fee_at_all_times():
    assert set(FEES) == set(VENUES)
    (stated,) = (check.subject for check in silver_trades.TABLE.checks if "venue" in check.subject)
    assert set(re.findall(r"'(\w+)'", stated)) == set(FEES)
    assert set(FEE_IS_INSIDE) == set(FEES) - {"pump_curve", "pumpswap"}
    for venue in FEES:
        for at in (
            datetime(2021, 1, 1, tzinfo=UTC),
            CREATOR_FEE_AT,
            PROJECT_ASCEND_AT,
            datetime(2099, 1, 1, tzinfo=UTC),
        ):
            assert 0 < fee_share_bps(venue, at) < 1_000


def test_unknown_venue():
    with pytest.raises(SourceError, match="no fees are known for venue 'orca'"):
        fee_share_bps("orca", CREATOR_FEE_AT)
    with pytest.raises(SourceError):
        estimate_fees(
            pa.array(["orca"]),
            pa.array([CREATOR_FEE_AT], pa.timestamp("us", "UTC")),
            pa.array([1]),
        )
