"""Walks intents in time order against coins, positions and wallets, and so makes trades of them, compiled.

What a wallet does next depends on what came of its positions before, so that is decided here: how much it stakes, and
whether and when it enters one more coin. Such an entry is planned on the spot; what it means to do waits on a heap.
"""

import heapq
import math
from typing import Final, NamedTuple

import numpy as np

from pumploss.compiled import compiled
from pumploss.fees import BASIS_POINTS
from pumploss.money import INITIAL_VIRTUAL_SOL_LAMPORTS, LAMPORTS_PER_SOL
from simulator.answers import close, go_on_wait, stake_factor
from simulator.arrays import Int64s, Row, Rows
from simulator.curve import (
    COMPLETE_VIRTUAL_TOKEN_UNITS,
    FEE_BASIS_POINTS,
    MIGRATION_FEE_LAMPORTS,
    POOL_TOKEN_UNITS,
    bought_units,
    completing_lamports,
    sold_lamports,
)
from simulator.launches import SECOND
from simulator.noise import Noise, uniform
from simulator.plans import BUY, GO_ON, MOST_INTENTS, SELL_IF_GAIN, plan

#: What the walk changes of a coin: the reserves of its venue, virtual ones on the curve.
COIN: Final = np.dtype(
    [
        ("sol", np.int64),
        ("tokens", np.int64),
        ("venue", np.int64),
        # What its launch gave it: see MINT.
        ("heat", np.float64),
        ("late", np.int64),
        ("crest", np.int64),
        ("climate", np.float64),
    ],
    align=True,
)
#: A trader's stay in a coin.
POSITION: Final = np.dtype(
    [
        ("buyer", np.int64),
        ("seller", np.int64),  # the buyer, but for tokens that were sent to another wallet
        ("units", np.int64),
        ("cost", np.float64),  # lamports, of the units held
        ("gain", np.float64),  # lamports, of what was sold since it was last empty
        ("stake", np.float64),  # factor of purchases; 0 until the first
    ],
    align=True,
)
FILL: Final = np.dtype(
    [
        ("time", np.int64),
        ("position", np.int64),
        ("mint", np.int64),
        ("is_buy", np.bool_),
        ("units", np.int64),
        ("lamports", np.int64),
        ("sol_reserve", np.int64),
        ("token_reserve", np.int64),
        ("venue", np.int8),
    ],
    align=True,
)

CURVE: Final = 0
POOL: Final = 1
#: What a seller keeps of the proceeds, for the question whether a sale is a gain.
_KEPT_SHARE: Final = 1 - FEE_BASIS_POINTS / BASIS_POINTS
#: Purchases flatten towards a limit, and below this much nobody buys.
WALLET_LIMIT_SOL: Final = 7.0
SMALLEST_BUY_SOL: Final = 0.0002
#: Who goes on enters one of so many coins that were entered last.
RECENT: Final = 16

#: What `Walked.counts` counts.
_FILLS: Final = 0
_POSITIONS: Final = 1
_PLANNED: Final = 2
_ENTERED: Final = 3


class Walked(NamedTuple):
    """Holds what the walk changes; positions, fills and planned intents have room for what is to come."""

    coins: Rows
    positions: Rows
    rows: Int64s  # of each position's trader; -1 for one that is gone, or that sent its tokens away
    traders: Rows
    fills: Rows  # one row per trade that happened, in time order; reserves are those after it
    planned: Rows
    recent: Int64s  # coins entered last
    counts: Int64s  # fills, positions, planned intents and entries so far
    enough: int  # trades of the day from which on nobody goes on: a few wallets do not make it another day


@compiled
def walk(noise: Noise, due: Rows, end: int, state: Walked) -> None:
    """Walk the intents in `due`, in time order, and what is planned meanwhile for before `end`."""
    # A tuple tells the compiler what the heap holds: when an intent is due, and where it is planned.
    heap = [(np.int64(0), np.int64(0))]
    heap.pop()
    at = 0
    while at < len(due) or len(heap) > 0:
        if len(heap) == 0 or (at < len(due) and due[at].time <= heap[0][0]):
            intent = due[at]
            at += 1
        else:
            intent = state.planned[heapq.heappop(heap)[1]]
        first = state.counts[_PLANNED]
        if intent.kind == GO_ON:
            _enter(noise, intent, state)
        elif intent.kind == BUY:
            _buy(intent, state)
        else:
            _sell(noise, intent, state)
        for row in range(first, state.counts[_PLANNED]):
            if state.planned[row].time < end:
                heapq.heappush(heap, (state.planned[row].time, np.int64(row)))


