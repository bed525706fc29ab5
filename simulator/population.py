"""Makes who trades: wallets that arrive, keep their traits for life, and leave."""

import math
from typing import Final

import numpy as np

from simulator import kinds
from simulator.arrays import Floats, Records
from simulator.behaviours import Behaviours

TRADER: Final = np.dtype(
    [
        ("id", np.int64),
        ("last_day", np.int64),  # day number after which the wallet is silent
        ("activity", np.float64),  # relative rate of entering coins
        ("skill", np.float64),  # standard normal at first; early and well-chosen entries, timely exits
        ("size", np.float64),  # log SOL of a usual purchase
        ("hold", np.float64),  # log seconds of a usual stay
        ("bag", np.float64),  # chance that a losing position is kept for good
        ("patience", np.float64),  # chance that a losing sale is put off
        ("eager", np.float64),  # chance that a gain is taken early
        ("rebuy", np.float64),  # chance of one more purchase, each time
        ("hour", np.float64),  # usual hour of the day, UTC
        ("creator", np.float64),  # relative rate of launching coins, 0 for most
        ("bump", np.bool_),  # buys and sells in one transaction, for show
        ("bot", np.bool_),  # identical stakes, at any hour
        # How the wallet answers to its results: see `Behaviours`.
        ("going_on_after_loss", np.float64),  # chance, the usual one included
        ("going_on_after_win", np.float64),
        ("speed_after_loss", np.float64),
        ("speed_after_win", np.float64),
        ("stake_after_loss", np.float64),
        ("stake_after_win", np.float64),
        ("drawdown_stake", np.float64),
        ("learning", np.float64),
        # Wallets of one owner stand side by side, arrive together and leave together.
        ("bundler", np.bool_),  # of an owner who launches coins and buys them with all wallets at once
        ("wallets", np.int64),  # of the owner
        ("nth", np.int64),  # among them, from 0
        # What has come of the wallet's positions so far; kept by the walk.
        ("closed", np.int64),  # positions closed
        ("closed_at", np.int64),  # when the last one was, microseconds
        ("has_won", np.bool_),  # by the last one
        ("drawdown", np.float64),  # SOL below the best balance of late
    ],
    align=True,
)
NEVER: Final = -(2**62)

#: Wallets at the start, and those that arrive each day, per trade of a day. Regulars stay for months, tourists for a
#: day or so; both have exponential lives.
REGULARS_SHARE: Final = 0.36
NEW_REGULARS_SHARE: Final = 0.0012
ARRIVALS_PER_QUITTING: Final = 15.0
NEW_TOURISTS_SHARE: Final = 0.1
REGULAR_LIFE_DAYS: Final = 380.0
TOURIST_LIFE_DAYS: Final = 0.25
TOURIST_ACTIVITY: Final = 0.25

#: Activity, size and stay are log-normal between wallets; the spreads are of the natural log.
ACTIVITY_SPREAD: Final = 0.75
USUAL_SIZE_SOL: Final = 0.31
SIZE_TRAIT_SPREAD: Final = 1.0
USUAL_HOLD_SECONDS: Final = 95.0
HOLD_TRAIT_SPREAD: Final = 0.6
#: Wallets that stay for hours where most stay for minutes.
HOLDER_SHARE: Final = 0.16
HOLDER_HOLD_SECONDS: Final = 3600.0
#: Wallets that play with pocket money: less by this much, in logs.
MICRO_SHARE: Final = 0.13
MICRO_SIZE: Final = 2.6
#: Parameters of the beta distributions of chances.
BAG_BETA: Final = (0.6, 1.4)
PATIENCE_BETA: Final = (0.7, 4.0)
EAGER_BETA: Final = (0.8, 3.2)
REBUY_BETA: Final = (1.0, 3.5)
#: Strengths of answers to results have a gamma distribution with this shape and mean 1: few are strong.
TEMPER_SHAPE: Final = 2.0
#: Nobody goes on more often than this.
MOST_GOING_ON: Final = 0.6
CREATOR_SHARE: Final = 0.12


