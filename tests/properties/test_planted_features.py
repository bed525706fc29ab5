"""Each behaviour that the simulator plants shows in a feature, with its sign and at least half of what was seen.

Planted strongly, a few at a time, and held against a market with none of it, or with its opposite. Wallets are weighted
by the support of the feature. What no feature shows is in `NOT_RECOVERED`, and `docs/features.md` says why.
"""

from dataclasses import fields
from typing import NamedTuple

import numpy as np
import pytest

from features.registry import features
from simulator import NOTHING, Behaviours
from tests.building.planted_markets import found

LOSSES = Behaviours(going_on=0.2, stake_after_loss=0.8, speed_after_loss=1.5, going_on_after_loss=0.3).only(
    "going_on", "stake_after_loss", "speed_after_loss", "going_on_after_loss"
)
WINS = Behaviours(going_on=0.2, stake_after_win=0.8, speed_after_win=1.5, going_on_after_win=0.3).only(
    "going_on", "stake_after_win", "speed_after_win", "going_on_after_win"
)
HABITS = Behaviours(drawdown_stake=-2.0, disposition=3.0, shared_wallets=0.3, co_buying=0.8).only(
    "drawdown_stake", "disposition", "shared_wallets", "co_buying"
)
LEAVERS = Behaviours(quitting=0.3, bundled_share=1.0).only("quitting", "bundled_share")
ROBOTS = Behaviours(sniped_share=1.0, bot_share=0.05, regime=2.0).only(
    "sniped_share", "bot_share", "regime", "regime_days"
)
MARKETS = {"LOSSES": LOSSES, "WINS": WINS, "HABITS": HABITS, "LEAVERS": LEAVERS, "ROBOTS": ROBOTS, "NOTHING": NOTHING}

SUPPORT = {one.name: one.support for one in features()}
#: Behaviours that no feature of one T shows.
NOT_RECOVERED = {"learning"}
#: A difference counts where it is this many of its own standard errors.
LEAST_ERRORS = 3.5


class Shown(NamedTuple):
    """Says that a feature is higher (or lower, below 0) by at least so much in one market than in another."""

    behaviour: str
    feature: str
    planted: str
    effect: float
    beside: str = "NOTHING"


SHOWN = (
    Shown("going_on", "continued_after_win_30d", "LOSSES", 0.06),
    Shown("stake_after_loss", "chase_size_loss_30d", "LOSSES", 0.08),
    Shown("stake_after_loss", "chase_size_30d", "LOSSES", 0.2),
    Shown("stake_after_win", "chase_size_win_30d", "WINS", 0.09),
    Shown("stake_after_win", "chase_size_30d", "WINS", -0.13),
    Shown("speed_after_loss", "chase_speed_30d", "LOSSES", -3.0, "WINS"),
    Shown("speed_after_win", "chase_speed_30d", "WINS", 3.0, "LOSSES"),
    Shown("going_on_after_loss", "chase_continuation_30d", "LOSSES", 0.12),
    Shown("going_on_after_win", "chase_continuation_30d", "WINS", -0.07),
    Shown("drawdown_stake", "stake_slope_30d", "HABITS", -0.008),
    Shown("disposition", "fast_take_share_30d", "HABITS", 0.05),
    Shown("shared_wallets", "same_slot_share_30d", "HABITS", 0.15),
    Shown("co_buying", "same_slot_share_30d", "HABITS", 0.15),
    Shown("quitting", "recency_hours", "LEAVERS", 90.0),
    Shown("bot_share", "repeat_size_share_30d", "ROBOTS", 0.08),
)


def weighted(feature, market):
    """Mean of a feature over wallets by its support, and its standard error."""
    support = SUPPORT[feature]
    rows = [(values[feature], values[support] if support else 1) for values in found(MARKETS[market]).wallets]
    value, weight = np.array([row for row in rows if row[0] is not None], dtype=float).T
    mean = (value * weight).sum() / weight.sum()
    return mean, np.sqrt((weight**2 * (value - mean) ** 2).sum()) / weight.sum()


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: f"{shown.behaviour}-{shown.feature}")
def test_what_is_planted_shows_in_a_feature(shown):
    (here, error), (there, other) = (weighted(shown.feature, market) for market in (shown.planted, shown.beside))
    difference = here - there
    assert difference * np.sign(shown.effect) > abs(shown.effect)
    assert abs(difference) > LEAST_ERRORS * np.hypot(error, other)


def share(market, is_marked):
    """Share of the wallets of a market that bear a mark."""
    return np.mean([is_marked(values) for values in found(MARKETS[market]).wallets])


def is_at_launch(values):
    return (values["create_slot_share_30d"] or 0) >= 0.3


def is_in_company(values):
    return is_at_launch(values) and (values["same_slot_share_30d"] or 0) >= 0.3


def test_snipers_are_at_launches_and_bundlers_in_company_there():
    """Seen: 10.7 % of wallets beside 5.8 %, who are creators; 2.7 % beside none."""
    assert share("ROBOTS", is_at_launch) > 1.4 * share("NOTHING", is_at_launch)
    assert share("LEAVERS", is_in_company) > 0.013
    assert share("ROBOTS", is_in_company) < 0.005
    assert share("NOTHING", is_in_company) == 0


def losing(market):
    """The market's losing share against the usual, as of each of its last days."""
    return np.array([values["market_losing_1d"] for values in found(MARKETS[market]).market])


def test_regimes_show_in_the_market_of_the_day_before_and_last():
    """`regime` by how far days are apart, `regime_days` by how alike a day and the next are."""
    assert losing("ROBOTS").std() > 1.5 * losing("NOTHING").std()
    assert np.corrcoef(losing("ROBOTS")[1:], losing("ROBOTS")[:-1])[0, 1] > 0.3


def test_every_behaviour_shows_somewhere_or_is_said_not_to():
    others = {"regime", "regime_days", "sniped_share", "bundled_share"}
    assert {shown.behaviour for shown in SHOWN} | others | NOT_RECOVERED == {one.name for one in fields(Behaviours)}
