"""Makes who trades: wallets that arrive, keep their traits for life, and leave."""

import math
from typing import Final

import numpy as np

from simulator.arrays import Records

TRADER: Final = np.dtype(
    [
        ("id", np.int64),
        ("last_day", np.int64),  # day number after which the wallet is silent
        ("activity", np.float64),  # relative rate of entering coins
        ("skill", np.float64),  # standard normal; early and well-chosen entries, timely exits
        ("size", np.float64),  # log SOL of a usual purchase
        ("hold", np.float64),  # log seconds of a usual stay
        ("bag", np.float64),  # chance that a losing position is kept for good
        ("patience", np.float64),  # chance that a losing sale is put off
        ("rebuy", np.float64),  # chance of one more purchase, each time
        ("hour", np.float64),  # usual hour of the day, UTC
        ("creator", np.float64),  # relative rate of launching coins, 0 for most
        ("bump", np.bool_),  # buys and sells in one transaction, for show
    ],
    align=True,
)

#: Wallets at the start, and those that arrive each day, per trade of a day. Regulars stay for months, tourists for a
#: day or so; both have exponential lives.
REGULARS_SHARE: Final = 0.36
NEW_REGULARS_SHARE: Final = 0.0012
NEW_TOURISTS_SHARE: Final = 0.1
REGULAR_LIFE_DAYS: Final = 380.0
TOURIST_LIFE_DAYS: Final = 0.25
TOURIST_ACTIVITY: Final = 0.25

#: Activity, size and stay are log-normal between wallets; the spreads are of the natural log.
ACTIVITY_SPREAD: Final = 0.75
USUAL_SIZE_SOL: Final = 0.31
SIZE_TRAIT_SPREAD: Final = 0.85
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
REBUY_BETA: Final = (1.0, 3.5)

#: Snipers are early, quick to sell, and awake at any hour.
SNIPER_SHARE: Final = 0.08
SNIPER_ACTIVITY: Final = 4.5
SNIPER_SKILL: Final = 0.7
SNIPER_SIZE: Final = 0.7
SNIPER_HOLD_SECONDS: Final = 25.0
#: Bump bots buy and sell crumbs in one transaction, to keep a coin in sight.
BUMP_SHARE: Final = 0.01
BUMP_ACTIVITY: Final = 3.0
BUMP_SIZE_SOL: Final = 0.004
CREATOR_SHARE: Final = 0.12


def newcomers(rng: np.random.Generator, day: int, first_id: int, trades_per_day: int) -> Records:
    """Make the wallets first seen on a day, as rows of TRADER; day 0 brings all who were there."""
    regulars = math.ceil((NEW_REGULARS_SHARE if day else REGULARS_SHARE) * trades_per_day)
    tourists = math.ceil(NEW_TOURISTS_SHARE * trades_per_day)
    traders = np.zeros(regulars + tourists, TRADER)
    traders["id"] = first_id + np.arange(len(traders))
    life = rng.exponential(np.repeat([REGULAR_LIFE_DAYS, TOURIST_LIFE_DAYS], [regulars, tourists]))
    traders["last_day"] = day + life.astype(np.int64)
    _draw_traits(rng, traders)
    _make_tourists(traders[regulars:])
    kind = rng.random(regulars)
    is_sniper, is_bump = kind < SNIPER_SHARE, kind >= 1 - BUMP_SHARE
    traders[:regulars][is_sniper] = _sniper(rng, traders[:regulars][is_sniper])
    traders[:regulars][is_bump] = _bump(rng, traders[:regulars][is_bump])
    return traders


def _draw_traits(rng: np.random.Generator, traders: Records) -> None:
    """Draw the habits of people: each is drawn once and never changes."""
    n = len(traders)
    traders["skill"] = rng.standard_normal(n)
    traders["activity"] = np.exp(ACTIVITY_SPREAD * rng.standard_normal(n))
    size = math.log(USUAL_SIZE_SOL) + SIZE_TRAIT_SPREAD * rng.standard_normal(n)
    traders["size"] = size - MICRO_SIZE * (rng.random(n) < MICRO_SHARE)
    usual = np.where(rng.random(n) < HOLDER_SHARE, HOLDER_HOLD_SECONDS, USUAL_HOLD_SECONDS)
    traders["hold"] = np.log(usual) + HOLD_TRAIT_SPREAD * rng.standard_normal(n)
    traders["bag"] = rng.beta(*BAG_BETA, n)
    traders["patience"] = rng.beta(*PATIENCE_BETA, n)
    traders["rebuy"] = rng.beta(*REBUY_BETA, n)
    # Most activity falls into European afternoons and American days.
    traders["hour"] = (17.5 + 4.5 * rng.standard_normal(n)) % 24
    traders["creator"] = (rng.random(n) < CREATOR_SHARE) * np.exp(1.3 * rng.standard_normal(n))


def _make_tourists(traders: Records) -> None:
    """Make tourists enter a coin or two, smaller and worse than regulars."""
    traders["activity"] = TOURIST_ACTIVITY
    traders["rebuy"] *= TOURIST_ACTIVITY
    traders["skill"] -= 0.4
    traders["size"] -= 0.3
    traders["creator"] *= TOURIST_ACTIVITY


def _sniper(rng: np.random.Generator, traders: Records) -> Records:
    n = len(traders)
    traders["skill"] += SNIPER_SKILL
    traders["activity"] *= SNIPER_ACTIVITY
    traders["size"] += SNIPER_SIZE
    traders["hold"] = math.log(SNIPER_HOLD_SECONDS) + 0.6 * rng.standard_normal(n)
    traders["bag"] *= 0.25
    traders["hour"] = 24 * rng.random(n)
    return traders


def _bump(rng: np.random.Generator, traders: Records) -> Records:
    n = len(traders)
    traders["bump"] = True
    traders["activity"] *= BUMP_ACTIVITY
    traders["size"] = math.log(BUMP_SIZE_SOL) + rng.standard_normal(n)
    traders["hour"] = 24 * rng.random(n)
    return traders
