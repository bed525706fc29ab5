"""Walks the tape of each mint and day once and measures what each trader met at its first buy of the mint.

Rows are sorted by mint, day and chain order; a group is one mint and day. What is not known is NaN, or -1 for whole
numbers. Nothing that comes after the day shows.
"""

import numpy as np

from pumploss.compiled import compiled

Ints = np.ndarray
Floats = np.ndarray
Flags = np.ndarray

#: Seconds before an entry over which momentum is measured, and after it in which a collapse may come.
MOMENTUM_SECONDS, COLLAPSE_SECONDS = 60, 600
#: Minutes before an entry whose price changes make its volatility.
VOLATILITY_MINUTES = 60
#: A position is closed once no more than a hundredth of what was bought is left.
RESIDUE_ONE_IN = 100
_DAY_SECONDS = 86_400


@compiled
def first_buys(begins: Ints, trader: Ints, is_first_buy: Flags, traders: int) -> Ints:
    """List the rows that are their trader's first buy of the group, where it is an entry at all."""
    rows = np.empty(trader.size, np.int64)
    seen_in = np.full(traders, -1, np.int64)
    count = 0
    for group in range(begins.size - 1):
        for row in range(begins[group], begins[group + 1]):
            if is_first_buy[row] and seen_in[trader[row]] != group:
                seen_in[trader[row]] = group
                rows[count] = row
                count += 1
    return rows[:count]


@compiled
def ranks_of_day(group: Ints) -> Ints:
    """Number the entries of each group from 0; `group` has that of each entry, in order."""
    rank = np.zeros(group.size, np.int64)
    for entry in range(1, group.size):
        if group[entry] == group[entry - 1]:
            rank[entry] = rank[entry - 1] + 1
    return rank


@compiled
def before_entries(
    begins: Ints, group_of: Ints, entries: Ints, seconds: Ints, price: Floats, price_before: Floats, peak_before: Floats
) -> tuple[Floats, Floats]:
    """Measure, per entry, its price over the last one known 60 seconds before, and over the highest so far.

    `price_before` and `peak_before` are of the groups: what stood at the close of the mint's day before. That price may
    be a moment old, so it counts from the day's second minute on.
    """
    momentum, of_peak = np.full(entries.size, np.nan), np.full(entries.size, np.nan)
    current, peak, earlier, past, done = -1, np.nan, np.nan, 0, 0
    for entry in range(entries.size):
        row = entries[entry]
        group = group_of[row]
        if group != current:
            current, peak, earlier, past, done = group, peak_before[group], np.nan, begins[group], begins[group]
        while done <= row:
            if price[done] > peak or np.isnan(peak):
                peak = price[done]
            done += 1
        of_peak[entry] = price[row] / peak
        while seconds[past] <= seconds[row] - MOMENTUM_SECONDS:
            if not np.isnan(price[past]):
                earlier = price[past]
            past += 1
        if np.isnan(earlier) and seconds[row] % _DAY_SECONDS >= MOMENTUM_SECONDS:
            earlier = price_before[group]
        momentum[entry] = price[row] / earlier
    return momentum, of_peak


@compiled
def other_buyers(begins: Ints, group_of: Ints, entries: Ints, slot: Ints, trader: Ints, is_buy: Flags) -> Ints:
    """Count, per entry, the other traders who bought in its slot; -1 where no slot is stated."""
    others = np.full(entries.size, -1, np.int64)
    for entry in range(entries.size):
        row = entries[entry]
        first, last = row, row + 1
        # Rows of a slot stand together.
        while first > begins[group_of[row]] and slot[first - 1] == slot[row]:
            first -= 1
        while last < begins[group_of[row] + 1] and slot[last] == slot[row]:
            last += 1
        if slot[row] >= 0:
            others[entry] = 0
            for other in range(first, last):
                is_new = is_buy[other] and trader[other] != trader[row]
                for earlier in range(first, other):
                    if is_buy[earlier] and trader[earlier] == trader[other]:
                        is_new = False
                others[entry] += is_new
    return others


