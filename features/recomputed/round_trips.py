"""Recomputes what closed positions made, how long positions are held, and how large their first buys are."""

import math
from collections.abc import Sequence

from features.recomputed.arithmetic import Values, decimals, median, over, ratio
from features.recomputed.given import DAY_MICROS
from features.recomputed.record import Record
from features.recomputed.trips import Trip

_FAST_MICROS = 60_000_000
_LEAST_LOSS = 10**7
_ROUNDING = 1e-9


def outcomes(of: Record) -> Values:
    """Recompute the group `outcomes`."""
    made = [trip.made for trip in of.closed]
    won, lost = [amount for amount in made if amount > 0], [-amount for amount in made if amount < 0]
    run = longest = 0
    for amount in made:
        run = run + 1 if amount < 0 else 0
        longest = max(longest, run)
    payoff = of.log(ratio(ratio(sum(won), len(won)), ratio(sum(lost), len(lost))))
    return {
        "positions_won_30d": len(won),
        "positions_lost_30d": len(lost),
        "win_rate_30d": ratio(len(won), len(made)),
        "win_rate_shrunk_30d": ratio(len(won) + 2, len(made) + 5),
        "payoff_ratio_30d": None if payoff is None else min(max(payoff, -4.0), 4.0),
        "profit_factor_30d": ratio(sum(won), sum(lost) + _LEAST_LOSS) if made else None,
        "max_loss_streak_30d": longest,
        "loss_streak_30d": run,
        "worst_loss_share_30d": ratio(max(lost, default=0), sum(lost)),
    }


def holding(of: Record) -> Values:
    """Recompute the group `holding`: sales of positions opened in the window, by Kaplan and Meier."""
    trips, end = of.opened, of.as_of * DAY_MICROS
    # Times of positions that are still open sort behind sales of the same time.
    times = sorted(((trip.exited_at if trip.exited else end) - trip.entered_at, trip.exited is None) for trip in trips)
    done = of.closed
    micros = sum(trip.exited_at - trip.entered_at for trip in done)
    quantiles = {name: _sold_within(times, share) for name, share in (("p10", 0.1), ("median", 0.5), ("p90", 0.9))}
    short, long = _held_for(times, 60_000_000), _held_for(times, DAY_MICROS + 1)
    return {
        "positions_opened_30d": len(trips),
        "positions_opened_still_open_30d": sum(trip.exited is None for trip in trips),
        **{f"hold_{name}_log_30d": None if s is None else of.log(s + 1.0) for name, s in quantiles.items()},
        "held_under_60s_share_30d": None if short is None else 1.0 - short,
        "held_over_24h_share_30d": long,
        "positions_closed_30d": len(done),
        "hold_duration_30d": over(ratio(micros, len(done)), 1e6),
    }


def _sold_within(times: Sequence[tuple[int, bool]], share: float) -> float | None:
    """Find the seconds within which a share is sold; None where it never was."""
    held, size = 1.0, len(times)
    for place, (time, is_open) in enumerate(times):
        if not is_open:
            held *= (size - place - 1) / (size - place)
            if held <= 1.0 - share + _ROUNDING:
                return time / 1e6
    return None


def _held_for(times: Sequence[tuple[int, bool]], limit: int) -> float | None:
    """Estimate the share that is held so many microseconds; None where nothing was watched for that long."""
    held, size = 1.0, len(times)
    for place, (time, is_open) in enumerate(times):
        if time >= limit:
            return held
        if not is_open:
            held *= (size - place - 1) / (size - place)
    return 0.0 if times and not times[-1][1] else None


def stakes(of: Record) -> Values:
    """Recompute what of the group `stakes` needs no capital."""
    sizes = [trip.stake for trip in of.opened]
    middle, mean = median(sizes), sum(sizes) / len(sizes) if sizes else 0.0
    spread = None
    if len(sizes) > 1 and mean > 0:
        squares = 0.0
        for size in sorted(sizes):
            squares += (size - mean) ** 2
        spread = math.sqrt(squares / (len(sizes) - 1)) / mean
    return {
        "stake_median_sol_30d": over(middle, 1e9),
        "stake_max_sol_30d": max(sizes, default=0) / 1e9,
        "stake_variation_30d": decimals(spread, of.nudge),
        "stake_slope_30d": decimals(_slope(of.opened), of.nudge),
        "stake_max_ratio_30d": ratio(max(sizes, default=0), middle),
        "positions_opened_7d": sum(trip.entered is not None and trip.entered[0] >= of.as_of - 7 for trip in of.trips),
    }


def stakes_of_capital(of: Record) -> Values:
    """Recompute what of the group `stakes` compares with capital."""
    sizes = [trip.stake for trip in of.opened]
    large = ratio(sum(size * 2 >= of.capital for size in sizes), len(sizes))
    return {
        "bet_fraction_30d": ratio(median(sizes), of.capital),
        "allin_share_30d": large if of.capital > 0 else None,
    }


def _slope(trips: Sequence[Trip]) -> float | None:
    """Fit a line to the logarithms of stakes by the number of the day on which any was placed."""
    staked = [trip for trip in trips if trip.stake > 0]
    day = number = -1
    count = total = squares = 0
    logs = products = 0.0
    for trip in staked:
        if trip.entered_at // DAY_MICROS != day:
            day, number = trip.entered_at // DAY_MICROS, number + 1
        stake = round(math.log(trip.stake), 9)
        count, total, squares = count + 1, total + number, squares + number * number
        logs, products = logs + stake, products + number * stake
    width = count * squares - total * total
    return (count * products - total * logs) / width if width > 0 else None


def takes(of: Record) -> Values:
    """Recompute what of the group `disposition` follows from positions alone."""
    won = [trip for trip in of.closed if trip.made > 0]
    fast = sum(trip.exited_at - trip.entered_at <= _FAST_MICROS for trip in won)
    added = sum(trip.buys - 1 for trip in of.opened)
    return {
        "fast_take_share_30d": ratio(fast, len(won)),
        "added_buys_30d": added,
        "averaging_down_share_30d": ratio(sum(trip.downs for trip in of.opened), added),
    }