def newcomers(rng: np.random.Generator, day: int, first_id: int, trades_per_day: int, planted: Behaviours) -> Records:
    """Make the wallets first seen on a day, as rows of TRADER; day 0 brings all who were there."""
    # About as many come as quit.
    arriving = NEW_REGULARS_SHARE * (1 + ARRIVALS_PER_QUITTING * planted.quitting)
    regulars = math.ceil((arriving if day else REGULARS_SHARE) * trades_per_day)
    tourists = math.ceil(NEW_TOURISTS_SHARE * trades_per_day)
    traders = np.zeros(regulars + tourists, TRADER)
    traders["id"] = first_id + np.arange(len(traders))
    life = rng.exponential(np.repeat([REGULAR_LIFE_DAYS, TOURIST_LIFE_DAYS], [regulars, tourists]))
    traders["last_day"] = day + life.astype(np.int64)
    traders["closed_at"] = NEVER
    traders["wallets"] = 1
    _draw_traits(rng, traders, planted.disposition)
    _draw_tempers(rng, traders, planted)
    _make_tourists(traders[regulars:])
    kinds.make_kinds(rng, traders[:regulars], planted)
    return traders


def _draw_traits(rng: np.random.Generator, traders: Records, disposition: float) -> None:
    """Draw the habits of people: each is drawn once and never changes, but for skill where wallets learn."""
    n = len(traders)
    traders["skill"] = rng.standard_normal(n)
    traders["activity"] = np.exp(ACTIVITY_SPREAD * rng.standard_normal(n))
    size = math.log(USUAL_SIZE_SOL) + SIZE_TRAIT_SPREAD * rng.standard_normal(n)
    traders["size"] = size - MICRO_SIZE * (rng.random(n) < MICRO_SHARE)
    usual = np.where(rng.random(n) < HOLDER_SHARE, HOLDER_HOLD_SECONDS, USUAL_HOLD_SECONDS)
    traders["hold"] = np.log(usual) + HOLD_TRAIT_SPREAD * rng.standard_normal(n)
    traders["bag"] = rng.beta(*BAG_BETA, n)
    traders["patience"] = np.minimum(disposition * rng.beta(*PATIENCE_BETA, n), 1)
    traders["eager"] = np.minimum(disposition * rng.beta(*EAGER_BETA, n), 1)
    traders["rebuy"] = rng.beta(*REBUY_BETA, n)
    # Most activity falls into European afternoons and American days.
    traders["hour"] = (17.5 + 4.5 * rng.standard_normal(n)) % 24
    traders["creator"] = (rng.random(n) < CREATOR_SHARE) * np.exp(1.3 * rng.standard_normal(n))


def _draw_tempers(rng: np.random.Generator, traders: Records, planted: Behaviours) -> None:
    """Draw how wallets answer to losses, to wins, to a drawdown, and whether they learn."""

    def temper() -> Floats:
        return rng.gamma(TEMPER_SHAPE, 1 / TEMPER_SHAPE, len(traders))

    for after in ("loss", "win"):
        own = temper()
        chance = planted.going_on + own * getattr(planted, f"going_on_after_{after}")
        traders[f"going_on_after_{after}"] = np.clip(chance, 0, MOST_GOING_ON)
        for what in ("speed", "stake"):
            traders[f"{what}_after_{after}"] = own * getattr(planted, f"{what}_after_{after}")
    traders["drawdown_stake"] = temper() * planted.drawdown_stake
    traders["learning"] = temper() * planted.learning


def _make_tourists(traders: Records) -> None:
    """Make tourists enter a coin or two, smaller and worse than regulars."""
    traders["activity"] = TOURIST_ACTIVITY
    traders["rebuy"] *= TOURIST_ACTIVITY
    traders["skill"] -= 0.4
    traders["size"] -= 0.3
    traders["creator"] *= TOURIST_ACTIVITY
