"""Distinct mints of windows, beside a plain count; squares beyond 64 bits are exact."""

from collections import Counter
from random import Random

import numpy as np
import pytest

from features.rolling.mint_loops import mint_counts, squares
from features.rolling.sums import wide


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_those_of_a_dictionary_in_any_order_and_split_of_the_items(seed):
    draw = Random(seed)
    days = [[(draw.choice([3, 2**45 + draw.randrange(40)]), draw.randrange(10 ** draw.randrange(1, 19)))
             for _ in range(draw.randrange(90))] for _ in range(12)]  # fmt: skip
    begins = np.r_[0, np.cumsum([len(day) for day in days])]
    windows = [(first, end) for first in range(12) for end in range(first, 13)]
    first, end = (begins[list(ends)] for ends in zip(*windows, strict=True))
    for order in (lambda day: day, lambda day: draw.sample(day, len(day))):
        items = [item for day in days for item in order(day)]
        mint, cost = (np.array([item[place] for item in items], np.int64) for place in (0, 1))
        # Sums stay below 2^63, as lamports do.
        distinct, top, of_costs = mint_counts(first, end, mint, cost // 99)
        for place, (since, until) in enumerate(windows):
            spent = Counter()
            for number, amount in (item for day in days[since:until] for item in day):
                spent[number] += amount // 99
            found = (distinct[place], top[place], int(wide(of_costs[place : place + 1])[0].as_py()))
            assert found == (len(spent), max(spent.values(), default=0), sum(n * n for n in spent.values()))


def test_squares_of_the_largest_amounts_carry():
    cost = np.full(3, 2**62 - 1)
    _, _, found = mint_counts(np.array([0]), np.array([3]), np.array([1, 2, 3]), cost)
    assert int(found[0, 1]) * 2**64 + int(found[0, 0]) == 3 * (2**62 - 1) ** 2


def test_squares_of_single_amounts_are_exact_and_have_no_sign():
    amounts = [0, -3, 2**40 + 1, -(2**62) - 1]
    assert [int(one) for one in wide(squares(np.array(amounts))).to_pylist()] == [amount**2 for amount in amounts]
