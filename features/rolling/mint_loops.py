"""Walks windows of mints, named by numbers: how many there are, and how what was spent is spread over them."""

import numpy as np

from pumploss.compiled import compiled

Ints = np.ndarray

#: An odd number near 2^64 over the golden ratio: multiples of it spread over the high bits.
_SPREADING = np.uint64(0x9E3779B97F4A7C15)
_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


@compiled
def mint_counts(first: Ints, end: Ints, mint: Ints, cost: Ints) -> tuple[Ints, Ints, Ints]:
    """Find, per slice: distinct mints, cost of the dearest, and the sum of squared costs per mint, exact to 128 bits.

    Squares are two words each, the lower one first.
    """
    distinct, top = np.zeros(first.size, np.int64), np.zeros(first.size, np.int64)
    squares = np.zeros((first.size, 2), np.uint64)
    places = table_size((end - first).max() if first.size else 0)
    # One table for all windows: `seen_in` has the window that last used a place, which spares clearing it.
    seen_in, names, spent = np.full(places, -1, np.int64), np.zeros(places, np.int64), np.zeros(places, np.int64)
    used = np.zeros(places, np.int64)
    for window in range(first.size):
        # As small as the window allows, so that it stays in the processor's nearest memory.
        size = table_size(end[window] - first[window])
        for item in range(first[window], end[window]):
            place = home(mint[item], size)
            while seen_in[place] == window and names[place] != mint[item]:
                place = (place + 1) & (size - 1)
            if seen_in[place] != window:
                seen_in[place], names[place], spent[place] = window, mint[item], 0
                used[distinct[window]] = place
                distinct[window] += 1
            spent[place] += cost[item]
        for number in range(distinct[window]):
            amount = spent[used[number]]
            top[window] = max(top[window], amount)
            add_square(squares[window], amount)
    return distinct, top, squares


@compiled
def table_size(items: int) -> int:
    """Choose a power of two that is at least twice as many."""
    size = 4
    while size < 2 * items:
        size *= 2
    return size


@compiled
def home(number: int, size: int) -> int:
    """Find where a number's place in a table of that size is sought first."""
    spread = np.uint64(number) * _SPREADING
    return int(np.int64(spread >> _HALF) & (size - 1))


@compiled
def add_square(words: Ints, amount: int) -> None:
    """Add the square of an amount of at least 0 to a number of two words."""
    whole = np.uint64(amount)
    high, low = whole >> _HALF, whole & _LOW
    # (high 2^32 + low)^2: three products, of which the middle one counts twice and lies across the words.
    middle = high * low
    lowest = low * low
    shifted = middle << np.uint64(33)
    sum_low = lowest + shifted
    carry = np.uint64(sum_low < lowest)
    total = words[0] + sum_low
    carry += np.uint64(total < sum_low)
    words[0] = total
    words[1] += high * high + (middle >> np.uint64(31)) + carry


@compiled
def squares(amounts: Ints) -> Ints:
    """Square amounts, exact to 128 bits: two words each, the lower one first."""
    words = np.zeros((amounts.size, 2), np.uint64)
    for place in range(amounts.size):
        add_square(words[place], abs(amounts[place]))
    return words
