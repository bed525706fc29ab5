"""Plans what a trader does with an entry, compiled: purchases, and when they sell and whether they do."""

import math
from typing import Final

import numpy as np

from pumploss.compiled import compiled
from simulator.arrays import Int64s, Records, Row, Rows
from simulator.launches import OWN, SECOND
from simulator.noise import Noise, normal, uniform

INTENT: Final = np.dtype(
    [
        ("time", np.int64),
        ("mint", np.int64),
        ("position", np.int64),
        ("kind", np.int64),
        ("amount", np.float64),  # SOL that a buyer wishes to spend, or the share of the position to sell
    ],
    align=True,
)
#: What an intent asks for. One more entry, GO_ON, names as `position` the row of the trader, and as `mint` the coin
#: that it comes from.
BUY: Final = 0
SELL: Final = 1
SELL_IF_GAIN: Final = 2
GO_ON: Final = 3

#: Chance that a sale is timed by the coin's crest and not by habit: at skill 0, and per skill.
INFORMED: Final = 0.1
INFORMED_PER_SKILL: Final = 0.2
LEAST_INFORMED: Final = 0.02
MOST_INFORMED: Final = 0.85
#: Spreads within a wallet, of natural logs.
SIZE_SPREAD: Final = 1.2
HOLD_SPREAD: Final = 1.25

#: Purchases grow with a coin's crowd to this power.
HEAT_POWER: Final = 0.25
LATE_MONEY: Final = 0.7
MOST_REBUYS: Final = 6
REBUY_SECONDS: Final = 12.0
#: Purchases and sales of one entry at most.
MOST_INTENTS: Final = 1 + MOST_REBUYS + 4

#: Of the bag habit, the share that is not even a decision: the position is simply never sold.
NEVER_SOLD: Final = 0.3
PARTIAL_SHARE: Final = 0.3
WHOLE: Final = 2.0  # any share from 1 on sells everything
#: A gain is taken early after this share of the usual stay.
EARLY: Final = 0.35
#: The second and third sale come so many times later than the first.
LATER: Final = 4.0
LAST: Final = 40.0
LONGEST_HOLD_SECONDS: Final = 20 * 86_400.0

#: Creators buy more of their own coin than they would of another (in logs), and sell it all soon.
CREATOR_LOG_SIZE: Final = 1.9
CREATOR_HOLD_SECONDS: Final = 116.0
USUAL_HOLD_SECONDS: Final = 95.0


@compiled
def plan_all(noise: Noise, entries: Rows, coins: Rows, traders: Rows, rows: Int64s, first: int) -> Records:
    """Plan all entries, of the traders in these rows; their positions are numbered from `first` on.

    Returns rows of INTENT, those of an entry side by side, its purchase first.
    """
    intents = np.empty(len(rows) * MOST_INTENTS, INTENT)
    count = 0
    for i in range(len(rows)):
        entry = entries[i]
        trader = traders[rows[i]]
        count = plan(
            noise, entry.time, entry.mint, coins[entry.mint], trader, entry.kind == OWN, first + i, intents, count
        )
    return intents[:count].copy()


@compiled
def plan(
    noise: Noise,
    time: int,
    mint: int,
    coin: Row,
    trader: Row,
    is_own: bool,
    position: int,
    intents: Rows,
    count: int,
) -> int:
    """Plan one entry into `intents` from `count` on, and return the count after it."""
    first = count
    count = _plan_buys(noise, time, coin, trader, is_own, intents, count)
    count = _plan_sales(noise, time, coin, trader, is_own, intents, count)
    for i in range(first, count):
        intents[i].mint = mint
        intents[i].position = position
    return count


@compiled
def _add(intents: Rows, count: int, time: int, wait: float, kind: int, amount: float) -> int:
    intent = intents[count]
    intent.time = time + int(min(wait, LONGEST_HOLD_SECONDS) * SECOND)
    intent.kind = kind
    intent.amount = amount
    return count + 1


