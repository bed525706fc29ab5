"""Ranking, scoring and slicing, by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from jobs.publishing import pieces
from jobs.publishing.leaderboards import baseline_score, compose
from pumploss.warm import BOARD_COLUMNS, slices

DAY = date(2026, 1, 31)
SOL = 1_000_000_000


def lost(period: str, trader: str, loss: int, trades: int, day_loss: int, day_trades: int) -> dict[str, Any]:
    return {
        "period": period,
        "trader_address": trader,
        "loss_all": -20 * SOL,
        f"loss_{period}": loss,
        f"trades_{period}": trades,
        "loss_24h": day_loss,
        "trades_24h": day_trades,
    }


@pytest.mark.parametrize(
    ("loss", "trades", "score"),
    [
        (0, 0, "0"),
        (-1, 0, "0.00000001"),
        (-3 * SOL, 2, "34"),
        (-9_799_999_999, 1, "99.99999999"),
        (-9_800_000_000, 1, "100"),
        (-(2**62), 10**6, "100"),
    ],
)
def test_baseline_score(loss: int, trades: int, score: str) -> None:
    assert baseline_score(loss, trades) == Decimal(score)


def test_ties_go_by_address_byte_by_byte() -> None:
    rows = [lost("7d", trader, -SOL, 3, 0, 0) for trader in ("b", "B", "a", "9")]
    rows.append(lost("24h", "z", -2 * SOL, 3, -2 * SOL, 3))
    found = compose(rows, DAY, {"z": 4}, {}, {"9": 50.0})
    assert [(row["period"], row["rank"], row["trader"]) for row in found] == [
        ("24h", 1, "z"),
        *[("7d", 1, "9"), ("7d", 2, "B"), ("7d", 3, "a"), ("7d", 4, "b")],
    ]
    assert [row["model_risk_score"] for row in found[:2]] == [None, 50.0]
    assert (found[0]["tokens_traded_24h"], found[1]["tokens_traded_24h"]) == (4, 0)
    assert found[1]["avg_loss_size"] == Decimal("-0.333333333")
    assert {row["as_of"] for row in found} == {datetime(2026, 2, 1, tzinfo=UTC)}
    assert {*found[0]} == {"period", *BOARD_COLUMNS}


def test_days_are_read_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "SLICE_ROWS", 10)
    rows = {date(2026, 1, number): size for number, size in enumerate([4, 6, 1, 25, 3], start=1)}
    groups = [[day.day for day in group] for group in pieces.groups(reversed([*rows]), rows)]
    assert groups == [[1, 2], [3], [4], [5]]


def test_a_slice_states_exact_sums() -> None:
    trades = pa.table(
        {
            "traded_at": pa.array([datetime(2026, 1, 31, 1, tzinfo=UTC)] * 2, pa.timestamp("us", "UTC")),
            "trade_id": ["b", "a"],
            **{name: ["x", "y"] for name in ("trader_address", "token_mint", "signature")},
            "direction": ["sell", "buy"],
            "token_units": [5, 7],
            "token_decimals": pa.array([9, 6], pa.int32()),
            "sol_lamports": [2**63 - 1, 2**63 - 1],
            "pnl_lamports": [-3, None],
        }
    )
    found = slices.trade_slice(trades)
    assert found.rows["trade_id"].to_pylist() == ["a", "b"]
    assert found.rows["token_amount"].to_pylist() == ["7e-6", "5e-9"]
    assert found.sums == {
        "sol_amount": Decimal("18446744073.709551614"),
        "pnl_sol": Decimal("-3e-9"),
    }
    assert tuple(found.rows.column_names) == slices.TRADE_COLUMNS
