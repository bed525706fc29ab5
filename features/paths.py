"""Follows the trader's equity day by day: falls, losses that fade with age, trend, and the losses of whole weeks."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from features.labels import DUST_LAMPORTS
from features.ratios import ratio, sol, sum_of
from features.registry import feature
from features.windows import level, total
from pumploss.contract import Type
from pumploss.money import LAMPORTS_PER_SOL

#: What of a trader this group is about, as the reasons of a score say it.
TOPIC = "The course of what this wallet is worth"

#: Capital below this, in lamports, counts as this much: falls of next to nothing are no drawdowns.
_LEAST_CAPITAL = LAMPORTS_PER_SOL // 10
#: Weeks [T - 7 i, T - 7 (i - 1)) whose outcome is known at T.
_WEEKS = (1, 2, 3, 4)


def _in_week(fact: str, week: int) -> Column:
    """Sum a daily fact over the 7 days that end 7 * (week - 1) days before T."""
    whole = total(fact, 7 * week)
    return whole if week == 1 else whole - total(fact, 7 * (week - 1))


def _has_lost(week: int) -> Column:
    return (_in_week("equity_change_lamports", week) < -DUST_LAMPORTS).cast("bigint")


@feature()
def max_drawdown_sol_30d() -> Column:
    """Deepest fall of equity made since T - 30 d from its highest so far, by day, in SOL: 0 while it only rose."""
    return sol(level("deepest_fall_lamports_30d"))


@feature(support="staked_days_30d")
def max_drawdown_ratio_30d() -> Column:
    """`max_drawdown_sol_30d` over `capital_proxy_sol_30d`, of which at least 0.1 SOL."""
    return ratio(level("deepest_fall_lamports_30d"), F.greatest(level("capital_lamports_30d"), F.lit(_LEAST_CAPITAL)))


@feature()
def capital_proxy_sol_30d() -> Column:
    """Most capital seen at work at a close of the last 30 days, in SOL.

    Exit value of open positions plus what was bought less what came back since T - 30 d, if more was bought. What lies
    idle in the wallet is not seen, and what is held at its cost counts twice.
    """
    return sol(level("capital_lamports_30d"))


@feature(is_nullable=True, support="staked_days_30d")
def depletion_30d() -> Column:
    """Exit value of open positions at T over `capital_proxy_sol_30d`; missing without capital."""
    return ratio(level("equity_close_lamports"), level("capital_lamports_30d"))


@feature(Type.BIGINT)
def staked_days_30d() -> Column:
    """Days of the last 30 with anything at stake: how many `ewma_loss_ratio_30d` rests on."""
    return level("staked_day_count_30d")


@feature(monotone=1, is_nullable=True, support="staked_days_30d")
def ewma_loss_ratio_30d() -> Column:
    """Mean equity lost a day per SOL at stake (held the evening before, plus bought), a day weighing half per 7 days.

    Over 30 days; missing without a stake.
    """
    return ratio(level("fading_loss_ratios_30d"), level("fading_weights_30d"))


@feature(is_nullable=True, support="buys_30d")
def pnl_trend_30d() -> Column:
    """Slope of equity made since T - 30 d on the calendar day, per SOL bought on a mean day; missing without buys."""
    return level("equity_slope_lamports_30d") * 30.0 / F.nullif(total("buy_cost_lamports", 30), F.lit(0))


@feature(Type.BIGINT, monotone=1)
def lag_loss_3() -> Column:
    """1 where equity fell by more than the label's dust in [T - 21 d, T - 14 d), else 0."""
    return _has_lost(3)


@feature(Type.BIGINT, monotone=1)
def lag_loss_4() -> Column:
    """1 where equity fell by more than the label's dust in [T - 28 d, T - 21 d), else 0."""
    return _has_lost(4)


@feature(Type.BIGINT)
def moved_weeks_28d() -> Column:
    """Weeks, of the 4 before T, in which a trade or a held mint moved equity: how many `lag_loss_rate_28d` rests on."""
    return sum_of([(_in_week("row_count", week) > 0).cast("bigint") for week in _WEEKS])


@feature(monotone=1, support="moved_weeks_28d")
def lag_loss_rate_28d() -> Column:
    """(losing weeks + 1) / (weeks in which equity moved + 2), of the 4 weeks before T; a loss is one above dust."""
    return ratio(sum_of([_has_lost(week) for week in _WEEKS]) + 1, moved_weeks_28d() + 2)
