"""Puts the families together: every feature of a trader that is recomputed, and which ones are not, with the reason."""

from features.recomputed import chases, entering, market, results, rhythms, round_trips, trading
from features.recomputed.arithmetic import Values
from features.recomputed.given import Given, Market
from features.recomputed.record import Record

#: Families that need the trades of a trader, and its entries, alone.
_BY_TRADES = (
    trading.activity,
    trading.sizing,
    trading.diversity,
    trading.timing,
    trading.lifetime,
    results.realised,
    round_trips.outcomes,
    round_trips.holding,
    round_trips.stakes,
    round_trips.takes,
    chases.chasing,
    chases.drawdowns,
    entering.entries,
    entering.tokens,
    entering.insiders,
    rhythms.rhythm,
    rhythms.machines,
    market.market,
)
#: Families that need the value of everything that it holds.
_BY_VALUE = (
    results.equity,
    results.paths,
    results.positions,
    results.held_and_sold,
    round_trips.stakes_of_capital,
)

#: Features without a recomputation, and why.
NOT_RECOMPUTED = {
    "graduated_ratio_30d": "needs what became of the entries of all traders, not of those drawn alone",
    "ranked_traders": "is the number of rows of the day, which the ledger and the checks of the table state",
}


def values_of(given: Given, of_market: Market, nudge: float = 0.0) -> Values:
    """Recompute the features of one trader; those that need what cannot be known are left out.

    `nudge` moves logarithms by that part of themselves before they are rounded to decimals.
    """
    record = Record(given, of_market, nudge)
    found: Values = {}
    for family in (*_BY_TRADES, *(_BY_VALUE if record.is_valued else ())):
        found |= family(record)
    return found | market.ranks(found, of_market.ranked)
