"""What wallets are planted with is found in their trades, each apart, and nothing where nothing is planted."""

from functools import cache

import pytest

from simulator import NOTHING, Behaviours, Market, simulate
from simulator.measured_answers import Answers, answers
from simulator.positions import positions_of, trades_of

#: What may be found where nothing is planted: small samples and what markets do by themselves leave that much.
NOTHING_IS_BELOW = {
    "stake_after_loss": 0.12,
    "stake_after_win": 0.14,
    "drawdown_stake": 0.2,
    "speed_after_loss": 0.25,
    "going_on_after_loss": 0.02,
    "disposition": 0.02,
    "learning": 0.03,
    "quitting": 0.015,
}
#: Few markets show many behaviours: what stands in one of these does not touch the others that are asked for there.
CHASING = Behaviours().only("going_on", "stake_after_loss", "going_on_after_loss")
WINNING = Behaviours(stake_after_win=0.3, speed_after_loss=0.8).only("going_on", "stake_after_win", "speed_after_loss")
LASTING = Behaviours(learning=1.5, drawdown_stake=-0.5).only("drawdown_stake", "disposition", "learning", "quitting")


@cache
def found(planted: Behaviours) -> Answers:
    """The answers of a market of a month."""
    trades = trades_of(simulate(Market(30, 9_000, seed=5, behaviours=planted)))
    return answers(positions_of(trades), trades)


@pytest.mark.parametrize("name", NOTHING_IS_BELOW)
def test_nothing_is_found_where_nothing_is_planted(name):
    estimate = getattr(found(NOTHING), name)
    assert abs(estimate.value) < NOTHING_IS_BELOW[name]


@pytest.mark.parametrize(
    ("name", "planted", "low", "high"),
    [
        ("stake_after_loss", CHASING, 0.15, 0.45),
        ("going_on_after_loss", CHASING, 0.06, 0.2),
        ("stake_after_win", WINNING, 0.1, 0.45),
        ("speed_after_loss", WINNING, 0.3, 1.2),
        ("drawdown_stake", LASTING, -0.9, -0.3),
        ("disposition", LASTING, 0.03, 0.1),
        ("learning", LASTING, 0.005, 0.1),
        ("quitting", LASTING, 0.02, 0.09),
    ],
)
def test_what_is_planted_is_found(name, planted, low, high):
    estimate = getattr(found(planted), name)
    assert low < estimate.value < high
    assert not estimate.low < 0 < estimate.high


@pytest.mark.parametrize(
    ("name", "planted"), [("stake_after_win", CHASING), ("stake_after_loss", WINNING), ("going_on_after_loss", LASTING)]
)
def test_one_behaviour_is_not_taken_for_another(name, planted):
    estimate = getattr(found(planted), name)
    assert abs(estimate.value) < NOTHING_IS_BELOW[name]
