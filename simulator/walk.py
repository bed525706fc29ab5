"""Walks intents in time order against reserves and positions, and so makes trades of them."""

from typing import Final, NamedTuple

import numpy as np

from pumploss.compiled import compiled
from pumploss.fees import BASIS_POINTS
from pumploss.money import INITIAL_VIRTUAL_SOL_LAMPORTS
from simulator.arrays import Floats, Int8s, Int64s
from simulator.curve import (
    COMPLETE_VIRTUAL_TOKEN_UNITS,
    FEE_BASIS_POINTS,
    MIGRATION_FEE_LAMPORTS,
    POOL_TOKEN_UNITS,
    bought_units,
    completing_lamports,
    sold_lamports,
)

#: What an intent asks for; its amount is lamports for a buy and a share of the position for a sell.
BUY: Final = 0
SELL: Final = 1
SELL_IF_GAIN: Final = 2

CURVE: Final = 0
POOL: Final = 1
#: What a seller keeps of the proceeds, for the question whether a sale is a gain.
_KEPT_SHARE: Final = 1 - FEE_BASIS_POINTS / BASIS_POINTS


class Fills(NamedTuple):
    """Holds one row per trade that happened, in time order; reserves are those after it."""

    intent: Int64s
    units: Int64s
    lamports: Int64s
    sol_reserve: Int64s
    token_reserve: Int64s
    venue: Int8s


class Reserves(NamedTuple):
    """Holds, per mint, the reserves of its venue, virtual ones on the curve; changed by the walk."""

    sol: Int64s
    tokens: Int64s
    venue: Int8s


class Positions(NamedTuple):
    """Holds, per position (a trader's stay in a mint), units held and their cost; changed by the walk."""

    units: Int64s
    cost: Floats


class Intents(NamedTuple):
    """Holds what traders mean to do, in time order."""

    mint: Int64s
    position: Int64s
    kind: Int8s
    amount: Floats


@compiled
def _buy(mint: int, wish: int, reserves: Reserves) -> tuple[int, int]:
    """Compute units and lamports of a purchase; one that reaches the end of the curve stops there."""
    sol, tokens = reserves.sol[mint], reserves.tokens[mint]
    paid = wish
    if reserves.venue[mint] == CURVE:
        paid = min(wish, completing_lamports(sol, tokens))
    units = bought_units(sol, tokens, paid)
    # What completes the curve is rounded up to a lamport, which could buy a few units more than are for sale.
    if reserves.venue[mint] == CURVE and tokens - units < COMPLETE_VIRTUAL_TOKEN_UNITS:
        units = tokens - COMPLETE_VIRTUAL_TOKEN_UNITS
    return units, paid


@compiled
def _migrate(mint: int, reserves: Reserves) -> None:
    """Open the pool of a mint whose curve is complete."""
    raised = reserves.sol[mint] - INITIAL_VIRTUAL_SOL_LAMPORTS
    reserves.sol[mint] = raised - MIGRATION_FEE_LAMPORTS
    reserves.tokens[mint] = POOL_TOKEN_UNITS
    reserves.venue[mint] = POOL


@compiled
def _sell(mint: int, units: int, least: float, reserves: Reserves) -> int:
    """Compute the lamports that a sale fetches; 0 when it fetches nothing, or `least` or less after fees."""
    if units == 0:
        return 0
    lamports = sold_lamports(reserves.sol[mint], reserves.tokens[mint], units)
    return lamports if lamports * _KEPT_SHARE > least else 0


@compiled
def walk(intents: Intents, positions: Positions, reserves: Reserves, fills: Fills) -> int:
    """Fill `fills`, which is as long as `intents`, and return how many happened."""
    count = 0
    for i in range(len(intents.mint)):
        mint, position, kind = intents.mint[i], intents.position[i], intents.kind[i]
        if kind == BUY:
            units, lamports = _buy(mint, int(intents.amount[i]), reserves)
            if units <= 0 or lamports <= 0:
                continue
            positions.units[position] += units
            # Cost with the fee on top: 1 + fee is 2 - (1 - fee).
            positions.cost[position] += lamports * (2.0 - _KEPT_SHARE)
            reserves.sol[mint] += lamports
            reserves.tokens[mint] -= units
        else:
            held, cost = positions.units[position], positions.cost[position]
            share = min(intents.amount[i], 1.0)
            # A whole position is taken as it is, without a detour through doubles.
            units = held if share == 1.0 else int(held * share)
            least = cost * units / held if kind == SELL_IF_GAIN and held > 0 else 0.0
            lamports = _sell(mint, units, least, reserves)
            # 0 also where nothing is held, so the division by `held` below is safe.
            if lamports == 0:
                continue
            positions.units[position] = held - units
            positions.cost[position] = cost * (held - units) / held
            reserves.sol[mint] -= lamports
            reserves.tokens[mint] += units
        fills.intent[count] = i
        fills.units[count], fills.lamports[count] = units, lamports
        fills.sol_reserve[count] = reserves.sol[mint]
        fills.token_reserve[count] = reserves.tokens[mint]
        fills.venue[count] = reserves.venue[mint]
        count += 1
        # After the fill is written down: it states the curve's last reserves, not the pool's first.
        if reserves.venue[mint] == CURVE and reserves.tokens[mint] == COMPLETE_VIRTUAL_TOKEN_UNITS:
            _migrate(mint, reserves)
    return count


def blank_fills(rows: int) -> Fills:
    """Make room for `rows` trades."""
    intent, units, lamports, sol, tokens = np.zeros((5, rows), np.int64)
    return Fills(intent, units, lamports, sol, tokens, np.zeros(rows, np.int8))
