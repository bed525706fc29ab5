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


#: Venue, block time, amount, fee, and why it is that.
ROUNDED = [
    ("pump_curve", datetime(2024, 12, 1, tzinfo=UTC), 140_449_439, 1_404_494, "one fee, rounded down"),
    ("pump_curve", datetime(2024, 12, 1, tzinfo=UTC), 99, 0, "less than a lamport is nothing then"),
    ("pump_curve", CREATOR_FEE_AT - SECOND, 10_099, 100, "until the second before the creator's fee"),
    ("pump_curve", CREATOR_FEE_AT, 10_099, 96 + 6, "protocol and creator, each rounded up by itself"),
    ("pump_curve", CREATOR_FEE_AT, 1, 2, "a lamport for either"),
    ("pump_curve", CREATOR_FEE_AT, 20_000, 190 + 10, "nothing to round"),
    ("pump_curve", PROJECT_ASCEND_AT, 10_001, 96 + 31, "the creator gets 30 now"),
    ("pump_curve", PROJECT_ASCEND_AT, 987_500_000, 9_381_250 + 2_962_500, "what an event of 2026 states"),
    ("pumpswap", CREATOR_FEE_AT - SECOND, 10_001, 21 + 6, "providers and protocol, rounded up from the first event on"),
    ("pumpswap", CREATOR_FEE_AT, 1_460_546_230, 2_921_093 + 730_274 + 730_274, "what an event of 2025 states"),
    ("pumpswap", PROJECT_ASCEND_AT, 1, 3, "three components of a lamport"),
    ("pumpswap", PROJECT_ASCEND_AT, 0, 0, "nothing for nothing"),
    ("raydium", PROJECT_ASCEND_AT, 401, 2, "one component, rounded up"),
]


@pytest.mark.parametrize(("venue", "at", "sol", "fee", "why"), ROUNDED, ids=[row[-1] for row in ROUNDED])
def test_each_component_is_rounded_as_its_era_did(venue, at, sol, fee, why):
    assert estimate_fee(venue, at, sol) == fee
    times = pa.array([at, at], pa.timestamp("us", "UTC"))
    assert estimate_fees(pa.array([venue, venue]), times, pa.array([sol, sol])).to_pylist() == [fee, fee]


@pytest.mark.parametrize("venue", FEES)
def test_many_are_as_one_and_never_overflow(venue):
    starts = [era.since for era in FEES[venue]][1:]
    ats = [datetime(2021, 1, 1, tzinfo=UTC), *starts, *(start - SECOND for start in starts)]
    amounts = [0, 1, 79, 80, 81, 9_999, 10_001, 10**9 + 1, 2**63 - 1]
    pairs = [(at, amount) for at in ats for amount in amounts]
    times = np.array([int(at.timestamp()) * 1_000_000 for at, _ in pairs])
    fees = fees_lamports(venue, times, np.array([amount for _, amount in pairs]))
    assert fees.tolist() == [estimate_fee(venue, at, amount) for at, amount in pairs]


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
