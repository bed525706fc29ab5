"""Matches the sales of one position with its buys, first in, first out, one trade at a time in unbounded integers."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from features.recomputed.arithmetic import share_of
from features.recomputed.given import Lot, Trade

#: What 64 bits hold: a buy with which a position would pass it is set aside.
MOST = 2**63 - 1


@dataclass
class Result:
    """Holds what a trade did: `pnl` is None where nothing was matched; units and cost are the position's after it."""

    trade: Trade
    buy_cost: int = 0
    proceeds: int = 0
    sold_cost: int = 0
    pnl: int | None = None
    held_micros: int = 0
    units_before: int = 0
    cost_before: int = 0
    units: int = 0
    cost: int = 0
    is_aside: bool = False
    #: Place among the trader's trades of the day, over all mints.
    place: int = 0


@dataclass
class _Held:
    """Holds a lot as far as it is left."""

    opened_at: int
    units: int
    cost: int
    resolution: int


def replay(trades: Iterable[Trade], lots: Sequence[Lot]) -> list[Result]:
    """Walk the trades of one position in order, from the lots that were open before."""
    queue = deque(
        _Held(lot.opened_at, lot.units, lot.cost, lot.resolution)
        for lot in sorted(lots, key=lambda lot: lot.lot_index)
        if lot.units or lot.cost
    )
    results = []
    for trade in trades:
        done = Result(trade, units_before=sum(lot.units for lot in queue), cost_before=sum(lot.cost for lot in queue))
        if trade.is_buy:
            _buy(queue, done)
        else:
            _sell(queue, done)
        done.units, done.cost = sum(lot.units for lot in queue), sum(lot.cost for lot in queue)
        results.append(done)
    return results


def _buy(queue: deque[_Held], done: Result) -> None:
    trade, cost = done.trade, done.trade.lamports + done.trade.fee
    done.is_aside = done.units_before + trade.units > MOST or done.cost_before + cost > MOST
    if done.is_aside:
        return
    done.buy_cost = cost
    if trade.units or cost:
        queue.append(_Held(trade.at, trade.units, cost, trade.resolution))


def _sell(queue: deque[_Held], done: Result) -> None:
    trade = done.trade
    matched = min(trade.units, done.units_before)
    if not matched:
        return
    left = matched
    unit_micros = 0
    # Lots of no units go with the sale that reaches them, so that no cost is left alone.
    while left or (queue and not queue[0].units):
        lot = queue[0]
        part = min(left, lot.units)
        cost = share_of(lot.cost, lot.units, part) if part < lot.units else lot.cost
        unit_micros += part * (trade.at - lot.opened_at)
        done.sold_cost += cost
        lot.units, lot.cost, left = lot.units - part, lot.cost - cost, left - part
        if not lot.units:
            queue.popleft()
    done.proceeds = trade.lamports - trade.fee
    if matched < trade.units:
        done.proceeds = share_of(done.proceeds, trade.units, matched)
    done.held_micros = unit_micros // matched
    if queue and sum(lot.units for lot in queue) < max(trade.resolution, queue[0].resolution):
        done.sold_cost += sum(lot.cost for lot in queue)
        queue.clear()
    done.pnl = done.proceeds - done.sold_cost