@compiled
def _plan_buys(noise: Noise, time: int, coin: Row, trader: Row, is_own: bool, intents: Rows, count: int) -> int:
    """Plan one purchase at the entry, and for some wallets more soon after."""
    if trader.bot:
        # A program buys for what it was set to, to the lamport.
        return _add(intents, count, time, 0.0, BUY, math.exp(trader.size))
    usual = trader.size + HEAT_POWER * coin.heat
    if is_own:
        # Several wallets of an owner share what one would have bought.
        usual = 0.5 * trader.size + CREATOR_LOG_SIZE + HEAT_POWER * coin.heat - math.log(trader.wallets)
    # On good days money comes late, and who is in can sell to it; on bad ones what there is comes at once.
    usual += LATE_MONEY * coin.climate * (0.5 if time > coin.late else -0.5)
    # A geometric number of further purchases, drawn by inversion: one more comes with the chance `rebuy` each time.
    odds = 1e-9 if is_own else max(trader.rebuy, 1e-9)
    more = min(math.log(1 - uniform(noise)) / math.log(odds), MOST_REBUYS)
    for nth in range(int(more) + 1):
        wait = nth * REBUY_SECONDS * math.exp(normal(noise))
        count = _add(intents, count, time, wait, BUY, math.exp(usual + SIZE_SPREAD * normal(noise)))
    return count


@compiled
def _plan_sales(noise: Noise, time: int, coin: Row, trader: Row, is_own: bool, intents: Rows, count: int) -> int:
    """Plan up to four sales: an early one to take a gain, the habitual, perhaps partial one, and two of who waits."""
    is_informed = uniform(noise) < min(max(INFORMED + INFORMED_PER_SKILL * trader.skill, LEAST_INFORMED), MOST_INFORMED)
    is_bump = trader.bump and not is_own
    stay = 0.0 if is_bump else _stay(noise, time, coin, trader, is_own, is_informed)
    bag = 0.2 * trader.bag if is_own else trader.bag
    is_patient = uniform(noise) < trader.patience and not is_informed and not is_bump
    is_eager = uniform(noise) < trader.eager and not is_informed and not is_bump and not is_own
    is_partial = uniform(noise) < PARTIAL_SHARE and not is_bump
    is_bag = uniform(noise) < bag
    is_sold = uniform(noise) >= NEVER_SOLD * bag
    part = (int(uniform(noise) * 3) + 1) / 4
    later = stay * LATER * math.exp(0.6 * normal(noise))
    last = stay * LAST * math.exp(normal(noise))
    if is_eager:
        count = _add(intents, count, time, max(EARLY * stay, 1.0), SELL_IF_GAIN, WHOLE)
    if is_sold:
        kind = SELL_IF_GAIN if is_patient else SELL
        count = _add(intents, count, time, stay, kind, part if is_partial else WHOLE)
        if is_partial or is_patient:
            kind = SELL_IF_GAIN if is_patient or is_bag else SELL
            count = _add(intents, count, time, later, kind, WHOLE)
        if is_patient:
            count = _add(intents, count, time, last, SELL_IF_GAIN if is_bag else SELL, WHOLE)
    return count


@compiled
def _stay(noise: Noise, time: int, coin: Row, trader: Row, is_own: bool, is_informed: bool) -> float:
    """Draw the seconds to the habitual sale: a few at least."""
    habit = trader.hold
    if is_own:
        habit = math.log(CREATOR_HOLD_SECONDS) + 0.3 * (habit - math.log(USUAL_HOLD_SECONDS))
    stay = math.exp(habit + HOLD_SPREAD * normal(noise))
    crest = (coin.crest - time) / SECOND * (0.6 + 0.6 * uniform(noise))
    if is_informed:
        stay = min(stay, max(crest, 3.0))
    return max(stay, 1.0)
