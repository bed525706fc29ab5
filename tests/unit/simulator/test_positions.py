"""Positions of a few trades, worked out by hand."""

from datetime import UTC, datetime

import polars as pl
import pyarrow as pa
import pytest

from pumploss.money import LAMPORTS_PER_SOL
from simulator.columns import SCHEMA
from simulator.positions import positions_of, trades_of, with_next, with_past

START = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())


def trades(*rows: tuple[int, str, str, str, int, float]) -> pl.DataFrame:
    """Trades of (second, trader, mint, direction, units, SOL), without fees."""
    table = pa.Table.from_pylist(
        [
            {
                "traded_at": (START + second) * 1_000_000,
                "slot": second * 5 // 2,
                "trader_address": trader,
                "token_mint": mint,
                "direction": direction,
                "token_units": units,
                "sol_lamports": int(sol * LAMPORTS_PER_SOL),
                "fee_lamports": 0,
                "virtual_sol_lamports": 30,
                "virtual_token_units": 1,
            }
            for second, trader, mint, direction, units, sol in rows
        ],
        SCHEMA,
    )
    return trades_of(table)


TRADES = trades(
    (0, "a", "x", "buy", 10, 1.0),
    (4, "b", "x", "buy", 5, 2.0),
    (10, "a", "x", "sell", 4, 1.0),
    (20, "a", "x", "sell", 6, 0.5),  # a gains half a SOL
    (50, "a", "y", "buy", 8, 1.0),
    (60, "a", "y", "sell", 8, 0.2),  # and loses 0.8
    (90, "a", "y", "buy", 3, 1.0),
    (95, "c", "y", "sell", 3, 0.3),  # tokens that c never bought
)


def test_a_position_lasts_from_the_first_purchase_to_empty() -> None:
    positions = positions_of(TRADES)
    assert positions.select("trader", "mint", "nth", "trades").rows() == [
        (1, 1, 0, 3), (2, 1, 0, 1), (1, 2, 0, 2), (1, 2, 1, 1),
    ]  # fmt: skip
    assert positions["gain"].to_list() == pytest.approx([0.5, None, -0.8, None])
    assert positions["is_win"].to_list() == [True, None, False, None]
    assert positions["launch_slots"].to_list() == [0, 10, 0, 100]
    assert positions["creator"].to_list() == [1, 1, 1, 1]


def test_the_past_is_what_was_closed_before() -> None:
    past = with_past(positions_of(TRADES))
    assert past["before_win"].to_list() == [None, None, True, False]
    assert past["before_seconds"].to_list() == [None, None, 30, 30]
    assert past["drawdown"].to_list() == pytest.approx([0, 0, 0, 0.8], rel=1e-3)


def test_the_next_position_is_counted_from_the_close() -> None:
    following = with_next(positions_of(TRADES))
    assert following.select("close_row", "next_seconds").rows() == [(3, 30), (5, 30)]
