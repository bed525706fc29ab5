"""Assigns entries to traders: creators get their own coin, bots what they snipe, others by activity and skill."""

from typing import Final

import numpy as np

from simulator.arrays import Floats, Int64s, Records
from simulator.launches import OPEN, OWN

#: How much of who gets which entry is skill rather than luck, 0..1.
SKILL_WEIGHT: Final = 0.3
#: Spreads within a wallet: of the natural log of a day's activity, and of the hour.
DAY_SPREAD: Final = 0.5
HOUR_SPREAD: Final = 2.5
#: Skill competes within blocks of entries of about the same time of day.
BLOCKS: Final = 48
SMALLEST_BLOCK: Final = 16
#: Owners of several wallets launch coins that will draw a crowd: the chance of one grows with the rank of its crowd
#: to this power.
BUNDLED_RANK_POWER: Final = 9.0
#: The wallets of an owner buy so many microseconds after one another.
NEXT_WALLET: Final = 3


def takers_of(
    rng: np.random.Generator, entries: Records, traders: Records, mints: Records, bundled_share: float
) -> Int64s:
    """Choose who takes each entry, as rows of `traders`; `mints` are launched today, in order of their entries."""
    rows = np.zeros(len(entries), np.int64)
    is_own, is_open = entries["kind"] == OWN, entries["kind"] == OPEN
    rows[is_own] = _creators_of(rng, mints, traders, bundled_share)
    rows[is_open] = _comers_of(rng, entries[is_open], traders)
    is_sniped = ~is_own & ~is_open
    bots = traders["activity"] * traders["bot"]
    able = bots if bots.any() else traders["activity"]
    rows[is_sniped] = _drawn(rng, able, int(is_sniped.sum()))
    return rows


def _creators_of(rng: np.random.Generator, mints: Records, traders: Records, bundled_share: float) -> Int64s:
    """Choose who launched each coin; some wallets do it again and again, a few with all wallets of their owner."""
    alone = traders["creator"] * ~traders["bundler"]
    rows = _drawn(rng, alone + 1e-9, len(mints))
    heads = traders["bundler"] & (traders["nth"] == 0)
    if bundled_share and heads.any():
        rank = np.argsort(np.argsort(mints["crowd"])) / len(mints)
        chance = bundled_share * (1 + BUNDLED_RANK_POWER) * rank**BUNDLED_RANK_POWER
        is_bundled = rng.random(len(mints)) < chance
        rows[is_bundled] = _drawn(rng, heads.astype(np.float64), int(is_bundled.sum()))
    return rows


def _comers_of(rng: np.random.Generator, entries: Records, traders: Records) -> Int64s:
    """Choose who takes open entries: more active wallets more, at their hours, skilled ones the better."""
    n = len(entries)
    moods = np.exp(DAY_SPREAD * rng.standard_normal(len(traders)))
    drawn = _drawn(rng, traders["activity"] * moods, n)
    wished = (traders["hour"][drawn] + HOUR_SPREAD * rng.standard_normal(n)) % 24
    # Programs never sleep.
    wished = np.where(traders["bot"][drawn], 24 * rng.random(n), wished)
    favour = entries["favour"]
    spread = max(float(favour.std()), 1e-9) if n else 1.0
    luck = (1 - SKILL_WEIGHT**2) ** 0.5
    by_slot = SKILL_WEIGHT * (favour - favour.mean()) / spread + luck * rng.standard_normal(n)
    by_trader = SKILL_WEIGHT * traders["skill"][drawn] + luck * rng.standard_normal(n)
    taken = np.empty_like(drawn)
    taken[_ranked(entries["time"], by_slot)] = drawn[_ranked(wished, by_trader)]
    return taken


def joined(
    rng: np.random.Generator, entries: Records, rows: Int64s, traders: Records, co_buying: float
) -> tuple[Int64s, Records, Int64s]:
    """Let other wallets of an owner join an entry, in the same slot: a launch of theirs always, another as often as
    `co_buying` says.

    Returns, for each entry with those that join right behind it, which entry it comes from, the entries and their rows.
    """
    wallets, is_launch = traders["wallets"][rows], (entries["kind"] == OWN) & traders["bundler"][rows]
    is_joined = (wallets > 1) & (is_launch | ((rng.random(len(rows)) < co_buying) & (entries["kind"] == OPEN)))
    count = np.where(is_joined, wallets, 1)
    source = np.repeat(np.arange(len(rows)), count)
    step = np.arange(len(source)) - np.repeat(np.cumsum(count) - count, count)
    nth = (traders["nth"][rows][source] + step) % wallets[source]
    everyone = entries[source]
    everyone["time"] += NEXT_WALLET * step
    return source, everyone, rows[source] - traders["nth"][rows][source] + nth


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
