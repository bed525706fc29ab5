"""Draws lives of traders day by day, as rows of `gold_trader_day`: what each has lost by each close, and net results.

Losses only grow, net results go both ways, and figures of days sum up to those of lives. Some traders stop for good. On
days that are named a rally, whoever is below zero recovers: boards of net results change nearly all their places.
"""

from datetime import date

import numpy as np
import pyarrow as pa

from benchmarks.crowd import FIRST_DAY
from pumploss.cohort import COHORTS
from pumploss.contract import Type
from pumploss.days import midnight, shift
from pumploss.tables.gold_trader_day import TABLE

_NO_TIME = np.iinfo(np.int64).min


class Lives:
    """Draws days in order. Amounts are whole multiples of `grain` lamports: the coarser, the more ties.

    Of all traders a tenth trades in the first three days alone.
    """

    def __init__(self, traders: int, seed: int = 1, grain: int = 1) -> None:
        self._draw, self._grain = np.random.default_rng(seed), grain
        self._addresses = np.array([f"{number:05d}{'x' * 39}" for number in self._draw.permutation(traders)])
        self._loss, self._net, self._count = (np.zeros(traders, np.int64) for _ in range(3))
        self._lost_at = np.full(traders, _NO_TIME)
        self._number = 0

    def next_day(self, active: int, is_rally: bool = False) -> tuple[date, pa.Table]:
        """Draw the next day of so many traders; answers it with its rows, in the order of their addresses."""
        day, draw, traders = shift(FIRST_DAY, self._number), self._draw, len(self._addresses)
        who = draw.choice(traders if self._number < 3 else traders * 9 // 10, active, replace=False)
        who = who[np.argsort(self._addresses[who])]
        sells = draw.integers(0, 4, active)
        lost = -self._amounts(active) * (sells > 0)
        change = lost + self._amounts(active) * draw.integers(0, 3, active)
        if is_rally:
            change = np.maximum(change, -self._net[who] + self._amounts(active))
        self._loss[who] += lost
        self._net[who] += change
        self._count[who] += np.where(lost < 0, sells, 0)
        at = (day - date(1970, 1, 1)).days * 86_400 * 10**6 + draw.integers(0, 86_400, active) * 10**6
        self._lost_at[who] = np.where(lost < 0, at, self._lost_at[who])
        self._number += 1
        return day, self._rows(day, who, lost, np.where(lost < 0, sells, 0), change)

    def _amounts(self, size: int) -> np.ndarray:
        drawn: np.ndarray = (self._draw.exponential(10**8, size) / self._grain).astype(np.int64) * self._grain
        return drawn

    def _rows(self, day: date, who: np.ndarray, lost: np.ndarray, sells: np.ndarray, change: np.ndarray) -> pa.Table:
        cost = self._amounts(len(who)) * 3
        equity = cost // 2
        at = self._lost_at[who]
        drawn = {
            "trader_address": self._addresses[who],
            "trader_cohort": (who % COHORTS).astype(np.int32),
            "realised_loss_lamports": lost,
            "loss_count": sells,
            "equity_change_lamports": change,
            "realised_loss_close_lamports": self._loss[who],
            "loss_count_close": self._count[who],
            "realised_pnl_close_lamports": self._net[who] + cost - equity,
            "equity_close_lamports": equity,
            "open_cost_close_lamports": cost,
            "last_lost_at_close": pa.array(at, mask=at == _NO_TIME).cast(pa.timestamp("us", "UTC")),
            "known_at": pa.array([midnight(shift(day, 1))] * len(who)),
            TABLE.day: pa.array([day] * len(who)),
        }
        columns = {c.name: drawn[c.name] if c.name in drawn else _nothing(c.type, len(who)) for c in TABLE.columns}
        return pa.table(columns).cast(TABLE.arrow_schema)


def _nothing(kind: Type, count: int) -> pa.Array:
    if kind is Type.BIGINTS:
        return pa.array([[0] * 24] * count, kind.arrow)
    zeros: pa.Array = pa.array(np.zeros(count, np.int64))
    return zeros.cast(kind.arrow)
