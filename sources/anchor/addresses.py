"""Public keys to base58 text for whole columns, by compiled code, and which of them are of known mints."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pumploss.compiled import compiled
from sources.interpreting.addresses import ALPHABET, decode

KEY_BYTES = 32
MOST_LETTERS = 44
_LETTERS = np.frombuffer(ALPHABET.encode(), np.uint8)
#: Five digits at a time: the most for which a remainder beside 32 bits fits 64.
_DIGITS = 5
_CHUNK = np.uint64(58**_DIGITS)
_BASE = np.uint64(58)
_LIMBS, _LIMB_BYTES, _LIMB_BITS = 8, 4, np.uint64(32)
_SCRATCH_LETTERS = 45


def base58_addresses(keys: NDArray[np.uint8], is_valid: NDArray[np.bool_] | None = None) -> pa.StringArray:
    """The base58 text of keys, shape (n, 32); NULL where they are not valid."""
    count = len(keys)
    chosen = np.ones(count, dtype=bool) if is_valid is None else is_valid
    letters, offsets = np.empty(int(chosen.sum()) * MOST_LETTERS, np.uint8), np.zeros(count + 1, np.int32)
    scratch = np.empty(_LIMBS, np.uint64), np.empty(_SCRATCH_LETTERS, np.uint8)
    _write(np.ascontiguousarray(keys), chosen, *scratch, letters, offsets)
    validity = None if is_valid is None else pa.py_buffer(np.packbits(is_valid, bitorder="little"))
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(letters[: offsets[-1]]), validity)


def is_among(keys: NDArray[np.uint8], mints: Sequence[str]) -> NDArray[np.bool_]:
    """Tells which keys, shape (n, 32), are of these mints."""
    known = np.array([list(decode(mint)) for mint in mints], np.uint8)
    # Eight bytes tell nearly all apart, and only the rest are compared whole.
    heads, known_heads = (np.ascontiguousarray(part[:, :8]).view(np.uint64)[:, 0] for part in (keys, known))
    among: NDArray[np.bool_] = np.isin(heads, known_heads)
    rows = np.flatnonzero(among)
    among[rows] = (keys[rows][:, None, :] == known).all(axis=2).any(axis=1)
    return among


@compiled
def _write(
    keys: NDArray[np.uint8], is_chosen: NDArray[np.bool_], limbs: NDArray[np.uint64], digits: NDArray[np.uint8],
    letters: NDArray[np.uint8], offsets: NDArray[np.int32],
) -> None:  # fmt: skip
    """Fills in the letters of the chosen keys, and where each text ends."""
    end = 0
    for row in range(len(keys)):
        if is_chosen[row]:
            zeros = 0
            while zeros < KEY_BYTES and keys[row, zeros] == 0:
                zeros += 1
            place = _digits(keys[row], limbs, digits)
            # A leading zero byte is a leading `1`.
            for _ in range(zeros):
                letters[end] = _LETTERS[0]
                end += 1
            for digit in digits[place:]:
                letters[end] = _LETTERS[digit]
                end += 1
        offsets[row + 1] = end


@compiled
def _digits(key: NDArray[np.uint8], limbs: NDArray[np.uint64], digits: NDArray[np.uint8]) -> int:
    """Writes a key's digits to the end of `digits` and answers where the first that is not zero stands."""
    for limb in range(_LIMBS):
        limbs[limb] = 0
        for byte in range(_LIMB_BYTES):
            limbs[limb] = (limbs[limb] << np.uint64(8)) | np.uint64(key[limb * _LIMB_BYTES + byte])
    place, first = len(digits), 0
    while first < _LIMBS:
        rest = np.uint64(0)
        for limb in range(first, _LIMBS):
            whole = (rest << _LIMB_BITS) | limbs[limb]
            limbs[limb] = whole // _CHUNK
            rest = whole - limbs[limb] * _CHUNK
        for _ in range(_DIGITS):
            place -= 1
            digits[place] = rest % _BASE
            rest //= _BASE
        while first < _LIMBS and limbs[first] == 0:
            first += 1
    while place < len(digits) and digits[place] == 0:
        place += 1
    return place
