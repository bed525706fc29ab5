"""Who trades: wallets that arrive, keep their traits for life, and leave."""

import math
from typing import Final

import numpy as np
import numpy.typing as npt

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

#: Wallets at the start, and wallets that arrive each day, per trade of a day.
REGULARS_SHARE: Final = 0.36
NEW_REGULARS_SHARE: Final = 0.0012
NEW_TOURISTS_SHARE: Final = 0.008
REGULAR_LIFE_DAYS: Final = 380.0
TOURIST_LIFE_DAYS: Final = 1.5

SNIPER_SHARE: Final = 0.08
SNIPER_ACTIVITY: Final = 4.5
SNIPER_SKILL: Final = 0.7
SNIPER_SIZE: Final = 0.7
BUMP_SHARE: Final = 0.01
#: Wallets that play with pocket money.
MICRO_SHARE: Final = 0.13
CREATOR_SHARE: Final = 0.12

USUAL_SIZE_SOL: Final = 0.31
USUAL_HOLD_SECONDS: Final = 95.0
#: Wallets that stay for hours where most stay for minutes.
HOLDER_SHARE: Final = 0.16
HOLD_TRAIT_SPREAD: Final = 0.6
HOLDER_HOLD_SECONDS: Final = 3600.0
SNIPER_HOLD_SECONDS: Final = 25.0
ACTIVITY_SPREAD: Final = 0.75
BAG_BETA: Final = (0.6, 1.4)
PATIENCE_BETA: Final = (0.7, 4.0)


def newcomers(rng: np.random.Generator, day: int, first_id: int, trades_per_day: int) -> npt.NDArray[np.void]:
    """The wallets first seen on a day, as rows of TRADER; day 0 brings everyone who was there before."""
    regulars = math.ceil((NEW_REGULARS_SHARE if day else REGULARS_SHARE) * trades_per_day)
    tourists = math.ceil(NEW_TOURISTS_SHARE * trades_per_day)
    traders = np.zeros(regulars + tourists, TRADER)
    traders["id"] = first_id + np.arange(len(traders))
    is_tourist = np.arange(len(traders)) >= regulars
    life = rng.exponential(np.where(is_tourist, TOURIST_LIFE_DAYS, REGULAR_LIFE_DAYS))
    traders["last_day"] = day + life.astype(np.int64)
    _draw_traits(rng, traders, is_tourist)
    _draw_kinds(rng, traders)
    return traders


def _draw_traits(
    rng: np.random.Generator, traders: npt.NDArray[np.void], is_tourist: npt.NDArray[np.bool_]
) -> None:
    """Habits of people: each is drawn once and never changes."""
    n = len(traders)
    traders["skill"] = rng.standard_normal(n) - 0.4 * is_tourist
    traders["activity"] = np.exp(ACTIVITY_SPREAD * rng.standard_normal(n)) * np.where(is_tourist, 0.2, 1.0)
    traders["size"] = math.log(USUAL_SIZE_SOL) + 0.85 * rng.standard_normal(n) - 0.3 * is_tourist
    usual = np.where(rng.random(n) < HOLDER_SHARE, HOLDER_HOLD_SECONDS, USUAL_HOLD_SECONDS)
    traders["hold"] = np.log(usual) + HOLD_TRAIT_SPREAD * rng.standard_normal(n)
    traders["bag"] = rng.beta(*BAG_BETA, n)
    traders["patience"] = rng.beta(*PATIENCE_BETA, n)
    traders["rebuy"] = rng.beta(1.0, 3.5, n)
    # Most activity falls into European afternoons and American days.
    traders["hour"] = (17.5 + 4.5 * rng.standard_normal(n)) % 24
    traders["creator"] = (rng.random(n) < CREATOR_SHARE) * np.exp(1.3 * rng.standard_normal(n))


def _draw_kinds(rng: np.random.Generator, traders: npt.NDArray[np.void]) -> None:
    """Programs among the wallets: snipers, early and quick to sell, and bump bots, small and everywhere."""
    kind = rng.random(len(traders))
    sniper = kind < SNIPER_SHARE
    traders["skill"][sniper] += SNIPER_SKILL
    traders["activity"][sniper] *= SNIPER_ACTIVITY
    traders["size"][sniper] += SNIPER_SIZE
    traders["hold"][sniper] = math.log(SNIPER_HOLD_SECONDS) + 0.6 * rng.standard_normal(int(sniper.sum()))
    traders["bag"][sniper] *= 0.25
    traders["hour"][sniper] = 24 * rng.random(int(sniper.sum()))
    traders["size"][rng.random(len(traders)) < MICRO_SHARE] -= 2.6
    bump = (kind >= SNIPER_SHARE) & (kind < SNIPER_SHARE + BUMP_SHARE)
    traders["bump"] = bump
    traders["activity"][bump] *= 3.0
    traders["size"][bump] = np.log(0.004) + 1.0 * rng.standard_normal(int(bump.sum()))
    traders["hour"][bump] = 24 * rng.random(int(bump.sum()))
