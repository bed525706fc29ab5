"""Who stands where on a leaderboard, by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from jobs.publishing.leaderboards import compose
from pumploss.warm import BOARD_COLUMNS

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
