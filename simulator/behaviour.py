"""Decides what traders do with an entry: what they buy, when they sell, and whether they do."""

from typing import Final, NamedTuple

import numpy as np

from pumploss.money import LAMPORTS_PER_SOL
from simulator.arrays import Flags, Floats, Int64s, Records
from simulator.launches import SECOND
from simulator.walk import BUY, SELL, SELL_IF_GAIN

INTENT: Final = np.dtype(
    [
        ("time", np.int64),
        ("mint", np.int64),
        ("position", np.int64),
        ("kind", np.int8),
        ("amount", np.float64),  # lamports to spend, or the share of the position to sell
    ],
    align=True,
)

#: Chance that a sale is timed by the coin's crest and not by habit: at skill 0, and per skill.
INFORMED: Final = 0.12
INFORMED_PER_SKILL: Final = 0.2
#: Spreads within a wallet, of natural logs.
SIZE_SPREAD: Final = 1.2
HOLD_SPREAD: Final = 1.25

#: Purchases grow with a coin's crowd to this power, and flatten towards a limit.
HEAT_POWER: Final = 0.25
WALLET_LIMIT_SOL: Final = 7.0
SMALLEST_BUY_SOL: Final = 0.0002
MOST_REBUYS: Final = 6
REBUY_SECONDS: Final = 12.0

#: Of the bag habit, the share that is not even a decision: the position is simply never sold.
NEVER_SOLD: Final = 0.3
PARTIAL_SHARE: Final = 0.3
PARTS: Final = (0.25, 0.5, 0.75)
WHOLE: Final = 2.0  # any share from 1 on sells everything
#: The second and third sale come so many times later than the first.
LATER: Final = 4.0
LAST: Final = 40.0
LONGEST_HOLD_SECONDS: Final = 20 * 86_400.0


class TakenEntries(NamedTuple):
    """Holds entries, row by row with the trader who takes each and the number of its position."""

    entries: Records
    traders: Records
    position: Int64s


def intents_of(rng: np.random.Generator, taken: TakenEntries) -> Records:
    """Make all purchases and sales meant for these entries, in no order, as rows of INTENT."""
    return np.concatenate([_purchases(rng, taken), _sales(rng, taken)])


def _purchases(rng: np.random.Generator, taken: TakenEntries) -> Records:
    """Mean one purchase at the entry, and for some wallets more soon after."""
    # A geometric number of further purchases, drawn by inversion: one more comes with the chance `rebuy` each time.
    odds = np.maximum(taken.traders["rebuy"], 1e-9)
    more = np.minimum(np.log(1 - rng.random(len(odds))) / np.log(odds), MOST_REBUYS)
    count = more.astype(np.int64) + 1
    # One row per purchase: `row` is its entry, `nth` its number within it.
    row = np.repeat(np.arange(len(count)), count)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    wait = nth * REBUY_SECONDS * np.exp(rng.standard_normal(len(row)))
    wish = taken.traders["size"] + HEAT_POWER * taken.entries["heat"]
    buys = np.zeros(len(row), INTENT)
    buys["time"] = taken.entries["time"][row] + (wait * SECOND).astype(np.int64)
    buys["mint"] = taken.entries["mint"][row]
    buys["position"] = taken.position[row]
    buys["kind"] = BUY
    buys["amount"] = _lamports(np.exp(wish[row] + SIZE_SPREAD * rng.standard_normal(len(row))))
    return buys


def _lamports(sol: Floats) -> Floats:
    """Turn SOL that people type, in two figures and fee included, into curve-side lamports."""
    # Flattened towards the limit, then rounded to two significant figures, then rid of the fee of 125 basis points.
    sol = np.maximum(sol / (1 + sol / WALLET_LIMIT_SOL), SMALLEST_BUY_SOL)
    figure = 10.0 ** (np.floor(np.log10(sol)) - 1)
    typed = np.round(sol / figure) * figure
    lamports: Floats = np.floor(typed * LAMPORTS_PER_SOL * 10_000 / 10_125)
    return lamports


def _sales(rng: np.random.Generator, taken: TakenEntries) -> Records:
    """Mean up to three sales: the habitual, perhaps partial one, and two for who waited or kept some."""
    n, traders = len(taken.position), taken.traders
    is_informed = rng.random(n) < np.clip(INFORMED + INFORMED_PER_SKILL * traders["skill"], 0.02, 0.85)
    stay = _stays(rng, taken, is_informed)
    is_free = ~traders["bump"]
    is_patient = (rng.random(n) < traders["patience"]) & ~is_informed & is_free
    is_partial = (rng.random(n) < PARTIAL_SHARE) & is_free
    is_bag = rng.random(n) < traders["bag"]
    is_sold = rng.random(n) >= NEVER_SOLD * traders["bag"]
    share = np.where(is_partial, rng.choice(PARTS, n), WHOLE)
    first = _sale(taken, stay, is_patient, share)
    second = _sale(taken, stay * _factor(rng, LATER, 0.6, n), is_patient | is_bag, WHOLE)
    third = _sale(taken, stay * _factor(rng, LAST, 1.0, n), is_bag, WHOLE)
    has_second = is_sold & (is_partial | is_patient)
    return np.concatenate([first[is_sold], second[has_second], third[is_sold & is_patient]])


def _stays(rng: np.random.Generator, taken: TakenEntries, is_informed: Flags) -> Floats:
    """Draw the seconds to the first sale; 0 for bump bots, who sell in the transaction they buy in."""
    n = len(taken.position)
    stay = np.exp(taken.traders["hold"] + HOLD_SPREAD * rng.standard_normal(n))
    crest = (taken.entries["crest"] - taken.entries["time"]) / SECOND * rng.uniform(0.6, 1.2, n)
    stay = np.where(is_informed, np.minimum(stay, np.maximum(crest, 3.0)), stay)
    return np.where(taken.traders["bump"], 0.0, np.maximum(stay, 1.0))


def _factor(rng: np.random.Generator, usual: float, spread: float, count: int) -> Floats:
    return usual * np.exp(spread * rng.standard_normal(count))


def _sale(taken: TakenEntries, stay: Floats, only_gain: Flags, share: Floats | float) -> Records:
    sales = np.zeros(len(taken.position), INTENT)
    seconds = np.minimum(stay, LONGEST_HOLD_SECONDS)
    sales["time"] = taken.entries["time"] + (seconds * SECOND).astype(np.int64)
    sales["mint"] = taken.entries["mint"]
    sales["position"] = taken.position
    sales["kind"] = np.where(only_gain, SELL_IF_GAIN, SELL)
    sales["amount"] = share
    return sales