@compiled
def _buy(intent: Row, state: Walked) -> None:
    """Buy for what the wallet wishes; a purchase that reaches the end of the curve stops there."""
    coin, position = state.coins[intent.mint], state.positions[intent.position]
    row = state.rows[intent.position]
    if position.stake == 0.0:
        position.stake = 1.0 if row < 0 else stake_factor(state.traders[row], intent.time)
        # A launch itself is no news yet.
        if coin.sol != INITIAL_VIRTUAL_SOL_LAMPORTS:
            state.recent[state.counts[_ENTERED] % RECENT] = intent.mint
            state.counts[_ENTERED] += 1
    paid = _typed(intent.amount * position.stake)
    if coin.venue == CURVE:
        paid = min(paid, completing_lamports(coin.sol, coin.tokens))
    units = bought_units(coin.sol, coin.tokens, paid)
    # What completes the curve is rounded up to a lamport, which could buy a few units more than are for sale.
    if coin.venue == CURVE and coin.tokens - units < COMPLETE_VIRTUAL_TOKEN_UNITS:
        units = coin.tokens - COMPLETE_VIRTUAL_TOKEN_UNITS
    if units <= 0 or paid <= 0:
        return
    position.units += units
    # Cost with the fee on top: 1 + fee is 2 - (1 - fee).
    position.cost += paid * (2.0 - _KEPT_SHARE)
    coin.sol += paid
    coin.tokens -= units
    _note(intent, True, units, paid, state)
    # After the fill is written down: it states the curve's last reserves, not the pool's first.
    if coin.venue == CURVE and coin.tokens == COMPLETE_VIRTUAL_TOKEN_UNITS:
        coin.sol += -INITIAL_VIRTUAL_SOL_LAMPORTS - MIGRATION_FEE_LAMPORTS
        coin.tokens = POOL_TOKEN_UNITS
        coin.venue = POOL


@compiled
def _sell(noise: Noise, intent: Row, state: Walked) -> None:
    """Sell a share of a position, unless it fetches nothing, or no gain where one is asked for."""
    coin, position = state.coins[intent.mint], state.positions[intent.position]
    share = min(intent.amount, 1.0)
    # A whole position is taken as it is, without a detour through doubles.
    units = position.units if share == 1.0 else int(position.units * share)
    if units == 0:
        return
    lamports = sold_lamports(coin.sol, coin.tokens, units)
    cost = position.cost * units / position.units
    gain = lamports * _KEPT_SHARE - cost
    if lamports == 0 or (intent.kind == SELL_IF_GAIN and gain <= 0):
        return
    position.units -= units
    position.cost -= cost
    position.gain += gain
    coin.sol -= lamports
    coin.tokens += units
    _note(intent, False, units, lamports, state)
    row = state.rows[intent.position]
    if position.units == 0 and row >= 0:
        trader = state.traders[row]
        close(trader, position.gain / LAMPORTS_PER_SOL, intent.time)
        position.gain = 0.0
        wait = go_on_wait(noise, trader)
        if wait >= 0 and state.counts[_PLANNED] + 1 < len(state.planned):
            more = state.planned[state.counts[_PLANNED]]
            more.time, more.kind = intent.time + int(wait * SECOND), GO_ON
            more.mint, more.position = intent.mint, row
            state.counts[_PLANNED] += 1


@compiled
def _enter(noise: Noise, intent: Row, state: Walked) -> None:
    """Plan an entry, at once, into a coin that others entered just now, and not the one that the wallet comes from."""
    number, entered = state.counts[_POSITIONS], min(state.counts[_ENTERED], RECENT)
    is_full = number == len(state.positions) or state.counts[_PLANNED] + MOST_INTENTS > len(state.planned)
    if entered == 0 or is_full or state.counts[_FILLS] >= state.enough:
        return
    drawn = int(uniform(noise) * entered)
    mint = state.recent[drawn]
    if mint == intent.mint:
        mint = state.recent[(drawn + 1) % entered]
    trader = state.traders[intent.position]
    state.positions[number].buyer = trader.id
    state.positions[number].seller = trader.id
    state.rows[number] = intent.position
    state.counts[_POSITIONS] += 1
    state.counts[_PLANNED] = plan(
        noise, intent.time, mint, state.coins[mint], trader, False, number, state.planned, state.counts[_PLANNED]
    )


@compiled
def _typed(sol: float) -> int:
    """Turn SOL that people type, in two figures and fee included, into curve-side lamports."""
    # Flattened towards the limit, then rounded to two significant figures, then rid of the fee of 125 basis points.
    sol = max(sol / (1 + sol / WALLET_LIMIT_SOL), SMALLEST_BUY_SOL)
    figure = 10.0 ** (math.floor(math.log10(sol)) - 1)
    return int(round(sol / figure) * figure * LAMPORTS_PER_SOL * BASIS_POINTS / (BASIS_POINTS + FEE_BASIS_POINTS))


@compiled
def _note(intent: Row, is_buy: bool, units: int, lamports: int, state: Walked) -> None:
    fill, coin = state.fills[state.counts[_FILLS]], state.coins[intent.mint]
    fill.time, fill.position, fill.mint = intent.time, intent.position, intent.mint
    fill.is_buy, fill.units, fill.lamports = is_buy, units, lamports
    fill.sol_reserve, fill.token_reserve, fill.venue = coin.sol, coin.tokens, coin.venue
    state.counts[_FILLS] += 1
