"""Makes some of the regular wallets what most are not: snipers, bots, bump bots, and one of several of their owner."""

import math
from typing import Final

import numpy as np

from simulator.arrays import Records
from simulator.behaviours import Behaviours

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
#: Bots take the place of snipers and enter a coin every hour, or more often.
BOT_ACTIVITY: Final = 28.0
BOT_SIZE: Final = 0.4
#: Wallets of an owner who has several: from 2 to this many, side by side.
MOST_WALLETS: Final = 5
MEAN_WALLETS: Final = (2 + MOST_WALLETS) / 2
#: Share of regular wallets that belong to owners who launch coins with all of them, where there are any; they do
#: little else.
BUNDLER_SHARE: Final = 0.02
BUNDLER_ACTIVITY: Final = 0.2
#: By how much sooner than others they sell, in logs.
BUNDLER_HASTE: Final = 1.5


def make_kinds(rng: np.random.Generator, regulars: Records, planted: Behaviours) -> None:
    """Change the traits of those among regular wallets that are of a kind."""
    kind = rng.random(len(regulars))
    for is_one, make in (
        (kind < SNIPER_SHARE, _make_snipers),
        (kind >= 1 - BUMP_SHARE, _make_bump_bots),
        (kind < planted.bot_share, _make_bots),
    ):
        chosen = regulars[is_one]
        make(rng, chosen)
        regulars[is_one] = chosen
    _give_wallets(rng, regulars, planted)


def _make_snipers(rng: np.random.Generator, traders: Records) -> None:
    n = len(traders)
    traders["skill"] += SNIPER_SKILL
    traders["activity"] *= SNIPER_ACTIVITY
    traders["size"] += SNIPER_SIZE
    traders["hold"] = math.log(SNIPER_HOLD_SECONDS) + 0.6 * rng.standard_normal(n)
    traders["bag"] *= 0.25
    traders["hour"] = 24 * rng.random(n)


def _make_bump_bots(rng: np.random.Generator, traders: Records) -> None:
    n = len(traders)
    traders["bump"] = True
    traders["activity"] *= BUMP_ACTIVITY
    traders["size"] = math.log(BUMP_SIZE_SOL) + rng.standard_normal(n)
    traders["hour"] = 24 * rng.random(n)
    _make_cold(traders)


def _make_bots(_: np.random.Generator, traders: Records) -> None:
    traders["bot"] = True
    traders["activity"] *= BOT_ACTIVITY / SNIPER_ACTIVITY
    traders["size"] += BOT_SIZE
    traders["rebuy"] = 0.0
    traders["patience"] = 0.0
    _make_cold(traders)


def _make_cold(traders: Records) -> None:
    """Let programs go on as before, whatever comes of it."""
    for name in ("stake", "speed", "going_on"):
        traders[f"{name}_after_loss"] = 0.0
        traders[f"{name}_after_win"] = 0.0
    traders["drawdown_stake"] = 0.0
    traders["learning"] = 0.0


def _give_wallets(rng: np.random.Generator, regulars: Records, planted: Behaviours) -> None:
    """Make wallets that stand side by side one owner's: they live as long, at the same hours."""
    blocks = len(regulars) // MOST_WALLETS
    per_wallet = MOST_WALLETS / MEAN_WALLETS  # a block holds up to MOST_WALLETS rows and uses MEAN_WALLETS of them
    bundlers = BUNDLER_SHARE * per_wallet if planted.bundled_share else 0.0
    which = rng.random(blocks)
    wallets = rng.integers(2, MOST_WALLETS + 1, blocks)
    wallets[which >= bundlers + planted.shared_wallets * per_wallet] = 1
    for block in np.flatnonzero(wallets > 1):
        owned = regulars[block * MOST_WALLETS :][: wallets[block]]
        owned["wallets"], owned["nth"] = wallets[block], np.arange(len(owned))
        for name in ("last_day", "hour", "bump", "bot"):
            owned[name] = owned[name][0]
        owned["bundler"] = which[block] < bundlers
    is_bundler = regulars["bundler"]
    regulars["activity"][is_bundler] *= BUNDLER_ACTIVITY
    regulars["hold"][is_bundler] -= BUNDLER_HASTE
    for name in ("bag", "patience", "eager"):
        regulars[name][is_bundler] = 0.0