@compiled
def after_entries(begins: Ints, group_of: Ints, entries: Ints, seconds: Ints, price: Floats) -> tuple[Floats, Floats]:
    """Measure, per entry: lowest price in the 10 minutes after it over its own, and highest of the rest of the day.

    The first is NaN where the day ends before the ten minutes do.
    """
    low, high = np.full(entries.size, np.nan), np.full(entries.size, np.nan)
    highest, done = np.nan, 0
    current = -1
    for entry in range(entries.size - 1, -1, -1):
        row = entries[entry]
        end = begins[group_of[row] + 1]
        if group_of[row] != current:
            current, highest, done = group_of[row], np.nan, end
        while done > row:
            done -= 1
            if price[done] > highest or np.isnan(highest):
                highest = price[done]
        high[entry] = highest / price[row]
        if seconds[row] % _DAY_SECONDS < _DAY_SECONDS - COLLAPSE_SECONDS:
            lowest = price[row]
            at = row
            while at < end and seconds[at] <= seconds[row] + COLLAPSE_SECONDS:
                lowest = min(lowest, price[at]) if not np.isnan(price[at]) else lowest
                at += 1
            low[entry] = lowest / price[row]
    return low, high


@compiled
def volatility_before(begins: Ints, group_of: Ints, entries: Ints, seconds: Ints, price: Floats) -> Floats:
    """Measure, per entry, the deviation of one-minute log returns in the hour before it, on its day.

    A minute without a trade has the return 0; the minute of the entry does not count. NaN below two returns.
    """
    result = np.full(entries.size, np.nan)
    minutes, closes = np.empty(price.size + 1, np.int64), np.empty(price.size + 1, np.float64)
    current, count, done = -1, 0, 0
    for entry in range(entries.size):
        row = entries[entry]
        if group_of[row] != current:
            current, count, done = group_of[row], 0, begins[group_of[row]]
        own = seconds[row] // 60
        while seconds[done] // 60 < own:
            if price[done] > 0:
                minute = seconds[done] // 60
                count += count == 0 or minutes[count - 1] != minute
                minutes[count - 1], closes[count - 1] = minute, np.log(price[done])
            done += 1
        at, total, squares = count - 1, 0.0, 0.0
        while at > 0 and minutes[at] > own - VOLATILITY_MINUTES:
            change = closes[at] - closes[at - 1]
            total, squares = total + change, squares + change * change
            at -= 1
        returns = own - 1 - max(minutes[max(at, 0)], own - VOLATILITY_MINUTES) if count else 0
        if returns > 1:
            result[entry] = np.sqrt(max(squares - total * total / returns, 0.0) / (returns - 1))
    return result


@compiled
def captures(
    group_of: Ints, entries: Ints, trader: Ints, is_buy: Flags, is_own: Flags, sol: Ints, units: Ints,
    price: Floats, traders: int,
) -> Floats:  # fmt: skip
    """Measure, per entry whose position is closed on its day: what was captured of the way up to its highest price.

    (Mean price sold - mean price bought) / (highest price while it was held - mean price bought), in [-2, 1]. NaN
    where it is not closed, or the price never stood above what was paid.
    """
    result = np.full(entries.size, np.nan)
    position = np.full(traders, -1, np.int64)
    closed_at = np.full(entries.size, -1, np.int64)
    bought, sold = np.zeros(entries.size), np.zeros(entries.size)
    spent, got = np.zeros(entries.size), np.zeros(entries.size)
    entry = 0
    for row in range(trader.size):
        if entry < entries.size and entries[entry] == row:
            position[trader[row]] = entry
            entry += 1
        own = position[trader[row]]
        if own < 0 or not is_own[row] or group_of[entries[own]] != group_of[row] or closed_at[own] >= 0:
            continue
        if is_buy[row]:
            bought[own], spent[own] = bought[own] + units[row], spent[own] + sol[row]
        else:
            sold[own], got[own] = sold[own] + units[row], got[own] + sol[row]
            if (bought[own] - sold[own]) * RESIDUE_ONE_IN <= bought[own]:
                closed_at[own] = row
    for own in range(entries.size):
        if closed_at[own] >= 0 and bought[own] > 0 and sold[own] > 0:
            highest = _highest(price, entries[own], closed_at[own])
            paid = spent[own] / bought[own]
            if highest > paid:
                result[own] = min(max((got[own] / sold[own] - paid) / (highest - paid), -2.0), 1.0)
    return result


@compiled
def _highest(price: Floats, first: int, last: int) -> float:
    highest = -1.0
    for row in range(first, last + 1):
        highest = max(highest, price[row])
    return highest
