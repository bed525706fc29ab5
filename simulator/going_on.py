"""Lets a simulated market go on: nothing else lands for it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from simulator.dumps import WrittenDump, write_dumps
from simulator.ownership import market_of


def go_on(landing: str, day: date) -> WrittenDump | None:
    """Write one day of the market that a landing holds; None where it holds none that had begun by then."""
    market = market_of(landing)
    number = (day - market.first_day).days if market else -1
    if market is None or number < 0:
        return None
    (written,) = write_dumps(replace(market, days=number + 1), Path(landing), days=slice(number, number + 1))
    return written
