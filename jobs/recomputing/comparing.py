"""Compares recomputed features with those of the lake, to the last bit."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from features.recomputed.arithmetic import Value, Values
from features.recomputed.given import Given, Market
from features.recomputed.values import values_of
from pumploss.columns import TRADER

#: A logarithm may lie so close to the middle between two decimals that its last bit, in which libraries differ, decides
#: which of them it becomes: both are right. It is moved by this part of itself.
NUDGES = (0.0, 2.0**-50, -(2.0**-50))


class Difference(NamedTuple):
    """Holds a feature of a trader that is another in the lake than its trades say."""

    trader: str
    feature: str
    stored: object
    found: Value


class Compared(NamedTuple):
    """Counts what was compared: traders, those of them whose holdings are not all known, and values."""

    traders: int
    unvalued: int
    values: int
    differences: list[Difference]


def compare(rows: Iterable[Mapping[str, object]], given: Mapping[str, Given], market: Market) -> Compared:
    """Recompute the features of each row's trader, and list what differs; a trader without trades has none at all."""
    traders = unvalued = values = 0
    differences: list[Difference] = []
    for row in rows:
        trader = str(row[TRADER.name])
        own = given.get(trader, Given(()))
        found = values_of(own, market) if own.trades else {"total_trades_30d": 0}
        wrong = [name for name, value in found.items() if not is_same(row[name], value)]
        if wrong and own.trades:
            wrong = _certain(row, wrong, [values_of(own, market, nudge) for nudge in NUDGES[1:]])
        differences += [Difference(trader, name, row[name], found[name]) for name in wrong]
        traders, values = traders + 1, values + len(found)
        unvalued += "equity_sol" not in found
    return Compared(traders, unvalued, values, differences)


def _certain(row: Mapping[str, object], wrong: list[str], others: list[Values]) -> list[str]:
    return [name for name in wrong if not any(is_same(row[name], other[name]) for other in others)]


def is_same(stored: object, found: Value) -> bool:
    """Tell whether two values are the same; doubles to the last bit, the sign of 0 included."""
    if isinstance(stored, float) and isinstance(found, float):
        return stored.hex() == found.hex()
    return stored == found and isinstance(stored, float) == isinstance(found, float)
