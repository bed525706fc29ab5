"""Draws daily facts of a crowd of traders without any trade: as many rows, lists and distinct values as a market has.

Per trade of a day there are as many positions, first buys and mints as on a simulated day (0.43, 0.40 and 0.024). Each
trader trades on every day, or on every second, fifth, tenth or thirtieth, so that 30 days see all of them: about a
sixth on each. What a trader does on a day is drawn from a skewed distribution. Figures are random: they compress badly.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pyarrow as pa

from pumploss.cohort import trader_cohort
from pumploss.contract import Table, Type
from pumploss.days import midnight, shift
from pumploss.tables.gold_token_day import NUMBERS_PER_DAY
from simulator.identities import mint_addresses, trader_addresses

FIRST_DAY = date(2026, 1, 1)
#: Every how many days a trader trades, and the share of traders who do.
PERIODS = {1: 0.04, 2: 0.08, 5: 0.18, 10: 0.30, 30: 0.40}
#: Mints that a trade adds to a day, and a trader's mints per own trade.
MINTS_PER_TRADE, MINTS_PER_OWN_TRADE = 0.024, 0.41
#: Of the positions opened on a day, those that are emptied on it; the rest is carried on.
EMPTIED_SHARE = 0.83
_SPREAD = 1.3
_DAY_MICROS = 86_400_000_000

Drawn = dict[str, pa.Array | np.ndarray]


@dataclass(frozen=True)
class Crowd:
    """Describes a crowd: its traders, the trades of all of them on a day, and the seed of all that is drawn."""

    traders: int
    trades_per_day: int
    seed: int = 1

    @cached_property
    def addresses(self) -> pa.Array:
        """Return the wallets in the order of their addresses."""
        letters = trader_addresses(self.seed, np.arange(self.traders))
        return pa.array(np.sort(letters.view(f"S{letters.shape[1]}").ravel()).astype(str))

    @cached_property
    def cohorts(self) -> np.ndarray:
        """Return the cohort of each wallet."""
        return np.array([trader_cohort(address) for address in self.addresses.to_pylist()], np.int32)

    @cached_property
    def _periods(self) -> np.ndarray:
        shares = np.fromiter(PERIODS.values(), np.float64)
        drawn = np.random.default_rng(self.seed).choice(list(PERIODS), self.traders, p=shares / shares.sum())
        return np.asarray(drawn)

    @cached_property
    def mints_per_day(self) -> int:
        """Return how many mints trade on a day; each trades on its own day and some on later ones."""
        return max(1, int(self.trades_per_day * MINTS_PER_TRADE))

    def day(self, number: int) -> "CrowdDay":
        """Draw who trades how much on the day of this number, from 0."""
        draw = np.random.default_rng((self.seed, number))
        # Numbers are spread over the days of a period by a constant without a common divisor.
        active = np.flatnonzero((np.arange(self.traders) * 7919 + number) % self._periods == 0)
        share = draw.lognormal(0.0, _SPREAD, len(active))
        trades = np.maximum(1, np.round(share * self.trades_per_day / share.sum())).astype(np.int64)
        return CrowdDay(self, number, shift(FIRST_DAY, number), active, trades, draw)


@dataclass(frozen=True)
class CrowdDay:
    """Describes a day of the crowd: numbers of the active traders, their trades, and where the rest is drawn from."""

    crowd: Crowd
    number: int
    date: date
    active: np.ndarray
    trades: np.ndarray
    draw: np.random.Generator

    @cached_property
    def pairs(self) -> np.ndarray:
        """Return what each trader trades: its place among the active ones and the number of a mint, each once.

        Mostly a mint of the day, else one of the four days before; some of a day are traded by many.
        """
        wanted = np.maximum(1, np.round(self.trades * MINTS_PER_OWN_TRADE)).astype(np.int64)
        owner = np.repeat(np.arange(len(self.active)), wanted)
        age = np.minimum(self.draw.geometric(0.85, len(owner)) - 1, min(self.number, 4))
        place = (self.crowd.mints_per_day * self.draw.random(len(owner)) ** 3).astype(np.int64)
        every = self.crowd.mints_per_day * (self.number + 1)
        packed = np.unique(owner * every + (self.number - age) * self.crowd.mints_per_day + place)
        return np.stack(np.divmod(packed, every))

    @property
    def owner(self) -> np.ndarray:
        """Return the place, among the active traders, of each pair of a trader and a mint."""
        owner: np.ndarray = self.pairs[0]
        return owner

    @cached_property
    def mints(self) -> np.ndarray:
        """Return how many mints each active trader trades."""
        return np.bincount(self.owner, minlength=len(self.active))

    def rows(self, table: Table, drawn: Drawn, owners: np.ndarray | None = None) -> pa.Table:
        """Make rows of a table without its partition column: what is drawn, who it is of, and 0 for all other figures.

        `owners` are places among the active traders; without them rows are of no trader.
        """
        count = len(next(iter(drawn.values())))
        given = dict(drawn)
        if owners is not None:
            numbers = self.active[owners]
            given |= {"trader_address": self.crowd.addresses.take(pa.array(numbers))}
            given |= {"trader_cohort": self.crowd.cohorts[numbers]}
        given.setdefault("known_at", pa.array([midnight(shift(self.date, 1))] * 1).take(pa.array(np.zeros(count, int))))
        columns = [column for column in table.columns if column.name not in table.partition_by]
        schema = pa.schema([pa.field(column.name, column.type.arrow) for column in columns])
        return pa.table({c.name: _filled(given.get(c.name), c.type, count) for c in columns}).cast(schema)

    def lamports(self, size: int) -> np.ndarray:
        """Draw amounts around a tenth of a SOL."""
        return np.exp(self.draw.normal(18.4, 1.2, size)).astype(np.int64)

    def moments(self, size: int) -> np.ndarray:
        """Draw moments of the day to the second, in microseconds since 1970."""
        start = (self.date - date(1970, 1, 1)).days * _DAY_MICROS
        return start + self.draw.integers(0, 86_400, size) * 1_000_000

    def some(self, values: np.ndarray, share: float = 0.9) -> pa.Array:
        """Leave out all but a share of the values."""
        return pa.array(values, mask=self.draw.random(len(values)) > share)


def mint_texts(crowd: Crowd, numbers: np.ndarray) -> pa.Array:
    """Write the addresses of mints, each distinct one once."""
    distinct, place = np.unique(numbers, return_inverse=True)
    letters = mint_addresses(crowd.seed, distinct)
    texts = pa.array(letters.view(f"S{letters.shape[1]}").ravel().astype(str))
    return pa.DictionaryArray.from_arrays(pa.array(place.astype(np.int32)), texts).cast(pa.string())


def mint_numbers(crowd: Crowd, numbers: np.ndarray) -> np.ndarray:
    """Number mints as `gold_token_day` does: by the day on which each first traded, and its place on it."""
    day, place = np.divmod(numbers, crowd.mints_per_day)
    wanted: np.ndarray = (day + (FIRST_DAY - date(1970, 1, 1)).days) * NUMBERS_PER_DAY + place
    return wanted


def lists(counts: np.ndarray, values: np.ndarray) -> pa.Array:
    """Cut values into lists of these lengths."""
    return pa.ListArray.from_arrays(np.r_[0, np.cumsum(counts)].astype(np.int32), pa.array(values))


def _filled(values: pa.Array | np.ndarray | None, kind: Type, count: int) -> pa.Array:
    if values is not None:
        return values if isinstance(values, pa.Array) else pa.array(values)
    if kind in (Type.BIGINTS, Type.DOUBLES):
        return lists(np.zeros(count, np.int64), np.zeros(0)).cast(kind.arrow)
    if kind in (Type.STRING, Type.TIMESTAMP, Type.DATE):
        return pa.nulls(count, kind.arrow)
    return pa.array(np.zeros(count, np.int64)).cast(kind.arrow)
