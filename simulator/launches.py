"""Launches coins, and says how much attention each will get and when entries into them happen."""

import math
from typing import Final

import numpy as np

from simulator.arrays import Floats, Records

SECOND: Final = 1_000_000  # times are microseconds since the first day's midnight
DAY: Final = 86_400 * SECOND

MINT: Final = np.dtype(
    [
        ("launched", np.int64),
        ("crowd", np.float64),  # entries expected over its life
        ("fade", np.float64),  # seconds over which attention decays
        ("heat", np.float64),  # log of the crowd over that day's mean
        ("late", np.int64),  # when entries are late: its first burst is over
        ("crest", np.int64),  # when attention starts to fade: the time to be out
        ("climate", np.float64),  # of the day it was launched on
    ],
    align=True,
)
ENTRY: Final = np.dtype(
    [
        ("time", np.int64),
        ("mint", np.int64),
        ("favour", np.float64),  # what is still to come, against what is already in: good early, bad late
        ("kind", np.int64),
    ],
    align=True,
)
#: Who takes an entry: anyone, the coin's creator (or, of an owner of several wallets, all of them), or a bot.
OPEN: Final = 0
OWN: Final = 1
SNIPED: Final = 2

TRADES_PER_MINT: Final = 46.0
#: Spread of the log of attention: with it about one launch in a hundred completes its curve.
CROWD_SIGMA: Final = 1.25
#: No coin draws more than this share of a day's entries.
CROWD_LIMIT: Final = 0.15
FADE_SECONDS: Final = 95.0
BURST_SHARE: Final = 0.7
BURST_SECONDS: Final = 4.0
SECOND_WAVE_SHARE: Final = 0.04
SECOND_WAVE_SECONDS: Final = 5 * 3600.0
#: Attention crests this many fade times after launch.
CREST: Final = 0.9
#: Bots buy so many microseconds after a launch, within its slot as a rule.
SNIPE_DELAY: Final = 20


def launch(rng: np.random.Generator, day: int, trades_per_day: int, entries: float, climate: float) -> Records:
    """Make the day's new coins as rows of MINT; together their crowds are about `entries`.

    `climate` is how good the day is: 0 as usual, 1 on a good day.
    """
    count = max(1, round(trades_per_day / TRADES_PER_MINT * (1 + 0.1 * rng.standard_normal())))
    mints = np.zeros(count, MINT)
    hours = (17.0 + 5.0 * rng.standard_normal(count)) % 24
    mints["launched"] = day * DAY + (hours * 3600 * SECOND).astype(np.int64)
    crowd = np.exp(CROWD_SIGMA * rng.standard_normal(count))
    usual = math.exp(CROWD_SIGMA**2 / 2) * count
    crowd = np.minimum(crowd / usual, CROWD_LIMIT)
    mints["crowd"] = crowd * entries
    mints["fade"] = FADE_SECONDS * np.exp(1.0 * rng.standard_normal(count)) * np.sqrt(1 + mints["crowd"] / 30)
    mints["heat"] = np.log(mints["crowd"] / mints["crowd"].mean())
    mints["late"] = mints["launched"] + int(BURST_SECONDS * SECOND)
    mints["climate"] = climate
    mints["crest"] = mints["launched"] + (CREST * mints["fade"] * SECOND).astype(np.int64)
    return mints


def entries_into(rng: np.random.Generator, mints: Records, first_mint: int, count: int) -> Records:
    """Draw `count` entries, on any day from launch on, in random order, as rows of ENTRY."""
    share = np.cumsum(mints["crowd"])
    which = np.searchsorted(share, rng.random(count) * share[-1], side="right")
    mint = mints[which]
    wave = rng.random(count)
    delay = mint["fade"] * rng.exponential(1.0, count)
    delay = np.where(wave < BURST_SHARE, BURST_SECONDS * rng.exponential(1.0, count), delay)
    late = wave >= 1 - SECOND_WAVE_SHARE
    delay[late] = SECOND_WAVE_SECONDS * np.exp(1.2 * rng.standard_normal(int(late.sum())))
    entries = np.zeros(count, ENTRY)
    entries["time"] = mint["launched"] + ((0.4 + delay) * SECOND).astype(np.int64)
    entries["mint"] = first_mint + which
    entries["favour"] = _favour(mint, delay)
    return entries


def launch_entries(rng: np.random.Generator, mints: Records, first_mint: int, sniped_share: float) -> Records:
    """Make one entry per coin at its launch, the creator's own purchase, and one of a bot into a share of coins."""
    own = np.zeros(len(mints), ENTRY)
    own["time"] = mints["launched"]
    own["mint"] = first_mint + np.arange(len(mints))
    own["kind"] = OWN
    sniped = own[rng.random(len(own)) < sniped_share]
    sniped["time"] += SNIPE_DELAY
    sniped["kind"] = SNIPED
    return np.concatenate([own, sniped])


def _favour(mint: Records, delay: Floats) -> Floats:
    """Measure how good an entry is: log of the crowd still to come, less half that of the one in."""
    before = BURST_SHARE * -np.expm1(-delay / BURST_SECONDS)
    before += (1 - BURST_SHARE) * -np.expm1(-delay / mint["fade"])
    favour: Floats = np.log1p(mint["crowd"] * (1 - before)) - 0.5 * np.log1p(mint["crowd"] * before)
    return favour
