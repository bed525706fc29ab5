"""Simulates a market of so many days and trades a day, as one table or day by day."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import pyarrow as pa

from pumploss.errors import SettingsError
from simulator.behaviours import Behaviours
from simulator.columns import to_table
from simulator.day_by_day import DayTape, MarketState

DEFAULT_FIRST_DAY: Final = date(2026, 1, 1)
DEFAULT_TRADES_PER_DAY: Final = 7_200


@dataclass(frozen=True, slots=True)
class Market:
    """Describes what is simulated; equal markets are equal to the byte.

    `days` only says where to stop: a longer market starts with the whole of a shorter one. `transfer_in_share` is the
    share of positions that are sold by another wallet than the one that bought: its sells have no known purchase.
    `behaviours` says what its wallets do beyond lasting traits, and how strongly.
    """

    days: int
    trades_per_day: int = DEFAULT_TRADES_PER_DAY
    seed: int = 1
    first_day: date = DEFAULT_FIRST_DAY
    transfer_in_share: float = 0.007
    behaviours: Behaviours = field(default_factory=Behaviours)

    def __post_init__(self) -> None:
        for name, value, least in (
            ("days", self.days, 1),
            ("trades_per_day", self.trades_per_day, 1),
            ("seed", self.seed, 0),
        ):
            if value < least:
                raise SettingsError(f"market: {name} is {value} and must be at least {least}")
        share = self.transfer_in_share
        if not 0 <= share <= 1:
            raise SettingsError(f"market: transfer_in_share is {share} and must lie in 0..1")


def tapes(market: Market) -> Iterator[DayTape]:
    """Yield the days one by one, as numbers; only what is still open is kept in memory."""
    state = MarketState(
        market.trades_per_day, market.seed, market.first_day, market.transfer_in_share, market.behaviours
    )
    for _ in range(market.days):
        yield state.next_day()


def simulate(market: Market) -> pa.Table:
    """Make all trades in chain order, canonical columns (`columns.SCHEMA`)."""
    return pa.concat_tables([to_table(tape, market.seed) for tape in tapes(market)])
