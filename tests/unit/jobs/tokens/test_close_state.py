"""The state of a mint at the close of a day: reserves that follow from a price, and venues beyond pump.fun's."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from pyspark.sql import functions as F

from jobs import gold_token_day
from jobs.tokens.close_state import reserves_from_price
from pnl.exit_value import exit_value
from pumploss.fees import FEES
from pumploss.money import INITIAL_VIRTUAL_SOL_LAMPORTS, INITIAL_VIRTUAL_TOKEN_UNITS
from pumploss.tables import gold_token_day as token_table
from pumploss.tables import silver_trade_pnl, silver_trader_mint_day, silver_trades

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
UNITS = 10**9
RESERVES = {"virtual_sol_lamports": 31 * 10**9, "virtual_token_units": 10**15}


@pytest.fixture
def closes(frame, rows_of):
    """The state of a mint at the close of each day of its trades, given as (day, venue, lamports, more)."""

    def closes(*trades):
        rows = [
            {
                "token_mint": "m", "trader_address": "t", "direction": "buy", "token_units": UNITS, "token_decimals": 6,
                "sol_lamports": lamports, "venue": venue, "fee_source": "included", "amount_basis": "balance_delta",
                "traded_at": NOON + timedelta(days=day, seconds=n), "order_in_mint_day": n + 1, "source": "dune_trades",
                **(more[0] if more else {}),
            }
            for n, (day, venue, lamports, *more) in enumerate(trades)
        ]  # fmt: skip
        states = gold_token_day.transform(
            frame(silver_trades.TABLE, *rows),
            frame(silver_trade_pnl.TABLE),
            frame(silver_trader_mint_day.TABLE),
            frame(token_table.TABLE),
        )
        return rows_of(states, "day")

    return closes


@pytest.mark.parametrize(("venue", "share"), [("raydium", 0.0025), ("launchlab", 0.0125), ("meteora", 0.01)])
def test_a_pool_without_reserves_is_marked_at_its_last_prices_less_its_fee(closes, arrow, venue, share):
    (state,) = closes(*((0, venue, lamports * 10**6) for lamports in (900, 400, 500, 600)))
    assert (state["venue_close"], state["mark_method"], state["mark_price"]) == (venue, "last_price", 0.55)
    assert (state["reserve_sol_close_lamports"], state["reserve_token_close_units"]) == (None, None)
    assert state["fee_close_share"] == share
    marked = pl.DataFrame(pl.from_arrow(arrow(token_table.TABLE, state)))
    value = marked.select(exit_value(pl.lit(2 * UNITS))).item()
    assert value in (round(2 * UNITS * 0.55 * (1 - share)) - 1, round(2 * UNITS * 0.55 * (1 - share)))


@pytest.mark.parametrize("venue", sorted(set(FEES) - {"pump_curve"}))
def test_the_curve_s_reserves_are_left_behind_with_the_curve(closes, venue):
    """A coin that left the curve, on the day itself and on the next."""
    on_curve = (0, "pump_curve", 30 * 10**6, {**RESERVES, "fee_source": "event"})
    same_day = closes(on_curve, (0, venue, 400 * 10**6))
    next_day = closes(on_curve, (1, venue, 400 * 10**6))
    assert next_day[0]["mark_method"] == "reserves"
    for state in (same_day[-1], next_day[-1]):
        assert (state["venue_close"], state["mark_method"], state["mark_price"]) == (venue, "last_price", 0.4)
        assert (state["reserve_sol_close_lamports"], state["reserve_token_close_units"]) == (None, None)


START = INITIAL_VIRTUAL_SOL_LAMPORTS / INITIAL_VIRTUAL_TOKEN_UNITS
SOLD_OUT = (115_005_359_057, 279_900_000_000_000)  # sqrt(k x price) and the tokens that are never sold on the curve


@pytest.mark.parametrize(
    ("price", "reserves"),
    [
        pytest.param(START, (INITIAL_VIRTUAL_SOL_LAMPORTS, INITIAL_VIRTUAL_TOKEN_UNITS), id="at the start"),
        pytest.param(
            START * 4, (INITIAL_VIRTUAL_SOL_LAMPORTS * 2, INITIAL_VIRTUAL_TOKEN_UNITS // 2), id="twice the SOL"
        ),
        pytest.param(1e-13, (INITIAL_VIRTUAL_SOL_LAMPORTS, INITIAL_VIRTUAL_TOKEN_UNITS), id="no curve is cheaper"),
        pytest.param(1e18, SOLD_OUT, id="nor dearer"),
    ],
)
def test_reserves_follow_from_the_price(spark, price, reserves):
    sol, tokens = reserves_from_price(F.col("price"))
    (row,) = (
        spark.createDataFrame([(price,)], "price double").select(sol.alias("sol"), tokens.alias("tokens")).collect()
    )
    assert tuple(row) == reserves


def test_spot_prices_are_of_reserves_or_else_what_was_paid(closes):
    sol, one = 10**9, {"token_units": 10**6}
    stated = {**one, "virtual_sol_lamports": 40 * sol, "virtual_token_units": 5 * 10**6}  # 8 SOL a token
    days = closes(
        (0, "pumpswap", 3 * sol, stated),
        (0, "pumpswap", 6 * sol, one),
        (1, "pumpswap", 2 * sol, {**stated, "virtual_sol_lamports": 45 * sol}),
        (1, "pumpswap", 0, {**stated, "direction": "sell"}),
        (1, "pumpswap", 0, {**one, "direction": "sell"}),
        (2, "pumpswap", 0, {**one, "direction": "sell"}),
    )
    spot = [(day["spot_high_sol"], day["spot_close_sol"], day["spot_peak_close_sol"]) for day in days]
    assert spot == [(8, 6, 8), (9, 8, 9), (None, 8, 9)], "carried to a day without a price"
    assert [(day["price_high_sol"], day["price_close_sol"]) for day in days] == [(6, 6), (2, 2), (None, 2)]
