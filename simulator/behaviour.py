"""What traders do with an entry: who takes it, what they buy, when and whether they sell."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from simulator.launches import SECOND
from simulator.tape import BUY, SELL, SELL_IF_GAIN


INTENT: Final = np.dtype(
    [
        ("time", np.int64),
        ("mint", np.int64),
        ("position", np.int64),
        ("kind", np.int8),
        ("amount", np.float64),
    ]
)

#: How much of who gets which entry is skill rather than luck, 0..1.
SKILL_WEIGHT: Final = 0.3
#: Wallets have good and bad days: spread of the log of a day's activity.
DAY_SPREAD: Final = 0.5
HOUR_SPREAD: Final = 2.5
SIZE_SPREAD: Final = 1.2
#: Purchases grow with a coin's crowd to this power.
HEAT_POWER: Final = 0.25
HOLD_SPREAD: Final = 1.25
WALLET_LIMIT_SOL: Final = 7.0
CREATOR_LOG_SIZE: Final = 1.9
INFORMED: Final = 0.12
LATER: Final = 4.0
LAST: Final = 40.0
SMALLEST_BUY_SOL: Final = 0.0002
#: Share of the bag habit that is not even a decision: the position is simply never sold.
NEVER_SOLD: Final = 0.3
LONGEST_HOLD_SECONDS: Final = 20 * 86_400.0
MOST_REBUYS: Final = 6
WHOLE: Final = 2.0  # any share from 1 on sells everything


class Plan(NamedTuple):
    """Entries with the row of the trader who takes each."""

    entries: npt.NDArray[np.void]
    traders: npt.NDArray[np.void]


def creators_of(
    rng: np.random.Generator, entries: npt.NDArray[np.void], traders: npt.NDArray[np.void]
) -> npt.NDArray[np.void]:
    """Who launched each coin: some wallets do it again and again. The purchase is sold whole and soon."""
    able = traders[traders["creator"] > 0] if (traders["creator"] > 0).any() else traders
    weight = np.cumsum(able["creator"] + 1e-9)
    creators = able[np.searchsorted(weight, rng.random(len(entries)) * weight[-1], side="right")]
    creators["size"] = 0.5 * creators["size"] + CREATOR_LOG_SIZE
    creators["hold"] = np.log(120.0) + 0.3 * creators["hold"] - 1.4
    creators["bag"] *= 0.2
    creators["rebuy"] = 0.0
    creators["bump"] = False
    return creators


def takers_of(
    rng: np.random.Generator, entries: npt.NDArray[np.void], traders: npt.NDArray[np.void]
) -> npt.NDArray[np.void]:
    """Who takes each entry: by activity and hour of the day, and the better entries by skill and luck."""
    n = len(entries)
    moods = np.exp(DAY_SPREAD * rng.standard_normal(len(traders)))
    weight = np.cumsum(traders["activity"] * moods)
    drawn = np.searchsorted(weight, rng.random(n) * weight[-1], side="right")
    wished = (traders["hour"][drawn] + HOUR_SPREAD * rng.standard_normal(n)) % 24
    favour = entries["favour"]
    spread = max(float(favour.std()), 1e-9) if n else 1.0
    luck = (1 - SKILL_WEIGHT**2) ** 0.5
    by_slot = SKILL_WEIGHT * (favour - favour.mean()) / spread + luck * rng.standard_normal(n)
    by_trader = SKILL_WEIGHT * traders["skill"][drawn] + luck * rng.standard_normal(n)
    block = np.arange(n) // max(16, n // 48)
    taken = np.empty_like(drawn)
    taken[_ranked(entries["time"], by_slot, block)] = drawn[_ranked(wished, by_trader, block)]
    return traders[taken]


def _ranked(
    time: npt.NDArray[np.generic], merit: npt.NDArray[np.float64], block: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Row numbers in order of time block, then merit."""
    by_time = np.argsort(time, kind="stable")
    # One sort instead of two: the merit, squeezed into 0..1, is the fraction of the block's number.
    return by_time[np.argsort(block + 1 / (1 + np.exp(-merit[by_time])), kind="stable")]


