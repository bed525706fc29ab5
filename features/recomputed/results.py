"""Recomputes what a trader made and lost: realised, and in equity, day by day; and what it holds."""

from features.labels import DUST_LAMPORTS
from features.recomputed.arithmetic import Values, minus, ratio, sample_deviation, sol
from features.recomputed.record import Record

WINDOW_DAYS = 30
_WEEKS = (1, 2, 3, 4)
#: Capital below this, in lamports, counts as this much.
_LEAST_CAPITAL = 10**8
_LEAST_SELLS, _LEAST_PAPER = 5, 3


def realised(of: Record) -> Values:
    """Recompute what of the group `losses` follows from trades alone."""
    month = [result.pnl for result in of.traded(30) if result.pnl is not None]
    day = [result.pnl for result in of.traded(1) if result.pnl is not None]
    losses = [pnl for pnl in month if pnl < 0]
    bought = sum(result.buy_cost for result in of.results)
    return {
        "loss_24h_sol": sol(sum(pnl for pnl in day if pnl < 0)),
        "loss_trades_24h": sum(pnl < 0 for pnl in day),
        "matched_sells_30d": len(month),
        "loss_count_30d": len(losses),
        "total_losses_30d": sol(sum(losses)),
        "sell_win_rate_30d": ratio(sum(pnl > 0 for pnl in month), len(month)),
        "avg_loss_size_30d": sol(ratio(sum(losses), len(losses))),
        "fee_drag_30d": ratio(sum(result.trade.fee for result in of.results), bought),
    }


def equity(of: Record) -> Values:
    """Recompute what of the group `losses` follows from equity."""
    change = {days: _change(of, days) for days in (1, 7, 14, 30)}
    held = of.levels.equity
    stake = {n: held - change[n] + sum(day.proceeds for day in of.last(n)) for n in (7, 30)}
    month = of.last(30)
    deviation = sample_deviation(30, change[30], sum(day.change**2 for day in month))
    bought = sum(day.bought for day in month)
    return {
        **{f"equity_pnl_sol_{days}d": sol(change[days]) for days in (1, 7, 30)},
        **{f"equity_loss_ratio_{days}d": ratio(-change[days], stake[days]) for days in (7, 30)},
        "lag_loss_1": int(change[7] < -DUST_LAMPORTS),
        "lag_loss_2": int(change[14] - change[7] < -DUST_LAMPORTS),
        "lag_pnl_sol_2": sol(change[14] - change[7]),
        "moved_days_30d": len(month),
        "loss_days_share_30d": ratio(sum(day.change < 0 for day in month), len(month)),
        "pnl_volatility_30d": None if deviation is None or not bought else deviation * 30.0 / float(bought),
    }


def _change(of: Record, days: int) -> int:
    return sum(day.change for day in of.last(days))


def paths(of: Record) -> Values:
    """Recompute the group `paths`."""
    made = highest = fall = staked = 0
    losses = weights = slope = 0.0
    bought = sum(day.bought for day in of.last(30))
    for day in of.last(30):
        age = of.as_of - day.day
        made += day.change
        highest = max(highest, made)
        fall = max(fall, highest - made)
        stake = day.levels.equity - day.change + day.proceeds
        if stake > 0:
            weight = round(2.0 ** (-age / 7.0), 12)
            losses -= weight * (day.change / stake)
            weights += weight
            staked += 1
        slope += day.change * (age * (WINDOW_DAYS - age) / 2.0)
    slope /= WINDOW_DAYS * (WINDOW_DAYS * WINDOW_DAYS - 1) / 12.0
    lost = [_week(of, week) < -DUST_LAMPORTS for week in _WEEKS]
    moved = sum(any(_is_in(of, day.day, week) for day in of.days) for week in _WEEKS)
    return {
        "max_drawdown_sol_30d": sol(fall),
        "max_drawdown_ratio_30d": ratio(fall, max(of.capital, _LEAST_CAPITAL)),
        "capital_proxy_sol_30d": sol(of.capital),
        "depletion_30d": ratio(of.levels.equity, of.capital),
        "staked_days_30d": staked,
        "ewma_loss_ratio_30d": ratio(losses, weights),
        "pnl_trend_30d": slope * 30.0 / float(bought) if bought else None,
        "lag_loss_3": int(lost[2]),
        "lag_loss_4": int(lost[3]),
        "moved_weeks_28d": moved,
        "lag_loss_rate_28d": ratio(sum(lost) + 1, moved + 2),
    }


def _is_in(of: Record, day: int, week: int) -> bool:
    return of.as_of - 7 * week <= day < of.as_of - 7 * (week - 1)


def _week(of: Record, week: int) -> int:
    return sum(day.change for day in of.days if _is_in(of, day.day, week))


def positions(of: Record) -> Values:
    """Recompute the group `positions`: what is held at T."""
    held = of.levels
    return {
        "equity_sol": sol(held.equity),
        "open_cost_sol": sol(held.open_cost),
        "open_value_ratio": ratio(held.equity, held.open_cost),
        "open_positions": held.open_count,
        "bag_share": ratio(held.bag_count, held.open_count),
        "underwater_share": ratio(held.underwater_count, held.open_count),
        "last_price_marked_share": ratio(held.last_price_equity, held.equity),
    }


def held_and_sold(of: Record) -> Values:
    """Recompute what of the group `disposition` follows from what is held."""
    pnls = [result.pnl for result in of.results if result.pnl is not None]
    won, lost = sum(pnl > 0 for pnl in pnls), sum(pnl < 0 for pnl in pnls)
    selling = [day.levels for day in of.days if day.matched]
    losers = sum(levels.underwater_count for levels in selling)
    gainers = sum(levels.open_count for levels in selling) - losers
    gains, losses = ratio(won, won + gainers), ratio(lost, lost + losers)
    is_enough = len(pnls) >= _LEAST_SELLS and gainers + losers >= _LEAST_PAPER
    opened = sum(trip.entered is not None for trip in of.trips)
    return {
        "paper_positions_30d": gainers + losers,
        "gains_realised_share_30d": gains,
        "losses_realised_share_30d": losses,
        "disposition_30d": minus(gains, losses) if is_enough else None,
        "bag_ratio_30d": ratio(of.levels.bag_count, opened),
        "underwater_cost_share": ratio(of.levels.underwater_cost, of.levels.open_cost),
    }
