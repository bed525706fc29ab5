"""Recomputes what a trader does after a loss and after a win: how much it stakes, how soon, and whether at all."""

import math
from collections import deque
from collections.abc import Sequence

from features.recomputed.arithmetic import Value, Values, decimals, median, minus, over, ratio
from features.recomputed.given import DAY_MICROS
from features.recomputed.record import Record
from features.recomputed.trips import Trip

_USUAL = 20
_SOON_MICROS = 600_000_000
_LEAST_PAIRS = 5
_SIDES = ("loss", "win")


def chasing(of: Record) -> Values:
    """Recompute the group `chasing`."""
    stakes: dict[str, list[int]] = {side: [] for side in _SIDES}
    waits: dict[str, list[int]] = {side: [] for side in _SIDES}
    past: list[int] = []
    for trip, exit_ in _followed(of.opened, of.closed):
        side = _side(exit_)
        if exit_ is not None and side:
            waits[side].append(trip.entered_at - exit_.exited_at)
            usual = median(past[-_USUAL:])
            if usual and trip.stake > 0:
                stakes[side].append(round(math.log(trip.stake / usual) * 1e6))
        past.append(trip.stake)
    exits, goes_on = _continued(of)
    sizes = {side: over(ratio(sum(stakes[side]), len(stakes[side])), 1e6) for side in _SIDES}
    middles = {side: over(median(waits[side]), 1e6) for side in _SIDES}
    speeds = {side: None if s is None else of.log(s + 1.0) for side, s in middles.items()}
    on = {side: ratio(goes_on[side] + 1, exits[side] + 2) for side in _SIDES}
    return {
        **{f"stakes_after_{side}_30d": len(stakes[side]) for side in _SIDES},
        **_both("chase_size", sizes),
        "chase_size_30d": minus(sizes["loss"], sizes["win"]),
        **_both("chase_wait", speeds),
        "chase_speed_30d": minus(speeds["loss"], speeds["win"]),
        **{f"exits_at_{side}_30d": exits[side] for side in _SIDES},
        **_both("continued_after", on),
        "chase_continuation_30d": minus(on["loss"], on["win"]),
    }


def _both(name: str, values: dict[str, float | None]) -> dict[str, Value]:
    return {f"{name}_{side}_30d": values[side] for side in _SIDES}


def _side(trip: Trip | None) -> str:
    return "" if trip is None or not trip.made else "loss" if trip.made < 0 else "win"


def _followed(buys: Sequence[Trip], exits: Sequence[Trip]) -> list[tuple[Trip, Trip | None]]:
    """Hold each opening buy against the latest exit since the buy before it."""
    pairs, left = [], 0
    for trip in buys:
        latest = None
        while left < len(exits) and _before(exits[left], trip):
            latest, left = exits[left], left + 1
        pairs.append((trip, latest))
    return pairs


def _before(exit_: Trip, buy: Trip) -> bool:
    return exit_.exited is not None and buy.entered is not None and exit_.exited < buy.entered


def _continued(of: Record) -> tuple[dict[str, int], dict[str, int]]:
    """Count exits at a loss and at a win, and those of them that an opening buy followed within ten minutes."""
    exits, followed = dict.fromkeys(_SIDES, 0), dict.fromkeys(_SIDES, 0)
    buys = deque(of.opened)
    for trip in of.closed:
        while buys and _precedes(buys[0], trip):
            buys.popleft()
        if _side(trip) and trip.exited_at + _SOON_MICROS <= of.as_of * DAY_MICROS:
            following = buys[0] if buys else None
            exits[_side(trip)] += 1
            followed[_side(trip)] += following is not None and following.entered_at - trip.exited_at <= _SOON_MICROS
    return exits, followed


def _precedes(buy: Trip, exit_: Trip) -> bool:
    return buy.entered is not None and exit_.exited is not None and buy.entered < exit_.exited


def drawdowns(of: Record) -> Values:
    """Recompute the rank correlation of the group `stakes`."""
    recent = [trip for trip in of.opened if trip.entered is not None and trip.entered[0] >= of.as_of - 7]
    left = [trip for trip in of.closed if trip.exited is not None and trip.exited[0] >= of.as_of - 7]
    if len(recent) < _LEAST_PAIRS:
        return {"drawdown_stake_correlation_7d": None}
    made = [
        sum(t.made for t in left if _before(t, trip) and t.exited_at // DAY_MICROS == trip.entered_at // DAY_MICROS)
        for trip in recent
    ]
    found = _correlation(_ranks([trip.stake for trip in recent]), _ranks(made))
    return {"drawdown_stake_correlation_7d": decimals(found, of.nudge)}


def _ranks(values: Sequence[int]) -> list[int]:
    """Number values by size in steps of two; equal ones share the middle of theirs."""
    return [2 * sum(other < value for other in values) + values.count(value) - 1 for value in values]


def _correlation(one: Sequence[int], other: Sequence[int]) -> float | None:
    mean = len(one) - 1
    both = sum((a - mean) * (b - mean) for a, b in zip(one, other, strict=True))
    own, others = (sum((rank - mean) ** 2 for rank in ranks) for ranks in (one, other))
    return both / (math.sqrt(own) * math.sqrt(others)) if own and others else None
