"""Multiplies two 63-bit integers and divides the product without losing a bit, for compiled kernels."""

import numpy as np

from pumploss.compiled import compiled

_ZERO = np.uint64(0)
_ONE = np.uint64(1)
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFF_FFFF)
_TOP = np.uint64(1 << 63)


@compiled
def product(a: np.uint64, b: np.uint64) -> tuple[np.uint64, np.uint64]:
    """`a * b` as (high, low) 64-bit halves."""
    a1, a0 = a >> _HALF, a & _LOW
    b1, b0 = b >> _HALF, b & _LOW
    middle = a1 * b0 + ((a0 * b0) >> _HALF)  # at most (2^32 - 1)^2 + 2^32 - 2: fits
    carry = a0 * b1 + (middle & _LOW)
    return a1 * b1 + (middle >> _HALF) + (carry >> _HALF), a * b


@compiled
def _digit(rest: np.uint64, following: np.uint64, c1: np.uint64, c0: np.uint64) -> np.uint64:
    """The next base-2^32 digit of a quotient, from the remainder and the digit that follows it.

    The estimate by the divisor's upper half is at most two too high (Knuth, TAOCP 2, 4.3.1 D).
    The test against both halves is exact; with more than a digit left over it cannot fail.
    """
    digit = rest // c1
    left = rest - digit * c1
    while left <= _LOW and digit * c0 > (left << _HALF) + following:
        digit -= _ONE
        left += c1
    return digit


@compiled
def quotient(high: np.uint64, low: np.uint64, c: np.uint64) -> np.uint64:
    """floor((high * 2^64 + low) / c), for 0 < c < 2^63 and high < c, so that it fits 64 bits."""
    if high == _ZERO:
        return low // c
    while c < _TOP:  # the digit estimate needs a divisor with its top bit set
        c <<= _ONE
        high = (high << _ONE) | (low >> np.uint64(63))
        low <<= _ONE
    c1, c0 = c >> _HALF, c & _LOW
    upper = _digit(high, low >> _HALF, c1, c0)
    # Wraps past 2^64, but the remainder itself is below c and so comes out right.
    rest = (high << _HALF) + (low >> _HALF) - upper * c
    return (upper << _HALF) + _digit(rest, low & _LOW, c1, c0)


@compiled
def muldiv(a: int, b: int, c: int) -> int:
    """floor(a * b / c), exactly, for 0 <= a, b < 2^63, 0 < c < 2^63 and a result below 2^63."""
    high, low = product(np.uint64(a), np.uint64(b))
    return np.int64(quotient(high, low, np.uint64(c)))  # type: ignore[return-value]
