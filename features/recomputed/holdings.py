"""Values what a trader holds at the close of each day, at what it would fetch."""

import math
from typing import NamedTuple

from features.recomputed.given import Mark
from pumploss.money import MOST_LAMPORTS

SET_ASIDE = "set_aside"


class Value(NamedTuple):
    """Holds what a position, or all of them, add to the levels of a trader."""

    equity: int = 0
    last_price_equity: int = 0
    open_cost: int = 0
    open_count: int = 0
    underwater_count: int = 0
    bag_count: int = 0
    underwater_cost: int = 0


def plus(one: Value, other: Value) -> Value:
    """Add figure by figure."""
    return Value(*(a + b for a, b in zip(one, other, strict=True)))


def less(one: Value, other: Value) -> Value:
    """Subtract figure by figure."""
    return Value(*(a - b for a, b in zip(one, other, strict=True)))


def fetched(units: int, mark: Mark) -> int:
    """Compute what units of a mint would bring at once after fees, in lamports."""
    if not units or mark.method in ("none", SET_ASIDE):
        return 0
    kept, x = 1.0 - mark.fee_share, float(units)
    value = math.inf
    if mark.method == "last_price":
        value = x * mark.price * kept if mark.price is not None else math.inf
    elif mark.sol is not None and mark.tokens is not None:
        gross = float(mark.sol) * x / (float(mark.tokens) + x)
        value = (gross if mark.real_sol is None else min(gross, max(float(mark.real_sol), 0.0))) * kept
    return int(min(float(math.floor(value)) if math.isfinite(value) else value, float(MOST_LAMPORTS)))


def valued(units: int, cost: int, mark: Mark) -> Value:
    """Value a position by a mark; of a mint that is set aside nothing counts."""
    if mark.method == SET_ASIDE:
        return Value()
    worth = fetched(units, mark)
    is_open = units > 0
    is_under = is_open and worth < cost
    return Value(
        equity=worth,
        last_price_equity=worth if mark.method == "last_price" else 0,
        open_cost=cost,
        open_count=int(is_open),
        underwater_count=int(is_under),
        bag_count=int(is_open and worth * 10 < cost),
        underwater_cost=cost if is_under else 0,
    )
