"""Makes base58 identities in bulk: each is a function of seed, kind and number alone."""

from typing import Final

import numpy as np
import numpy.typing as npt

from pumploss.compiled import compiled
from simulator.arrays import Int64s, Letters

ALPHABET: Final = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_LETTERS: Final = np.frombuffer(ALPHABET, np.uint8)

#: 44 digits decode to 32 bytes when the first is 1..16 (58^43 > 2^248, 17 * 58^43 < 2^256), and 88 digits to 64 bytes
#: when it is 1..4 (58^87 > 2^504, 5 * 58^87 < 2^512).
ADDRESS_LENGTH: Final = 44
ADDRESS_FIRST_DIGITS: Final = 16
SIGNATURE_LENGTH: Final = 88
SIGNATURE_FIRST_DIGITS: Final = 4
MINT_SUFFIX: Final = b"pump"


@compiled
def _write(out: Letters, numbers: npt.NDArray[np.uint64], salt: np.uint64, first: int, letters: Letters) -> None:
    """Fill `out`, a row of letters per number, from SplitMix64 streams by salt and number."""
    width = out.shape[1]
    for row in range(out.shape[0]):
        state = salt ^ (numbers[row] * np.uint64(0xD1342543DE82EF95))
        column = 0
        while column < width:
            # SplitMix64: one step of the state, and three rounds of mixing, give 64 random bits.
            state += np.uint64(0x9E3779B97F4A7C15)
            mixed = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            mixed ^= mixed >> np.uint64(31)
            for half in range(2):
                # 32 random bits are a fraction; each multiplication by 58 moves one digit out.
                fraction = (mixed >> np.uint64(32 * half)) & np.uint64(0xFFFFFFFF)
                # Five digits tell 58^5 < 2^30 of the 2^32 values apart, so all letters are nearly equally likely.
                for _ in range(min(5, width - column)):
                    # The first digit is 1 to `first`, so that the text decodes to the right number of bytes.
                    base = np.uint64(first) if column == 0 else np.uint64(58)
                    fraction *= base
                    digit = np.int64(fraction >> np.uint64(32))
                    fraction &= np.uint64(0xFFFFFFFF)
                    out[row, column] = letters[digit + 1 if column == 0 else digit]
                    column += 1


def _salt(seed: int, kind: int) -> np.uint64:
    return np.uint64(np.random.SeedSequence((seed, kind)).generate_state(1, np.uint64)[0])


def _identities(seed: int, kind: int, numbers: Int64s, width: int, first: int) -> Letters:
    out = np.empty((len(numbers), width), np.uint8)
    _write(out, numbers.astype(np.uint64), _salt(seed, kind), first, _LETTERS)
    return out


def trader_addresses(seed: int, traders: Int64s) -> Letters:
    """Make addresses as letters, shape (n, 44)."""
    return _identities(seed, 101, traders, ADDRESS_LENGTH, ADDRESS_FIRST_DIGITS)


def mint_addresses(seed: int, mints: Int64s) -> Letters:
    """Make mint addresses that end in `pump`, as letters, shape (n, 44)."""
    letters = _identities(seed, 102, mints, ADDRESS_LENGTH, ADDRESS_FIRST_DIGITS)
    letters[:, -len(MINT_SUFFIX) :] = np.frombuffer(MINT_SUFFIX, np.uint8)
    return letters


def signatures(seed: int, transactions: Int64s) -> Letters:
    """Make transaction signatures as letters, shape (n, 88)."""
    return _identities(seed, 103, transactions, SIGNATURE_LENGTH, SIGNATURE_FIRST_DIGITS)
