"""Laws of every simulated market: reserves move by the amounts, nobody sells what nobody bought."""

from dataclasses import replace

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pumploss.money import INITIAL_VIRTUAL_SOL_LAMPORTS, INITIAL_VIRTUAL_TOKEN_UNITS
from simulator import Market, simulate
from simulator.curve import (
    COMPLETE_VIRTUAL_TOKEN_UNITS,
    MIGRATION_FEE_LAMPORTS,
    POOL_TOKEN_UNITS,
    ceil_ratio,
)

SEEDS = st.integers(0, 2**32)
MARKETS = st.builds(
    Market,
    days=st.integers(1, 4),
    trades_per_day=st.integers(1, 2_000),
    seed=SEEDS,
)
#: Large enough for a few coins to complete their curves.
LARGE = st.builds(Market, days=st.just(2), trades_per_day=st.just(20_000), seed=SEEDS)


def frame(market: Market) -> pl.DataFrame:
    """The market with the signed movement of each reserve, and the reserves before each trade."""
    trades = pl.DataFrame(simulate(market))
    sign = pl.when(pl.col("direction") == "buy").then(1).otherwise(-1)
    return trades.with_columns(
        sol_in=sign * pl.col("sol_lamports"),
        tokens_in=-sign * pl.col("token_units"),
        sol_before=pl.col("virtual_sol_lamports").shift(1).over("token_mint"),
        tokens_before=pl.col("virtual_token_units").shift(1).over("token_mint"),
        venue_before=pl.col("venue").shift(1).over("token_mint"),
    )


def assert_reserves(trades: pl.DataFrame) -> int:
    """Reserves start at launch, move by the amounts, migrate by the rule; how many pools opened."""
    opens_pool = (pl.col("venue") == "pumpswap") & (pl.col("venue_before") == "pump_curve")
    raised = pl.col("sol_before") - INITIAL_VIRTUAL_SOL_LAMPORTS - MIGRATION_FEE_LAMPORTS
    before = trades.with_columns(
        sol_start=pl.when(opens_pool)
        .then(raised)
        .otherwise(pl.col("sol_before").fill_null(INITIAL_VIRTUAL_SOL_LAMPORTS)),
        tokens_start=pl.when(opens_pool)
        .then(POOL_TOKEN_UNITS)
        .otherwise(pl.col("tokens_before").fill_null(INITIAL_VIRTUAL_TOKEN_UNITS)),
    )
    broken = before.filter(
        (pl.col("sol_start") + pl.col("sol_in") != pl.col("virtual_sol_lamports"))
        | (pl.col("tokens_start") + pl.col("tokens_in") != pl.col("virtual_token_units"))
    )
    assert broken.is_empty(), broken
    early = trades.filter(opens_pool & (pl.col("tokens_before") != COMPLETE_VIRTUAL_TOKEN_UNITS))
    assert early.is_empty(), early
    back = trades.filter((pl.col("venue") == "pump_curve") & (pl.col("venue_before") == "pumpswap"))
    assert back.is_empty(), back
    return trades.filter(opens_pool).height


@settings(max_examples=25, deadline=None)
@given(MARKETS)
def test_reserves_move_by_the_amounts(market: Market) -> None:
    assert_reserves(frame(market))


@settings(max_examples=3, deadline=None)
@given(LARGE)
def test_completed_curves_continue_in_their_pool(market: Market) -> None:
    assert assert_reserves(frame(market)) > 0


@settings(max_examples=25, deadline=None)
@given(MARKETS)
def test_curve_stays_between_empty_and_complete(market: Market) -> None:
    curve = frame(market).filter(pl.col("venue") == "pump_curve")
    outside = curve.filter(
        (pl.col("virtual_sol_lamports") < INITIAL_VIRTUAL_SOL_LAMPORTS)
        | (pl.col("virtual_token_units") > INITIAL_VIRTUAL_TOKEN_UNITS)
        | (pl.col("virtual_token_units") < COMPLETE_VIRTUAL_TOKEN_UNITS)
    )
    assert outside.is_empty(), outside
    reserves = curve.select("virtual_sol_lamports", "virtual_token_units").rows()
    product = INITIAL_VIRTUAL_SOL_LAMPORTS * INITIAL_VIRTUAL_TOKEN_UNITS
    # Rounding favours the curve: the product may grow by a unit of a reserve per trade, no more.
    slack = len(reserves) * INITIAL_VIRTUAL_TOKEN_UNITS
    assert all(product <= sol * tokens <= product + slack for sol, tokens in reserves)


@settings(max_examples=25, deadline=None)
@given(MARKETS)
def test_nobody_sells_beyond_stock(market: Market) -> None:
    trades = frame(replace(market, transfer_in_share=0.0))
    stock = -pl.col("tokens_in").cum_sum().over("token_mint", "trader_address")
    beyond = trades.filter(stock < 0)
    assert beyond.is_empty(), beyond


@settings(max_examples=10, deadline=None)
@given(MARKETS)
def test_tokens_sent_to_another_wallet_were_bought_by_someone(market: Market) -> None:
    trades = frame(replace(market, transfer_in_share=1.0))
    beyond = trades.filter(-pl.col("tokens_in").cum_sum().over("token_mint") < 0)
    assert beyond.is_empty(), beyond
    sent = trades.filter(-pl.col("tokens_in").cum_sum().over("token_mint", "trader_address") < 0)
    assert market.trades_per_day < 100 or not sent.is_empty()


@settings(max_examples=25, deadline=None)
@given(MARKETS)
def test_amounts_are_positive_and_fees_round_up(market: Market) -> None:
    rows = frame(market).select("sol_lamports", "token_units", "fee_lamports").rows()
    assert all(sol > 0 and units > 0 for sol, units, _ in rows)
    assert all(fee == -(-sol * 125 // 10_000) for sol, _, fee in rows)


@settings(max_examples=25, deadline=None)
@given(MARKETS)
def test_rows_are_in_chain_order(market: Market) -> None:
    trades = frame(market)
    order = trades.select("slot", "tx_index", "event_index").rows()
    assert order == sorted(set(order))
    assert trades["traded_at"].is_sorted()
    transactions = trades.group_by("signature").agg(pl.struct("slot", "tx_index").n_unique())
    assert (transactions["slot"] == 1).all()
    assert trades.select("slot", "tx_index").n_unique() == len(transactions)


@settings(max_examples=15, deadline=None)
@given(MARKETS, st.integers(1, 3))
def test_a_longer_market_starts_with_the_shorter_one(market: Market, more: int) -> None:
    short = simulate(market)
    longer = simulate(replace(market, days=market.days + more))
    assert longer.slice(0, len(short)).equals(short)


@settings(max_examples=300, deadline=None)
@given(
    st.integers(1, 2**42),
    st.integers(1, 1_100_000_000_000_000),
    st.integers(1, 1_100_000_000_000_000),
)
def test_ceil_ratio_is_exact(a: int, b: int, divisor: int) -> None:
    exact = -(-a * b // divisor)
    if exact < 2**52:
        assert ceil_ratio(a, b, divisor) == exact
