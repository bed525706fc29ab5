"""What a market shows as a whole is there where it is planted, near its figure, and else not."""

from functools import cache

import pytest

from simulator import NOTHING, Behaviours, Market, simulate
from simulator.measured_market import Showings, showings
from simulator.positions import positions_of, trades_of


@cache
def shown(planted: Behaviours) -> Showings:
    """What a market of two months shows."""
    trades = trades_of(simulate(Market(60, 7_200, seed=3, behaviours=planted)))
    return showings(positions_of(trades), trades)


def test_days_are_good_and_bad_by_turns() -> None:
    assert shown(Behaviours()).regime.low > 0
    assert shown(NOTHING).regime.low < 0 < shown(NOTHING).regime.high
    assert 0.03 < shown(Behaviours()).regime_spread < 0.08
    assert shown(NOTHING).regime_spread < 0.025


def test_launches_are_sniped_and_bundled() -> None:
    assert 0.48 < shown(Behaviours()).sniped.value < 0.56
    assert 0.015 < shown(Behaviours()).bundled.value < 0.045
    assert shown(NOTHING).sniped.value == shown(NOTHING).bundled.value == 0


def test_bundlers_have_an_edge() -> None:
    assert 0.8 < shown(Behaviours()).bundles_won.value < 0.98
    assert 0.7 < shown(Behaviours()).bundles_quick.value < 0.95


def test_bots_have_their_marks() -> None:
    assert shown(Behaviours()).sleepless.low > 0
    assert shown(Behaviours()).identical.low > 0
    assert shown(NOTHING).sleepless.value == shown(NOTHING).identical.value == 0


def test_wallets_of_one_owner_buy_together() -> None:
    assert 0.01 < shown(Behaviours()).owned.value < 0.06
    assert shown(NOTHING).owned.value < 0.003


def test_starters_leave() -> None:
    assert 0.35 < shown(Behaviours()).starters_gone.value < 0.65
    assert shown(NOTHING).starters_gone.high < shown(Behaviours()).starters_gone.value


@pytest.mark.parametrize("planted", [NOTHING, Behaviours()])
def test_losses_are_concentrated(planted: Behaviours) -> None:
    assert 0.5 < shown(planted).worst_share < 0.8
    assert 0.5 < shown(planted).largest_share < 0.85
