"""Works out everything that happened to one trader in the window: trades, days, positions, all from `Given`."""

import math
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from features.recomputed.arithmetic import decimals
from features.recomputed.fifo import Result, replay
from features.recomputed.given import Given, Lot, Market, Opening, OpenTrip, Trade
from features.recomputed.holdings import SET_ASIDE, Value, less, plus, valued
from features.recomputed.trips import Trip, trips_of

#: Stands for a native number that is not stated: after all that are.
_LAST = 2**63 - 1


@dataclass
class Day:
    """Holds a day on which the trader traded or a mint that it held did; flows are sums, `levels` stand at its close.

    Whoever has not been valued for want of lots has no `levels` and no `change`.
    """

    day: int
    results: list[Result] = field(default_factory=list)
    levels: Value = field(default_factory=Value)
    change: int = 0

    @property
    def bought(self) -> int:
        """What buys cost, in lamports."""
        return sum(result.buy_cost for result in self.results)

    @property
    def proceeds(self) -> int:
        """What the matched parts of sells brought, in lamports."""
        return sum(result.proceeds for result in self.results)

    @property
    def matched(self) -> int:
        """How many sells were matched at least in part."""
        return sum(result.pnl is not None for result in self.results)


class Record:
    """Answers what families of features ask about one trader and T."""

    def __init__(self, given: Given, market: Market, nudge: float = 0.0) -> None:
        self.given, self.market, self.nudge = given, market, nudge
        self.as_of = market.as_of
        self.by_mint = self._replayed()
        self.results = sorted(
            (result for results in self.by_mint.values() for result in results),
            key=lambda result: (result.trade.day, result.place),
        )

    def _replayed(self) -> dict[str, list[Result]]:
        trades: dict[str, list[Trade]] = defaultdict(list)
        lots: dict[str, list[Lot]] = defaultdict(list)
        for lot in self.given.lots:
            lots[lot.mint].append(lot)
        for trade in sorted(self.given.trades, key=lambda trade: (trade.day, trade.order_in_mint_day)):
            trades[trade.mint].append(trade)
        replayed = {mint: replay(trades[mint], lots[mint]) for mint in sorted(trades.keys() | lots.keys())}
        _place([result for results in replayed.values() for result in results])
        return replayed

    @cached_property
    def is_valued(self) -> bool:
        """Tell whether all that it holds is known, as far as it can have changed in value within the window."""
        opening = self.given.opening
        found = self._held_at_start
        same = (found.open_cost, found.open_count, found.equity)
        return self.given.is_all_looked_up or same == (opening.open_cost, opening.open_count, opening.equity)

    @cached_property
    def _held_at_start(self) -> Value:
        values = Value()
        for mint in {lot.mint for lot in self.given.lots}:
            values = plus(values, self._opening_value(mint))
        return values

    def _opening_value(self, mint: str) -> Value:
        lots = [lot for lot in self.given.lots if lot.mint == mint]
        mark = self.market.marks_before.get(mint)
        return valued(sum(lot.units for lot in lots), sum(lot.cost for lot in lots), mark) if mark else Value()

    @cached_property
    def days(self) -> list[Day]:
        """List the days of 30 on which it traded or something that it held moved."""
        days: dict[int, Day] = {}
        changes: dict[int, Value] = defaultdict(Value)
        for result in self.results:
            days.setdefault(result.trade.day, Day(result.trade.day)).results.append(result)
        for mint, results in self.by_mint.items():
            self._follow(mint, results, days, changes)
        opening = self.given.opening
        levels = Value(*(getattr(opening, name) for name in Value._fields))
        for number in sorted(days):
            levels = plus(levels, changes[number])
            days[number].levels = levels
        return [days[number] for number in sorted(days)]

    def _follow(self, mint: str, results: list[Result], days: dict[int, Day], changes: dict[int, Value]) -> None:
        """Add what the position in a mint changes, day by day."""
        closes = {result.trade.day: (result.units, result.cost) for result in results}
        lots = [lot for lot in self.given.lots if lot.mint == mint]
        units, cost = sum(lot.units for lot in lots), sum(lot.cost for lot in lots)
        before = self._opening_value(mint)
        for mark in self.market.marks.get(mint, ()):
            if mark.day not in closes and not units:
                continue
            units, cost = closes.get(mark.day, (units, cost))
            value = valued(units, cost, mark)
            day = days.setdefault(mark.day, Day(mark.day))
            changed = less(value, before)
            changes[mark.day] = plus(changes[mark.day], changed)
            if mark.method != SET_ASIDE:
                # Of a mint that is set aside neither the value that left nor the cash is a change of equity.
                own = [result for result in results if result.trade.day == mark.day]
                day.change += changed.equity + sum(result.proceeds - result.buy_cost for result in own)
            before = value

    @cached_property
    def levels(self) -> Value:
        """What it holds at T."""
        return self.days[-1].levels

    @cached_property
    def capital(self) -> int:
        """The most capital seen at work at a close of the window, in lamports."""
        most = put_in = 0
        for day in self.days:
            put_in += day.bought - day.proceeds
            most = max(most, day.levels.equity + max(put_in, 0))
        return most

    @cached_property
    def trips(self) -> list[Trip]:
        """List the positions that were open in the window."""
        before: dict[str, OpenTrip] = {trip.mint: trip for trip in self.given.trips}
        return [trip for mint, results in self.by_mint.items() for trip in trips_of(results, before.get(mint))]

    @cached_property
    def lifetime(self) -> Opening:
        """Add what the window holds to the figures of its life at the start."""
        opening, results = self.given.opening, self.results
        hours = list(opening.trades_by_hour)
        for result in results:
            hours[result.trade.at // 3_600_000_000 % 24] += 1
        times = [result.trade.at for result in results]
        times += [at for at in (opening.first_traded_at, opening.last_traded_at) if at is not None]
        losses = [result.pnl for result in results if result.pnl is not None and result.pnl < 0]
        return Opening(
            trade_count=opening.trade_count + len(results),
            volume=opening.volume + sum(result.trade.lamports for result in results),
            volume_squared=opening.volume_squared + sum(result.trade.lamports**2 for result in results),
            realised_loss=opening.realised_loss + sum(losses),
            loss_count=opening.loss_count + len(losses),
            active_days=opening.active_days + len({result.trade.day for result in results}),
            mint_count=opening.mint_count + len({t.mint for t in self.given.trades} - self.given.known_mints),
            trades_by_hour=tuple(hours),
            first_traded_at=min(times),
            last_traded_at=max(times),
        )

    def log(self, value: float | None) -> float | None:
        """Take the natural logarithm to nine decimals; None where the value is missing or not above 0."""
        return decimals(math.log(value), self.nudge) if value is not None and value > 0 else None

    @cached_property
    def closed(self) -> list[Trip]:
        """List the positions that were emptied in the window, in the order in which they were."""
        return sorted((trip for trip in self.trips if trip.exited), key=lambda trip: trip.exited or (0, 0))

    @cached_property
    def opened(self) -> list[Trip]:
        """List the positions that were opened in the window, in the order in which they were."""
        return sorted((trip for trip in self.trips if trip.entered), key=lambda trip: trip.entered or (0, 0))

    @cached_property
    def sittings(self) -> list[list[Result]]:
        """List the trades of each day with any, in order."""
        days: dict[int, list[Result]] = defaultdict(list)
        for result in self.results:
            days[result.trade.day].append(result)
        return list(days.values())

    def last(self, days: int) -> list[Day]:
        """List those of the last so many days before T."""
        return [day for day in self.days if day.day >= self.as_of - days]

    def traded(self, days: int) -> list[Result]:
        """List the trades of the last so many days before T, in order."""
        return [result for result in self.results if result.trade.day >= self.as_of - days]


def _place(results: list[Result]) -> None:
    """Number the trades of each day over all mints: by time and native place, then by mint, as the mint orders them."""

    def key(result: Result) -> tuple[object, ...]:
        trade = result.trade
        slot = _LAST if trade.slot is None else trade.slot
        tx_index = _LAST if trade.tx_index is None or slot == _LAST else trade.tx_index
        event = _LAST if trade.event_index is None or tx_index == _LAST else trade.event_index
        return trade.day, trade.at, slot, tx_index, event, trade.mint, trade.order_in_mint_day

    day, place = -1, 0
    for result in sorted(results, key=key):
        place = place + 1 if result.trade.day == day else 1
        day = result.trade.day
        result.place = place
