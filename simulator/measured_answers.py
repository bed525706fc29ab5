"""Measures how wallets answer to their results: chasing, drawdown, disposition, learning and quitting."""

from typing import Final, NamedTuple

import numpy as np
import polars as pl

from simulator.answers import DEEP_STAKES, MEMORY_SECONDS
from simulator.estimates import Estimate, share, within
from simulator.positions import with_next, with_past

#: Going on is to open the next position within this time of a close.
SOON_SECONDS: Final = 600
#: Wallets with fewer closed positions say little of themselves.
FEWEST_CLOSED: Final = 15
#: Ages of a position at which it is asked whether it stands in the gain, and whether it is sold before it is double.
AGES_SECONDS: Final = (20, 40, 80, 160, 320, 640)
#: A position stands in the gain above this price over that of its entry: fees take the rest.
GAIN: Final = 1.03
#: Who has so many closed positions is no passer-by: whether it quits is asked of these.
REGULAR_CLOSED: Final = 15
#: Usual stakes below the best that may make somebody quit, and that do not.
DEEP: Final = pl.col("depth") >= 3
FLAT: Final = pl.col("depth") < 1
#: Nobody is said to have quit who may come back after the end.
LAST_DAYS: Final = 10


class Answers(NamedTuple):
    """Holds effects within wallets; see `Behaviours` for what is planted."""

    stake_after_loss: Estimate  # log of the stake, against entries with no result in the half hour before
    stake_after_win: Estimate
    drawdown_stake: Estimate  # log of the stake, at ten usual stakes below the best
    speed_after_loss: Estimate  # minus the log of seconds to the next entry, loss against win
    going_on_after_loss: Estimate  # chance of an entry within ten minutes, loss against win
    disposition: Estimate  # chance that a position is sold before it is twice as old, in the gain against in the loss
    learning: Estimate  # chance to win, per log of the positions closed
    quitting: Estimate  # chance a day to leave for good, deep below the best against not


def answers(positions: pl.DataFrame, trades: pl.DataFrame) -> Answers:
    """Measure the answers of all wallets that closed a few positions."""
    # A stay that is taken up again says nothing clear of what came before it, and a launch follows no result.
    is_plain = (pl.col("creator") != pl.col("trader")) & (pl.col("nth").max().over("trader", "mint") == 0)
    # Programs, whose stakes are all alike, answer to nothing.
    is_plain &= pl.col("stake").std().over("trader") > 0
    is_frequent = pl.col("close_row").count().over("trader") >= FEWEST_CLOSED
    frequent = positions.filter(is_plain).filter(is_frequent)
    past = with_past(positions).filter(is_plain).filter(is_frequent)
    after_loss, after_win, drawdown = _stakes(past)
    is_loss = (~pl.col("is_win")).cast(pl.Float64).alias("is_loss")
    following = with_next(frequent).with_columns(is_loss)
    soon = following.with_columns(soon=(pl.col("next_seconds") <= SOON_SECONDS).fill_null(value=False))
    fast = following.filter(pl.col("next_seconds") <= SOON_SECONDS).with_columns(
        speed=-pl.col("next_seconds").clip(1).log()
    )
    return Answers(
        stake_after_loss=after_loss,
        stake_after_win=after_win,
        drawdown_stake=drawdown,
        speed_after_loss=within(fast, "speed", ["is_loss"])[0],
        going_on_after_loss=within(soon, "soon", ["is_loss"])[0],
        disposition=disposition(frequent, trades),
        learning=_learning(past),
        quitting=quitting(past),
    )


def _stakes(past: pl.DataFrame) -> list[Estimate]:
    is_fresh = pl.col("before_seconds") <= MEMORY_SECONDS
    rows = past.with_columns(
        log_stake=pl.col("stake").log(),
        after_loss=(is_fresh & ~pl.col("before_win")).fill_null(value=False),
        after_win=(is_fresh & pl.col("before_win")).fill_null(value=False),
        depth=(pl.col("drawdown") / DEEP_STAKES).clip(0, 1),
    )
    return within(rows, "log_stake", ["after_loss", "after_win", "depth"])


def disposition(positions: pl.DataFrame, trades: pl.DataFrame) -> Estimate:
    """Compare, at several ages and within wallets, how often positions in the gain and in the loss are sold soon."""
    prices = trades.select("mint", now="second", now_price="price").sort("now")
    until_sale = pl.col("first_sale") - pl.col("opened")
    ages = []
    for age in AGES_SECONDS:
        alive = positions.filter((until_sale > age).fill_null(value=True))
        at = alive.with_columns(now=pl.col("opened") + age, age=age).sort("now")
        at = at.join_asof(prices, on="now", by="mint", check_sortedness=False)
        gains = pl.col("now_price") > pl.col("price") * GAIN
        ages.append(at.select("trader", "age", gains=gains, sold=(until_sale <= 2 * age).fill_null(value=False)))
    rows = pl.concat(ages).with_columns(trader=pl.col("trader") * 1000 + pl.col("age"))
    return within(rows, "sold", ["gains"])[0]


def _learning(past: pl.DataFrame) -> Estimate:
    day = pl.col("opened") // 86_400
    # Only of who is there to the end: the last positions of who quits are those that made it quit.
    is_there = day.max().over("trader") > day.max() - LAST_DAYS
    is_regular = pl.col("nth_closed").max().over("trader") >= REGULAR_CLOSED
    rows = past.filter(is_there & is_regular).filter(pl.col("is_win").is_not_null())
    # One wallet's edge is another's loss, so it is experience against that of the others of the day that may help.
    experience = (pl.col("nth_closed").fill_null(0) + 1).log()
    rows = rows.with_columns(experience=experience - experience.mean().over(day))
    return within(rows, "is_win", ["experience"])[0]


def quitting(past: pl.DataFrame) -> Estimate:
    """Compare who leaves for good on a day: wallets some usual stakes below their best, and others."""
    day = pl.col("opened") // 86_400
    days = (
        past.filter(pl.col("nth_closed") >= REGULAR_CLOSED)
        .group_by("trader", day.alias("day"))
        .agg(depth=pl.col("drawdown").last())
        .sort("trader", "day")
        .with_columns(is_last=pl.col("day").shift(-1).over("trader").is_null())
    )
    days = days.filter(pl.col("day") < pl.col("day").max() - LAST_DAYS)
    deep, flat = share(days.filter(DEEP)["is_last"]), share(days.filter(FLAT)["is_last"])
    return Estimate(deep.value - flat.value, float(np.hypot(deep.error, flat.error)))
