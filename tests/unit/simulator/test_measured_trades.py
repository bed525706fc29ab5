"""The market behaves as the measured ones do, within bands; targets in `simulator.measured_trades`."""

import pytest

from simulator import Market, simulate
from simulator.measured_trades import MarketMeasures, measure_trades


@pytest.fixture(scope="module")
def measured() -> MarketMeasures:
    """A market of a month, at the default size."""
    return measure_trades(simulate(Market(days=30, seed=5)))


def test_trade_sizes(measured: MarketMeasures) -> None:
    bands = (
        (0.0003, 0.02),
        (0.022, 0.12),
        (0.18, 0.40),
        (0.75, 1.25),
        (2.5, 4.0),
        (4.8, 6.8),
    )
    for size, (low, high) in zip(measured.window.size_sol, bands, strict=True):
        assert low <= size <= high
    assert 0.7 <= measured.window.size_log10_spread <= 1.13


def test_trades_of_a_wallet_in_a_coin(measured: MarketMeasures) -> None:
    mean, p50, p90, p99 = measured.window.trades_per_stay
    assert 1.5 <= mean <= 2.6
    assert 1 <= p50 <= 2
    assert 2 <= p90 <= 5
    assert 5 <= p99 <= 14
    assert 0.20 <= measured.window.single_trade_share <= 0.57


def test_holds_in_the_first_minutes(measured: MarketMeasures) -> None:
    p50, p90 = measured.window.hold_seconds
    assert 28 <= p50 <= 52
    assert 120 <= p90 <= 210


def test_losers_are_the_majority(measured: MarketMeasures) -> None:
    assert 0.55 <= measured.everything.losing_wallets_share <= 0.75
    assert 0.50 <= measured.everything.losing_sells_share <= 0.66
    assert 0.44 <= measured.window.losing_sells_share <= 0.62
    assert 0.45 <= measured.window.losing_wallets_share <= 0.75


def test_few_coins_graduate(measured: MarketMeasures) -> None:
    assert 0.005 <= measured.graduated_share <= 0.018


def test_activity_is_concentrated(measured: MarketMeasures) -> None:
    assert 0.08 <= measured.everything.top_wallets_share <= 0.30


def test_sells_without_a_purchase_are_rare(measured: MarketMeasures) -> None:
    assert 0.003 <= measured.everything.unmatched_sells_share <= 0.012
