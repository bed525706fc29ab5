"""Recomputes how much, when, in what and at which size a trader trades, lately and over its life."""

import math
from collections import defaultdict
from datetime import UTC, datetime, timedelta

from features.recomputed.arithmetic import Values, decimals, in_pairs, over, ratio, sample_deviation, sol, whole
from features.recomputed.given import DAY_MICROS
from features.recomputed.record import Record


def activity(of: Record) -> Values:
    """Recompute the group `activity`."""
    week, month = of.traded(7), of.traded(30)
    # Whoever has a trade in the window has both.
    moments = (of.lifetime.first_traded_at or 0, of.lifetime.last_traded_at or 0)
    since_first, since_last = ((of.as_of * DAY_MICROS - at) / 86_400e6 for at in moments)
    active = len({result.trade.day for result in month})
    bought = {days: sum(result.buy_cost for result in of.traded(days)) for days in (1, 7, 30)}
    brought = sum(result.trade.lamports - result.trade.fee for result in week if not result.trade.is_buy)
    market_days = [day.day for day in of.market.days]
    return {
        "total_trades_7d": len(week),
        "total_trades_30d": len(month),
        "trade_frequency_30d": ratio(len(month), min(math.ceil(since_first), 30)),
        "trades_per_active_day_30d": ratio(len(month), active),
        "sells_30d": sum(not result.trade.is_buy for result in month),
        "active_days_7d": len({result.trade.day for result in week}),
        "active_days_30d": active,
        **{f"buy_sol_{days}d": sol(lamports) for days, lamports in bought.items()},
        "net_flow_sol_7d": sol(brought - bought[7]),
        "recency_hours": since_last * 24.0,
        "wallet_age_days": min(since_first, 30.0),
        "is_history_truncated": not market_days or min(market_days) > of.market.start,
        "activity_trend": of.log((len(week) + 1) / (len(month) * 7.0 / 30.0 + 1.0)),
    }


def sizing(of: Record) -> Values:
    """Recompute the group `sizing`."""
    week, month = ([r for r in of.traded(days) if r.trade.is_buy] for days in (7, 30))
    cost = sum(result.buy_cost for result in month)
    mean = ratio(cost, len(month))
    deviation = sample_deviation(len(month), cost, sum(result.buy_cost**2 for result in month))
    return {
        "buys_7d": len(week),
        "buys_30d": len(month),
        "avg_buy_sol_30d": sol(mean),
        "position_sizing_30d": ratio(deviation, mean),
        "size_trend": of.log(ratio(ratio(sum(result.buy_cost for result in week), len(week)), mean)),
    }


def diversity(of: Record) -> Values:
    """Recompute the group `diversity`."""
    spent: dict[tuple[int, str], int] = defaultdict(int)
    per_mint: dict[str, int] = {}
    for result in of.results:
        spent[result.trade.day, result.trade.mint] += result.buy_cost
        per_mint[result.trade.mint] = per_mint.get(result.trade.mint, 0) + result.buy_cost
    total = sum(per_mint.values())
    squares = sum(amount * amount for amount in per_mint.values())
    known = weighted = 0
    volatile = {(mark.day, mint): mark.volatility for mint in per_mint for mark in of.market.marks.get(mint, ())}
    for key, cost in spent.items():
        volatility = volatile.get(key)
        if volatility is not None:
            known += cost
            weighted += min(whole(cost * volatility * 1000), 10**17)
    sells = [result for result in of.results if not result.trade.is_buy]
    sold = sum(result.trade.lamports - result.trade.fee for result in sells)
    matched = sum(result.proceeds for result in sells)
    return {
        "unique_tokens_30d": len(per_mint),
        "preferred_tokens_30d": ratio(max(per_mint.values()), total),
        "diversification_30d": ratio(float(total) * float(total), squares),
        "new_mint_share_30d": ratio(len(per_mint.keys() - of.given.known_mints), len(per_mint)),
        "unmatched_sell_share_30d": ratio(max(sold - matched, 0), sold),
        "token_volatility_30d": ratio(float(weighted) / 1000.0, known),
    }


def timing(of: Record) -> Values:
    """Recompute the group `timing`."""
    hours = [0] * 24
    for result in of.results:
        hours[result.trade.at // 3_600_000_000 % 24] += 1
    count = len(of.results)
    terms = []
    for hour in hours:
        share = ratio(hour, count)
        natural = of.log(share)
        terms.append(share * natural if share is not None and natural is not None else 0.0)
    # 1970-01-01 was a Thursday.
    weekend = sum((result.trade.day + 3) % 7 >= 5 for result in of.results)
    pnls = [result for result in of.results if result.pnl is not None]
    held = sum(round(math.log1p(result.held_micros / 1e6) * 1e6) for result in pnls)
    return {
        "time_patterns_30d": decimals(over(abs(in_pairs(terms)), 3.1780538303479458), of.nudge),
        "active_hours_30d": sum(hour > 0 for hour in hours),
        "us_hours_share_30d": ratio(sum(hours[13:21]), count),
        "weekend_share_30d": ratio(weekend, count),
        "log_hold_30d": over(ratio(held, len(pnls)), 1e6),
    }


def lifetime(of: Record) -> Values:
    """Recompute the group `lifetime`: what stood at the start of the window, and what the window adds."""
    life = of.lifetime
    deviation = sample_deviation(life.trade_count, life.volume, life.volume_squared)
    hours = life.trades_by_hour
    return {
        "total_trades": life.trade_count,
        "avg_trade_size": sol(ratio(life.volume, life.trade_count)),
        "trade_size_volatility": sol(deviation),
        "total_losses": sol(life.realised_loss),
        "loss_count": life.loss_count,
        "avg_loss_size": sol(ratio(life.realised_loss, life.loss_count)),
        "preferred_hour": hours.index(max(hours)),
        "active_days": life.active_days,
        "unique_tokens": life.mint_count,
        "loss_ratio": ratio(life.realised_loss, life.volume),
        "last_trade_time": _moment(life.last_traded_at),
        "first_trade_time": _moment(life.first_traded_at),
    }


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
