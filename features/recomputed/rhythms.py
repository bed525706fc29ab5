"""Recomputes pauses, sittings, hours and the marks of machines, from single trades."""

import math
from collections import Counter
from itertools import pairwise

from features.recomputed.arithmetic import Values, decimals, in_pairs, ratio
from features.recomputed.entering import sniped_share
from features.recomputed.fifo import Result
from features.recomputed.record import Record
from pumploss.tables.gold_trader_rhythm import GAP_BINS, SESSION_SECONDS

_LEAST_GAPS = 10
_BOT_HOURS, _BOT_GAP_SECONDS, _BOT_SNIPES, _BOT_REPEATS, _BOT_TRADES = 18, 2.0, 0.3, 0.8, 500


def _second(result: Result) -> int:
    return result.trade.at // 1_000_000


def _gaps(of: Record) -> list[int]:
    return [_second(after) - _second(before) for day in of.sittings for before, after in pairwise(day)]


def _sessions(of: Record) -> list[list[Result]]:
    sessions: list[list[Result]] = []
    for day in of.sittings:
        sessions.append([day[0]])
        for before, after in pairwise(day):
            if _second(after) - _second(before) > SESSION_SECONDS:
                sessions.append([])
            sessions[-1].append(after)
    return sessions


def rhythm(of: Record) -> Values:
    """Recompute the group `rhythm`."""
    gaps, sessions = _gaps(of), _sessions(of)
    losing = [one for one in sessions if sum(result.pnl or 0 for result in one) < 0]
    seconds = sum(_second(one[-1]) - _second(one[0]) for one in sessions)
    tenth, middle = _quantile(gaps, 0.1), _quantile(gaps, 0.5)
    hours = Counter(result.trade.at // 3_600_000_000 % 24 for result in of.results)
    return {
        "gaps_30d": len(gaps),
        "gap_median_30d": None if middle is None else of.log(middle + 1.0),
        "gap_p10_30d": None if tenth is None else of.log(tenth + 1.0),
        "burstiness_30d": _burstiness(gaps),
        "subsecond_share_30d": ratio(sum(gap <= 1 for gap in gaps), len(gaps)),
        "sessions_30d": len(sessions),
        "session_length_30d": of.log((ratio(seconds, len(sessions)) or 0.0) + 1.0),
        "losing_sessions_30d": len(losing),
        "stop_after_loss_share_30d": ratio(sum((one[-1].pnl or 0) < 0 for one in losing), len(losing)),
        "hour_sin_30d": _clock(of, hours, 0),
        "hour_cos_30d": _clock(of, hours, 6),
    }


def _quantile(gaps: list[int], part: float) -> float | None:
    """Read a quantile of pauses off bins: of 0 s, then of 2^(k-1) to below 2^k seconds."""
    if not gaps:
        return None
    bins = Counter(min(gap.bit_length(), GAP_BINS - 1) for gap in gaps)
    wanted, below = max(math.ceil(part * len(gaps)), 1), 0
    place = 0
    while below + bins[place] < wanted:
        below, place = below + bins[place], place + 1
    share = (wanted - below - 0.5) / bins[place]
    return round(2.0 ** (place - 1 + share), 9) if place else 0.0


def _burstiness(gaps: list[int]) -> float | None:
    if len(gaps) < _LEAST_GAPS:
        return None
    total = sum(gaps)
    deviation, mean = (
        math.sqrt(max(float(len(gaps) * sum(gap * gap for gap in gaps) - total * total), 0.0)),
        float(total),
    )
    return ratio(deviation - mean, deviation + mean)


def _clock(of: Record, hours: Counter[int], turn: int) -> float | None:
    """Average a wave of the clock over trades, an hour at a time, in halves of the day."""
    wave = [round(math.sin(2 * math.pi * ((hour + turn) % 24) / 24), 9) for hour in range(24)]
    terms = [float(hours[hour]) * wave[hour] for hour in range(24)]
    return decimals(ratio(in_pairs(terms), len(of.results)), of.nudge)


def machines(of: Record) -> Values:
    """Recompute what of the group `insiders` follows from trades."""
    hours = max(len({result.trade.at // 3_600_000_000 for result in day}) for day in of.sittings)
    buys = [[result.trade.lamports for result in day if result.trade.is_buy] for day in of.sittings]
    repeated = sum(count for day in buys for count in Counter(day).values() if count > 1)
    repeats = ratio(repeated, sum(map(len, buys)))
    bounced = sum(_is_bounce(before, after) for day in of.sittings for before, after in pairwise(day))
    gaps = _gaps(of)
    tenth, snipes = _quantile(gaps, 0.1), sniped_share(of)
    marks = (
        hours >= _BOT_HOURS,
        tenth is not None and tenth <= _BOT_GAP_SECONDS,
        snipes is not None and snipes >= _BOT_SNIPES,
        repeats is not None and repeats >= _BOT_REPEATS,
        len(of.results) / len(of.sittings) >= _BOT_TRADES,
    )
    return {
        "max_active_hours_30d": hours,
        "repeat_size_share_30d": repeats,
        "alternation_share_30d": ratio(bounced, len(gaps)),
        "bot_score_30d": sum(marks),
    }


def _is_bounce(before: Result, after: Result) -> bool:
    bought, sold = before.trade, after.trade
    is_undone = bought.is_buy and not sold.is_buy and bought.mint == sold.mint
    return is_undone and abs(sold.units - bought.units) <= bought.units // 100
