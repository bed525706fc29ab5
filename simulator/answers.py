"""Answers of a wallet to what came of its positions: how much it stakes next, whether and when it goes on, compiled."""

import math
from typing import Final

from pumploss.compiled import compiled
from simulator.arrays import Row
from simulator.launches import DAY, SECOND
from simulator.noise import Noise, normal, uniform

#: A result is on a wallet's mind for this long.
MEMORY_SECONDS: Final = 1800.0
#: Usual seconds from a close to the next entry of who goes on, and the spread of their log.
WAIT_SECONDS: Final = 120.0
WAIT_SPREAD: Final = 0.8
#: What a wallet is below its best is forgotten by half in so many days.
HALF_LIFE_DAYS: Final = 7.0
#: A drawdown of this many usual stakes gets the full answer, and more of it no more.
DEEP_STAKES: Final = 10.0


@compiled
def close(trader: Row, gain: float, time: int) -> None:
    """Take in that a position was closed with a gain of so many SOL."""
    trader.drawdown = max(drawdown_at(trader, time) - gain, 0.0)
    trader.closed += 1
    # Adds up to `learning` times the log of the number of positions closed.
    trader.skill += trader.learning / trader.closed
    trader.closed_at = time
    trader.has_won = gain > 0


@compiled
def drawdown_at(trader: Row, time: int) -> float:
    """Compute how many SOL a wallet is below the best of its balance, the past faded out."""
    if trader.drawdown == 0.0:
        return 0.0
    drawdown: float = trader.drawdown * 0.5 ** ((time - trader.closed_at) / (HALF_LIFE_DAYS * DAY))
    return drawdown


@compiled
def stake_factor(trader: Row, time: int) -> float:
    """Compute by how much the next stake differs from the usual one."""
    change = 0.0
    if time - trader.closed_at <= MEMORY_SECONDS * SECOND:
        change += trader.stake_after_win if trader.has_won else trader.stake_after_loss
    if trader.drawdown_stake != 0.0:
        depth = drawdown_at(trader, time) / (DEEP_STAKES * math.exp(trader.size))
        change += trader.drawdown_stake * min(depth, 1.0)
    return math.exp(change)


@compiled
def go_on_wait(noise: Noise, trader: Row) -> float:
    """Draw the seconds until a wallet that just closed a position enters another coin; -1 where it does not."""
    chance = trader.going_on_after_win if trader.has_won else trader.going_on_after_loss
    if chance <= 0.0 or uniform(noise) >= chance:
        return -1.0
    speed = trader.speed_after_win if trader.has_won else trader.speed_after_loss
    wait: float = WAIT_SECONDS * math.exp(WAIT_SPREAD * normal(noise) - speed)
    return wait