def intents_of(
    rng: np.random.Generator, plan: Plan, first_position: int
) -> npt.NDArray[np.void]:
    """All purchases and sales meant for these entries, in no order; position numbers follow the entries'."""
    position = first_position + np.arange(len(plan.entries))
    buys = _purchases(rng, plan, position)
    return np.concatenate([buys, _sales(rng, plan, position)])


def _purchases(
    rng: np.random.Generator, plan: Plan, position: npt.NDArray[np.int64]
) -> npt.NDArray[np.void]:
    entries, traders = plan
    n = len(entries)
    odds = np.maximum(traders["rebuy"], 1e-9)
    more = np.minimum(np.log(1 - rng.random(n)) / np.log(odds), MOST_REBUYS).astype(np.int64)
    row = np.repeat(np.arange(n), more + 1)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(more + 1) - more - 1, more + 1)
    wait = nth * np.exp(np.log(12.0) + 1.0 * rng.standard_normal(len(row)))
    buys = np.zeros(len(row), INTENT)
    buys["time"] = entries["time"][row] + (wait * SECOND).astype(np.int64)
    buys["mint"] = entries["mint"][row]
    buys["position"] = position[row]
    buys["kind"] = BUY
    wish = traders["size"] + HEAT_POWER * entries["heat"]
    wish = wish[row] + SIZE_SPREAD * rng.standard_normal(len(row))
    buys["amount"] = _lamports(np.exp(wish))
    return buys


def _lamports(sol: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Curve-side lamports of a purchase: people type two figures, fee included."""
    sol = np.maximum(sol / (1 + sol / WALLET_LIMIT_SOL), SMALLEST_BUY_SOL)
    figure = 10.0 ** (np.floor(np.log10(sol)) - 1)
    typed = np.round(sol / figure) * figure
    return np.floor(typed * 1e9 * 10_000 / 10_125)


def _sales(
    rng: np.random.Generator, plan: Plan, position: npt.NDArray[np.int64]
) -> npt.NDArray[np.void]:
    """Up to three sales: the habitual one, perhaps partial, and two later ones for who waited or kept some."""
    entries, traders = plan
    n = len(entries)
    stay = np.exp(traders["hold"] + HOLD_SPREAD * rng.standard_normal(n))
    informed = rng.random(n) < np.clip(INFORMED + 0.2 * traders["skill"], 0.02, 0.85)
    crest = (entries["crest"] - entries["time"]) / SECOND * rng.uniform(0.6, 1.2, n)
    stay = np.where(informed, np.minimum(stay, np.maximum(crest, 3.0)), stay)
    stay = np.where(traders["bump"], 0.0, np.maximum(stay, 1.0))
    patient = (rng.random(n) < traders["patience"]) & ~informed & ~traders["bump"]
    partial = (rng.random(n) < 0.3) & ~traders["bump"]
    bag = rng.random(n) < traders["bag"]
    share = np.where(partial, rng.choice([0.25, 0.5, 0.75], n), WHOLE)
    sells = rng.random(n) >= NEVER_SOLD * traders["bag"]
    again = sells & (partial | patient)
    first = _sale(plan, position, stay, np.where(patient, SELL_IF_GAIN, SELL), share)
    later = stay * np.exp(np.log(LATER) + 0.6 * rng.standard_normal(n))
    second = _sale(plan, position, later, np.where(patient | bag, SELL_IF_GAIN, SELL), WHOLE)
    last = stay * np.exp(np.log(LAST) + 1.0 * rng.standard_normal(n))
    third = _sale(plan, position, last, np.where(bag, SELL_IF_GAIN, SELL), WHOLE)
    return np.concatenate([first[sells], second[again], third[sells & patient]])


def _sale(
    plan: Plan,
    position: npt.NDArray[np.int64],
    stay: npt.NDArray[np.float64],
    kind: npt.NDArray[np.int64],
    share: npt.NDArray[np.float64] | float,
) -> npt.NDArray[np.void]:
    sales = np.zeros(len(position), INTENT)
    seconds = np.minimum(stay, LONGEST_HOLD_SECONDS)
    sales["time"] = plan.entries["time"] + (seconds * SECOND).astype(np.int64)
    sales["mint"] = plan.entries["mint"]
    sales["position"] = position
    sales["kind"] = kind
    sales["amount"] = share
    return sales
