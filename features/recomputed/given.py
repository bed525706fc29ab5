"""Declares what a recomputation is given: single trades, and facts of mints and of the market.

Days are counted since 1970, times are microseconds since then, amounts are lamports and base units.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

DAY_MICROS = 86_400_000_000


class Trade(NamedTuple):
    """A trade of `silver_trades`; what is not stated is None."""

    mint: str
    day: int
    order_in_mint_day: int
    at: int
    slot: int | None
    tx_index: int | None
    event_index: int | None
    is_buy: bool
    units: int
    lamports: int
    fee: int
    #: Units below which its source tells nothing apart.
    resolution: int


class Lot(NamedTuple):
    """A lot that was open at the start of the window."""

    mint: str
    lot_index: int
    opened_at: int
    units: int
    cost: int
    resolution: int


class OpenTrip(NamedTuple):
    """A position that was open at the start of the window, as it stood then."""

    mint: str
    entered_at: int
    buy_count: int
    averaged_down_count: int
    realised_pnl: int


class Mark(NamedTuple):
    """What a mint's positions are valued by at the close of a day on which it traded, and what became of it by then."""

    day: int
    sol: int | None
    tokens: int | None
    real_sol: int | None
    price: float | None
    method: str
    fee_share: float
    volatility: float | None
    high_price: float | None
    close_price: float | None
    peak_price: float | None
    venue: str
    real_tokens: int | None


class Entry(NamedTuple):
    """A row of `silver_entries`: the first buy of a mint."""

    mint: str
    day: int
    cost: int
    price: float | None
    age_seconds: int | None
    age_slots: int | None
    earlier_buyers: int | None
    slot_buyers: int | None
    curve_share: float | None
    runup: float | None
    momentum: float | None
    of_peak: float | None
    impact: float | None
    volatility: float | None
    low: float | None
    high: float | None
    capture: float | None


class MarketDay(NamedTuple):
    """A day of the whole market."""

    day: int
    volume_lamports: int
    trade_count: int
    trader_count: int
    new_mint_count: int
    matched_sell_count: int
    loss_count: int
    losing_sell_share: float | None


@dataclass(frozen=True)
class Opening:
    """Holds the levels of a trader at the start of the window: figures of its life so far, and of what it holds."""

    trade_count: int = 0
    volume: int = 0
    volume_squared: int = 0
    realised_loss: int = 0
    loss_count: int = 0
    active_days: int = 0
    mint_count: int = 0
    trades_by_hour: tuple[int, ...] = (0,) * 24
    first_traded_at: int | None = None
    last_traded_at: int | None = None
    equity: int = 0
    last_price_equity: int = 0
    open_cost: int = 0
    open_count: int = 0
    underwater_count: int = 0
    bag_count: int = 0
    underwater_cost: int = 0


@dataclass(frozen=True)
class Given:
    """Holds what is known of one trader: its trades of the window, and what it brought into it.

    `lots` and `trips` are those of all mints that it traded in the window, and of others as far as they were looked up;
    `marks_before` is each such mint's mark at the start.
    """

    trades: tuple[Trade, ...]
    entries: tuple[Entry, ...] = ()
    lots: tuple[Lot, ...] = ()
    trips: tuple[OpenTrip, ...] = ()
    #: Mints that it had traded before the window.
    known_mints: frozenset[str] = frozenset()
    opening: Opening = field(default_factory=Opening)
    #: Whether all mints of the window were looked up, so that what else it holds has not moved.
    is_all_looked_up: bool = True


@dataclass(frozen=True)
class Market:
    """Holds what is the same for all traders: T, days of the market, and the marks of mints, oldest first."""

    as_of: int
    days: tuple[MarketDay, ...]
    marks: dict[str, tuple[Mark, ...]]
    marks_before: dict[str, Mark] = field(default_factory=dict)
    #: Figures of all traders of T in order, by the feature that they are.
    ranked: dict[str, list[float]] = field(default_factory=dict)

    @property
    def start(self) -> int:
        """The first day of the longest window."""
        return self.as_of - 30
