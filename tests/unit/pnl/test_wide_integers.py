"""128-bit products and quotients against Python's own integers."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pnl.wide_integers import muldiv, product, quotient

MOST = 2**63 - 1
HALVES = [2**31, 2**32 - 1, 2**32, 2**32 + 1, 2**62, MOST - 1, MOST]


def naturals(least: int = 0) -> st.SearchStrategy[int]:
    """63-bit integers of every length, and those where a half digit begins or ends."""
    sized = st.integers(0, 63).flatmap(lambda bits: st.integers(0, 2**bits - 1))
    return (sized | st.sampled_from(HALVES)).map(lambda value: max(value, least))


@settings(deadline=None, max_examples=500)
@given(naturals(), naturals(), naturals(1))
@example(MOST, MOST, MOST)
@example(MOST, 2**62, 2**62 + 2**31 - 1)
@example(0, 0, 1)
@example(9223372036854761469, 4611686010983846854, 4611686020574871551)  # a digit two too high
def test_muldiv_of_a_part_is_exact(a: int, b: int, c: int) -> None:
    part = min(b, c)
    assert muldiv(a, part, c) == a * part // c


@settings(deadline=None, max_examples=500)
@given(naturals(), naturals(), naturals(1))
def test_muldiv_of_a_multiple_is_exact(a: int, b: int, c: int) -> None:
    least = max(c, min(-(-a * b // MOST), MOST))  # the least divisor whose result fits
    assert muldiv(a, b, least) == a * b // least


@settings(deadline=None, max_examples=500)
@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), naturals(1))
def test_product_and_quotient_take_whole_words(a: int, b: int, c: int) -> None:
    high, low = product(np.uint64(a), np.uint64(b))
    assert (int(high) << 64) + int(low) == a * b
    below = a % c
    assert int(quotient(np.uint64(below), np.uint64(b), np.uint64(c))) == ((below << 64) + b) // c


def test_a_whole_curve_in_three_parts_sums_to_its_lot() -> None:
    """85 SOL over 793,100,000 tokens: the product needs 86 bits."""
    cost, units = 85_000_000_000, 793_100_000_000_000
    lot_cost, lot_units, parts = cost, units, []
    for part in (264_366_666_666_667, 528_733_333_333_332, 1):
        share = muldiv(lot_cost, part, lot_units)
        assert share == lot_cost * part // lot_units
        parts.append(share)
        lot_cost, lot_units = lot_cost - share, lot_units - part
    assert (lot_cost, lot_units) == (0, 0)
    assert sum(parts) == cost
