"""Follows positions of one mint from the first buy until nothing is left."""

from collections.abc import Iterable
from dataclasses import dataclass

from features.recomputed.fifo import Result
from features.recomputed.given import OpenTrip
from pumploss.errors import ConservationError


@dataclass
class Trip:
    """Holds a position: `entered` and `exited` are day, place in the trader's day, and time; None if not in the window.

    What it made and how often it was bought count from its first buy, also before the window.
    """

    mint: str
    entered_at: int
    entered: tuple[int, int] | None
    stake: int
    buys: int = 0
    downs: int = 0
    made: int = 0
    exited: tuple[int, int] | None = None
    exited_at: int = 0


def trips_of(results: Iterable[Result], before: OpenTrip | None) -> list[Trip]:
    """Cut the trades of one mint into positions; the first goes on from `before` where that was open.

    Raises ConservationError where something was held and no position was open.
    """
    found: list[Trip] = []
    if before is not None:
        found.append(Trip(before.mint, before.entered_at, None, 0, before.buy_count, before.averaged_down_count,
                          before.realised_pnl))  # fmt: skip
    for result in results:
        trade = result.trade
        had, has = bool(result.units_before or result.cost_before), bool(result.units or result.cost)
        if result.is_aside or not (had or has):
            continue
        if not had:
            found.append(Trip(trade.mint, trade.at, (trade.day, result.place), result.buy_cost))
        if not found:
            raise ConservationError(
                f"silver_open_lots has lots of {trade.mint} that silver_round_trips knows no open position of: run "
                "silver_trade_pnl and silver_round_trips of the day on which it was bought again."
            )
        trip = found[-1]
        if trade.is_buy:
            trip.buys += 1
            # Cheaper per unit than what is held, without a division.
            is_down = result.buy_cost * result.units_before < trade.units * result.cost_before
            trip.downs += bool(result.units_before) and is_down
        trip.made += result.proceeds - result.sold_cost
        if not has:
            trip.exited, trip.exited_at = (trade.day, result.place), trade.at
    return found
