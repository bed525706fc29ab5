"""Measures what the trader made and lost: realised, and with open positions at what they would fetch (equity)."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from features.labels import DUST_LAMPORTS
from features.ratios import ratio, sample_deviation, sol
from features.registry import feature
from features.windows import level, total
from pumploss.contract import Type

#: What of a trader this group is about, as the reasons of a score say it.
TOPIC = "What this wallet made and lost lately"


def _stake(days: int) -> Column:
    """Add what was bought since to the exit value at T - days, in lamports; follows from the flows up to T."""
    change, proceeds = total("equity_change_lamports", days), total("proceeds_lamports", days)
    return level("equity_close_lamports") - change + proceeds


@feature()
def equity_pnl_sol_1d() -> Column:
    """Change of equity in the day before T, in SOL: matched proceeds minus buys plus change of exit value."""
    return sol(total("equity_change_lamports", 1))


@feature()
def equity_pnl_sol_7d() -> Column:
    """Change of equity in the 7 days before T, in SOL."""
    return sol(total("equity_change_lamports", 7))


@feature()
def equity_pnl_sol_30d() -> Column:
    """Change of equity in the 30 days before T, in SOL."""
    return sol(total("equity_change_lamports", 30))


@feature(monotone=1, is_nullable=True, support="total_trades_7d")
def equity_loss_ratio_7d() -> Column:
    """Equity lost over 7 days per SOL at stake (exit value 7 days ago plus buys): below 0 for a gain.

    At most 1, but where fees of sales are more than they bring.
    """
    return ratio(-total("equity_change_lamports", 7), _stake(7))


@feature(monotone=1, is_nullable=True, support="total_trades_30d")
def equity_loss_ratio_30d() -> Column:
    """Equity lost over 30 days per SOL at stake (exit value 30 days ago plus buys): below 0 for a gain.

    At most 1, but where fees of sales are more than they bring.
    """
    return ratio(-total("equity_change_lamports", 30), _stake(30))


@feature(Type.BIGINT, monotone=1)
def lag_loss_1() -> Column:
    """1 where equity fell by more than the label's dust in [T - 7 d, T), else 0."""
    return (total("equity_change_lamports", 7) < -DUST_LAMPORTS).cast("bigint")


@feature(Type.BIGINT, monotone=1)
def lag_loss_2() -> Column:
    """1 where equity fell by more than the label's dust in [T - 14 d, T - 7 d), else 0."""
    earlier = total("equity_change_lamports", 14) - total("equity_change_lamports", 7)
    return (earlier < -DUST_LAMPORTS).cast("bigint")


@feature()
def lag_pnl_sol_2() -> Column:
    """Change of equity in [T - 14 d, T - 7 d), in SOL; that of the week after is `equity_pnl_sol_7d`."""
    return sol(total("equity_change_lamports", 14) - total("equity_change_lamports", 7))


@feature()
def loss_24h_sol() -> Column:
    """Sum of negative realised PnL in the 24 hours before T, in SOL, at most 0."""
    return sol(total("realised_loss_lamports", 1))


@feature(Type.BIGINT)
def loss_trades_24h() -> Column:
    """Losing sells in the 24 hours before T."""
    return total("loss_count", 1)


@feature(Type.BIGINT)
def moved_days_30d() -> Column:
    """Days of the last 30 on which a trade or a held mint moved equity: how many the daily figures rest on."""
    return total("row_count", 30)


@feature(Type.BIGINT)
def matched_sells_30d() -> Column:
    """Matched sells in 30 days: how many results the rates of this group rest on."""
    return total("matched_sell_count", 30)


@feature(Type.BIGINT)
def loss_count_30d() -> Column:
    """Losing sells in 30 days."""
    return total("loss_count", 30)


@feature()
def total_losses_30d() -> Column:
    """Sum of negative realised PnL in 30 days, in SOL, at most 0."""
    return sol(total("realised_loss_lamports", 30))


@feature(is_nullable=True, support="matched_sells_30d")
def sell_win_rate_30d() -> Column:
    """Share of matched sells with positive PnL in 30 days; missing without matched sells."""
    return ratio(total("win_count", 30), total("matched_sell_count", 30))


@feature(is_nullable=True, support="loss_count_30d")
def avg_loss_size_30d() -> Column:
    """Mean PnL of losing sells in 30 days, in SOL, below 0; missing without a loss."""
    return sol(ratio(total("realised_loss_lamports", 30), total("loss_count", 30)))


@feature(support="moved_days_30d")
def loss_days_share_30d() -> Column:
    """Share of days on which equity fell, among days of the last 30 on which a trade or a held mint moved it."""
    return ratio(total("losing_day_count", 30), total("row_count", 30))


@feature(is_nullable=True, support="moved_days_30d")
def pnl_volatility_30d() -> Column:
    """Standard deviation of the daily equity change over the 30 calendar days, per SOL bought on a mean day."""
    days = F.lit(30).cast("bigint")
    change, squares = total("equity_change_lamports", 30), total("equity_change_squared", 30)
    return sample_deviation(days, change, squares) * 30.0 / F.nullif(total("buy_cost_lamports", 30), F.lit(0))


@feature(monotone=1, is_nullable=True, support="buys_30d")
def fee_drag_30d() -> Column:
    """Fees paid per SOL of buy cost over 30 days."""
    return ratio(total("fees_lamports", 30), total("buy_cost_lamports", 30))
