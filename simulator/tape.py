"""The sequential walk: intents in time order against reserves and positions become trades."""

from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from pumploss.money import INITIAL_VIRTUAL_SOL_LAMPORTS
from simulator.compiled import compiled
from simulator.curve import (
    COMPLETE_VIRTUAL_TOKEN_UNITS,
    MIGRATION_FEE_LAMPORTS,
    POOL_TOKEN_UNITS,
    bought_units,
    completing_lamports,
    sold_lamports,
)

Int64s: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Bytes: TypeAlias = npt.NDArray[np.int8]

#: What an intent asks for; its amount is lamports for a buy and a share of the position for a sell.
BUY: Final = 0
SELL: Final = 1
SELL_IF_GAIN: Final = 2

CURVE: Final = 0
POOL: Final = 1
#: What a seller keeps of the proceeds, for the question whether a sale is a gain.
_KEPT_SHARE: Final = 1 - 0.0125


class Trades(NamedTuple):
    """One row per trade that happened, in time order; reserves are those after it."""

    intent: Int64s
    units: Int64s
    lamports: Int64s
    sol_reserve: Int64s
    token_reserve: Int64s
    venue: Bytes


class Reserves(NamedTuple):
    """Per mint: the reserves of its venue, virtual ones on the curve; changed by the walk."""

    sol: Int64s
    tokens: Int64s
    venue: Bytes


class Positions(NamedTuple):
    """Per position, which is one trader's stay in one mint: units held and what they cost; changed by the walk."""

    units: Int64s
    cost: Floats


class Intents(NamedTuple):
    """What traders mean to do, in time order."""

    mint: Int64s
    position: Int64s
    kind: Bytes
    amount: Floats


@compiled
def _buy(mint: int, wish: int, reserves: Reserves) -> tuple[int, int]:
    """Units and lamports of a purchase; one that reaches the end of the curve stops there."""
    sol, tokens = reserves.sol[mint], reserves.tokens[mint]
    paid = wish
    if reserves.venue[mint] == CURVE:
        paid = min(wish, completing_lamports(sol, tokens))
    units = bought_units(sol, tokens, paid)
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
def _sell(mint: int, held: int, cost: float, share: float, only_gain: bool, reserves: Reserves) -> tuple[int, int]:
    """Units and lamports of a sale; (0, 0) when there is nothing to sell or the trader would rather wait."""
    units = held if share >= 1.0 else int(held * share)
    if units == 0:
        return 0, 0
    lamports = sold_lamports(reserves.sol[mint], reserves.tokens[mint], units)
    waits = only_gain and lamports * _KEPT_SHARE * held <= cost * units
    return (0, 0) if waits or lamports == 0 else (units, lamports)


@compiled
def walk(intents: Intents, positions: Positions, reserves: Reserves, trades: Trades) -> int:
    """Fill `trades`, which is as long as `intents`, and return how many happened."""
    count = 0
    for i in range(len(intents.mint)):
        mint, position, kind = intents.mint[i], intents.position[i], intents.kind[i]
        if kind == BUY:
            units, lamports = _buy(mint, int(intents.amount[i]), reserves)
            if units <= 0 or lamports <= 0:
                continue
            positions.units[position] += units
            positions.cost[position] += lamports * (2.0 - _KEPT_SHARE)
            reserves.sol[mint] += lamports
            reserves.tokens[mint] -= units
        else:
            held, cost = positions.units[position], positions.cost[position]
            units, lamports = _sell(mint, held, cost, intents.amount[i], kind == SELL_IF_GAIN, reserves)
            if units == 0:
                continue
            positions.units[position] = held - units
            positions.cost[position] = cost * (held - units) / held
            reserves.sol[mint] -= lamports
            reserves.tokens[mint] += units
        trades.intent[count] = i
        trades.units[count], trades.lamports[count] = units, lamports
        trades.sol_reserve[count], trades.token_reserve[count] = reserves.sol[mint], reserves.tokens[mint]
        trades.venue[count] = reserves.venue[mint]
        count += 1
        if reserves.venue[mint] == CURVE and reserves.tokens[mint] == COMPLETE_VIRTUAL_TOKEN_UNITS:
            _migrate(mint, reserves)
    return count


def blank_trades(rows: int) -> Trades:
    """Room for `rows` trades."""
    columns = [np.empty(rows, np.int64) for _ in range(5)]
    return Trades(*columns, np.empty(rows, np.int8))
