"""Assigns entries to traders: creators get their own coin, others theirs by activity, hour, skill and luck."""

import math
from typing import Final

import numpy as np

from simulator.arrays import Floats, Int64s, Records
from simulator.population import USUAL_HOLD_SECONDS

#: How much of who gets which entry is skill rather than luck, 0..1.
SKILL_WEIGHT: Final = 0.3
#: Spreads within a wallet: of the natural log of a day's activity, and of the hour.
DAY_SPREAD: Final = 0.5
HOUR_SPREAD: Final = 2.5
#: Skill competes within blocks of entries of about the same time of day.
BLOCKS: Final = 48
SMALLEST_BLOCK: Final = 16

#: Creators buy more of their own coin than they would of another (in logs), and sell it all soon.
CREATOR_LOG_SIZE: Final = 1.9
CREATOR_HOLD_SECONDS: Final = 116.0


def creators_of(rng: np.random.Generator, entries: Records, traders: Records) -> Records:
    """Choose who launched each coin; some wallets do it again and again."""
    able = traders[traders["creator"] > 0] if (traders["creator"] > 0).any() else traders
    creators: Records = able[_drawn(rng, able["creator"] + 1e-9, len(entries))]
    habit = creators["hold"] - math.log(USUAL_HOLD_SECONDS)
    creators["size"] = 0.5 * creators["size"] + CREATOR_LOG_SIZE
    creators["hold"] = math.log(CREATOR_HOLD_SECONDS) + 0.3 * habit
    creators["bag"] *= 0.2
    creators["rebuy"] = 0.0
    creators["bump"] = False
    return creators


def takers_of(rng: np.random.Generator, entries: Records, traders: Records) -> Records:
    """Choose who takes each entry: more active wallets more, at their hours, skilled ones the better."""
    n = len(entries)
    moods = np.exp(DAY_SPREAD * rng.standard_normal(len(traders)))
    drawn = _drawn(rng, traders["activity"] * moods, n)
    wished = (traders["hour"][drawn] + HOUR_SPREAD * rng.standard_normal(n)) % 24
    favour = entries["favour"]
    spread = max(float(favour.std()), 1e-9) if n else 1.0
    luck = (1 - SKILL_WEIGHT**2) ** 0.5
    by_slot = SKILL_WEIGHT * (favour - favour.mean()) / spread + luck * rng.standard_normal(n)
    by_trader = SKILL_WEIGHT * traders["skill"][drawn] + luck * rng.standard_normal(n)
    taken = np.empty_like(drawn)
    taken[_ranked(entries["time"], by_slot)] = drawn[_ranked(wished, by_trader)]
    takers: Records = traders[taken]
    return takers


def _drawn(rng: np.random.Generator, weights: Floats, count: int) -> Int64s:
    """Draw row numbers with these weights, with replacement."""
    reached = np.cumsum(weights)
    rows: Int64s = np.searchsorted(reached, rng.random(count) * reached[-1], side="right")
    return rows


def _ranked(time: Int64s | Floats, merit: Floats) -> Int64s:
    """Put row numbers in order of block of time, then merit."""
    n = len(time)
    by_time = np.argsort(time, kind="stable")
    block = np.arange(n) // max(SMALLEST_BLOCK, n // BLOCKS)
    # One sort instead of two: the merit, squeezed into 0..1, is the fraction of the block's number.
    return by_time[np.argsort(block + 1 / (1 + np.exp(-merit[by_time])), kind="stable")]
