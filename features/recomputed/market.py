"""Recomputes what the market was like before T, and where a trader stands in it."""

from bisect import bisect_left

from features.recomputed.arithmetic import Value, Values, median, minus, over, ratio, whole
from features.recomputed.given import MarketDay
from features.recomputed.record import Record

#: Figures that a day is compared by, and the features that they make.
_COMPARED = {
    "volume_lamports": "market_volume_1d",
    "trade_count": "market_trades_1d",
    "trader_count": "market_traders_1d",
    "new_mint_count": "market_new_tokens_1d",
}
_USUAL_DAYS = 28
#: Ranks, and the feature whose values they are ranks of.
RANKED = {
    "buy_rank_30d": "buy_sol_30d",
    "loss_ratio_rank_30d": "equity_loss_ratio_30d",
    "dead_share_rank_30d": "dead_share_30d",
}


def market(of: Record) -> Values:
    """Recompute the group `market`."""
    days = of.market.days
    matched = sum(day.matched_sell_count for day in days)
    losing = ratio(sum(day.loss_count for day in days), matched)
    micros = {day.day: whole((day.losing_sell_share or 0.0) * 1e6) for day in days}
    own = sum(micros.get(result.trade.day, 0) for result in of.results)
    latest = [day for day in days if day.day == of.as_of - 1]
    usual = [day for day in days if of.as_of - 1 - _USUAL_DAYS <= day.day < of.as_of - 1]
    shares = [day.losing_sell_share for day in usual if day.losing_sell_share is not None]
    return {
        "market_conditions_30d": losing,
        "market_matched_sells_30d": matched,
        "market_days_30d": len(days),
        "market_timing_30d": minus(over(ratio(own, len(of.results)), 1e6), losing),
        **{feature: _compared(of, name, latest, usual) for name, feature in _COMPARED.items()},
        "market_losing_1d": minus(latest[0].losing_sell_share if latest else None, median(shares)),
    }


def _compared(of: Record, name: str, latest: list[MarketDay], usual: list[MarketDay]) -> Value:
    middle = median([float(getattr(day, name)) for day in usual])
    return of.log(ratio(getattr(latest[0], name), middle)) if latest else None


def ranks(values: Values, ranked: dict[str, list[float]]) -> Values:
    """Recompute the ranks of the group `relative` from a trader's other features and those of all, in order."""
    found: Values = {}
    for rank, figure in RANKED.items():
        value, everyone = values.get(figure), ranked.get(figure)
        if everyone is not None and figure in values:
            found[rank] = ratio(bisect_left(everyone, value), len(everyone) - 1) if isinstance(value, float) else None
    return found
