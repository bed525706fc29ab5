"""Compares what the trader does after a loss with what it does after a win: stake, speed and whether it goes on.

What follows an exit is the first position that is opened after it; of several exits since the position before, the
latest counts. The outcome of an exit is what its whole position made.
"""

from pyspark.sql import Column

from features.ratios import log, ratio
from features.registry import feature
from features.windows import level
from pumploss.contract import Type

#: What of a trader this group is about, as the reasons of a score say it.
TOPIC = "How this wallet stakes and waits after a loss or a win"

#: Prior of the shrunk shares: as if two exits had been seen before, one of them followed.
_PRIOR_FOLLOWED, _PRIOR_EXITS = 1, 2


def _stake_after(outcome: str) -> Column:
    return ratio(level(f"log_stake_after_{outcome}_micros_30d"), level(f"stakes_after_{outcome}_count_30d")) / 1e6


def _wait_after(outcome: str) -> Column:
    return log(level(f"wait_after_{outcome}_seconds_30d") + 1.0)


def _continued_after(outcome: str) -> Column:
    followed, exits = level(f"continued_after_{outcome}_count_30d"), level(f"exits_at_{outcome}_count_30d")
    return ratio(followed + _PRIOR_FOLLOWED, exits + _PRIOR_EXITS)


@feature(Type.BIGINT)
def stakes_after_loss_30d() -> Column:
    """Stakes of 30 days that answer a loss, with a stake before: how many `chase_size_loss_30d` rests on.

    Of the positions opened after an exit only the first answers it, and it answers the latest exit before it.
    """
    return level("stakes_after_loss_count_30d")


@feature(Type.BIGINT)
def stakes_after_win_30d() -> Column:
    """Stakes of 30 days that answer a win (as in `stakes_after_loss_30d`): how many `chase_size_win_30d` rests on."""
    return level("stakes_after_win_count_30d")


@feature(is_nullable=True, support="stakes_after_loss_30d")
def chase_size_loss_30d() -> Column:
    """Mean ln(stake / usual stake) of the stakes that answer a loss in 30 days; missing without one.

    A stake is the cost of the opening buy, the usual one the median of up to 20 before it in the window.
    """
    return _stake_after("loss")


@feature(is_nullable=True, support="stakes_after_win_30d")
def chase_size_win_30d() -> Column:
    """Mean ln(stake / usual stake) of the stakes that answer a win in 30 days; missing without one."""
    return _stake_after("win")


@feature(is_nullable=True, support="stakes_after_loss_30d")
def chase_size_30d() -> Column:
    """`chase_size_loss_30d` minus `chase_size_win_30d`: above 0 for who stakes more after a loss than after a win.

    Missing where one of them is.
    """
    return _stake_after("loss") - _stake_after("win")


@feature(is_nullable=True, support="exits_at_loss_30d")
def chase_wait_loss_30d() -> Column:
    """ln(1 + median seconds) from a loss to the stake that answers it, in 30 days; missing where none does."""
    return _wait_after("loss")


@feature(is_nullable=True, support="exits_at_win_30d")
def chase_wait_win_30d() -> Column:
    """ln(1 + median seconds) from a win to the stake that answers it, in 30 days; missing where none does."""
    return _wait_after("win")


@feature(is_nullable=True, support="exits_at_loss_30d")
def chase_speed_30d() -> Column:
    """`chase_wait_loss_30d` minus `chase_wait_win_30d`: below 0 for who is quicker after a loss than after a win.

    Missing where one of them is.
    """
    return _wait_after("loss") - _wait_after("win")


@feature(Type.BIGINT)
def exits_at_loss_30d() -> Column:
    """Positions emptied at a loss in 30 days, those of the last 10 minutes before T left out."""
    return level("exits_at_loss_count_30d")


@feature(Type.BIGINT)
def exits_at_win_30d() -> Column:
    """Positions emptied at a profit in 30 days, those of the last 10 minutes before T left out."""
    return level("exits_at_win_count_30d")


@feature(support="exits_at_loss_30d")
def continued_after_loss_30d() -> Column:
    """(losses followed by a new position within 10 minutes + 1) / (losses + 2), in 30 days, of every exit."""
    return _continued_after("loss")


@feature(support="exits_at_win_30d")
def continued_after_win_30d() -> Column:
    """(wins followed by a new position within 10 minutes + 1) / (wins + 2), in 30 days, of every exit."""
    return _continued_after("win")


@feature(support="exits_at_loss_30d")
def chase_continuation_30d() -> Column:
    """`continued_after_loss_30d` minus `continued_after_win_30d`: above 0 for who goes on after losses rather."""
    return _continued_after("loss") - _continued_after("win")
