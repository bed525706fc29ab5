"""Who stands where on a leaderboard, by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from jobs.publishing.leaderboards import Known, compose, refuse_short
from jobs.publishing.reserve import HIGHEST
from pumploss.errors import LakeError
from pumploss.warm.tables import LEADERBOARDS, NET_LOSERS

DAY = date(2026, 1, 31)
SOL = 1_000_000_000
LAST = datetime(2026, 1, 30, 9, tzinfo=UTC)


def lost(
    period: str, trader: str, loss: int, trades: int, day_loss: int, day_trades: int, net: int = -5, by: str = "loss"
) -> dict[str, Any]:
    return {
        "ranked_by": by,
        "period": period,
        "trader_address": trader,
        "loss_all": -20 * SOL,
        f"loss_{period}": loss,
        f"trades_{period}": trades,
        "net_all": -6,
        "net_24h": -4,
        f"net_{period}": net,
        "loss_24h": day_loss,
        "trades_24h": day_trades,
        "last_lost_at": LAST,
    }


def test_ties_go_by_address_byte_by_byte() -> None:
    rows = [lost("7d", trader, -SOL, 3, 0, 0) for trader in ("b", "B", "a", "9")]
    rows.append(lost("24h", "z", -2 * SOL, 3, -2 * SOL, 3))
    boards = compose(rows, DAY, Known({"z": 4}, {"9": 50.0}))
    found = boards[LEADERBOARDS]
    assert boards[NET_LOSERS] == []
    assert [(row["period"], row["rank"], row["trader"]) for row in found] == [
        ("24h", 1, "z"),
        *[("7d", 1, "9"), ("7d", 2, "B"), ("7d", 3, "a"), ("7d", 4, "b")],
    ]
    assert [row["risk_score"] for row in found[:2]] == [None, 50.0]
    assert (found[0]["tokens_traded_24h"], found[1]["tokens_traded_24h"]) == (4, 0)
    assert found[1]["avg_loss_size"] == Decimal("-0.333333333")
    assert {row["as_of"] for row in found} == {datetime(2026, 2, 1, tzinfo=UTC)}
    assert {*found[0]} >= {*LEADERBOARDS.names, *NET_LOSERS.names}


def test_a_board_by_net_result_ranks_by_it_and_may_hold_who_never_sold_at_a_loss() -> None:
    rows = [
        lost("7d", "sells", -3 * SOL, 2, 0, 0, net=-1 * SOL, by="net"),
        lost("7d", "holds", 0, 0, 0, 0, net=-2 * SOL, by="net"),
    ]
    first, second = compose(rows, DAY, Known())[NET_LOSERS]
    assert (first["trader"], first["rank"], first["net_amount"], first["loss_amount"]) == ("holds", 1, -2, 0)
    assert (first["avg_loss_size"], first["net_amount_all_time"]) == (0, Decimal("-0.000000006"))
    assert (second["trader"], second["net_amount"], second["loss_amount"]) == ("sells", -1, -3)


def placed(net: int, threshold: int, period: str = "all") -> dict[str, Any]:
    return {"ranked_by": "net", "period": period, "net_all": net, "net_threshold_lamports": threshold}


def test_a_board_of_all_time_is_refused_where_others_may_belong_on_it() -> None:
    sure = [placed(-9, -4), placed(-4, -4), placed(-1, -4, "30d")]
    refuse_short(sure, DAY, size=2)
    refuse_short([placed(-9, HIGHEST), placed(-1, HIGHEST)], DAY, size=3)
    refuse_short([], DAY, size=3)
    with pytest.raises(
        LakeError, match=r"Only 2 of the 3 rows .* of 2026-01-31. Run `python -m jobs run gold_lifetime"
    ):
        refuse_short(sure, DAY, size=3)
    with pytest.raises(LakeError, match="Only 1 of the 2 rows"):
        refuse_short([placed(-9, -4), placed(-3, -4)], DAY, size=2)
