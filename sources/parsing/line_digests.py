"""128-bit digests of rows of text: SipHash-2-4 over all fields of a row, by compiled code.

The key is public: a digest tells equal rows from different ones, nothing is kept secret. What is hashed of a field is
its length in bytes in 4 bytes (all ones for NULL), its text, and zeros up to a multiple of 8 bytes, so different rows
always differ in what is hashed.
"""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pumploss.compiled import compiled
from sources.reading.spans import texts
from sources.reading.words import WORD_BYTES, byte, word

#: Changing it changes every `trade_id` of a line without a signature.
KEY = b"pumploss digests"
_K0, _K1 = (np.uint64(int.from_bytes(KEY[i : i + 8], "little")) for i in (0, 8))
_START = (
    _K0 ^ np.uint64(0x736F6D6570736575),
    _K1 ^ np.uint64(0x646F72616E646F6D ^ 0xEE),
    _K0 ^ np.uint64(0x6C7967656E657261),
    _K1 ^ np.uint64(0x7465646279746573),
)
_LENGTH_BYTES = 4
_NULL = np.uint64(0xFFFF_FFFF)
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
_HEX_LETTERS = 32
_ONE, _BYTE_BITS = np.uint64(1), np.uint64(8)

_State = tuple[np.uint64, np.uint64, np.uint64, np.uint64]


def digests(columns: Iterable[pa.StringArray], count: int) -> pa.StringArray:
    """The digest of each of `count` rows in 32 hexadecimal letters."""
    states = np.empty((count, 5), np.uint64)
    states[:, :4], states[:, 4] = _START, 0
    for column in columns:
        _absorb(*texts(column), states)
    letters = np.empty((count, _HEX_LETTERS), np.uint8)
    _finish(states, letters)
    offsets = np.arange(0, (count + 1) * _HEX_LETTERS, _HEX_LETTERS, dtype=np.int32)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(letters))


@compiled
def _absorb(
    letters: NDArray[np.uint8], offsets: NDArray[np.int32], is_null: NDArray[np.bool_], states: NDArray[np.uint64]
) -> None:
    """Takes a column into the state of each row; the fifth number of a state counts bytes."""
    text, size = letters.ctypes.data, len(letters)
    for row in range(len(offsets) - 1):
        at, stop = offsets[row], offsets[row + 1]
        state = (states[row, 0], states[row, 1], states[row, 2], states[row, 3])
        if len(is_null) > 0 and is_null[row]:
            state = _mixed(state, _NULL)
            states[row, 4] += np.uint64(WORD_BYTES)
        else:
            first = _tail(text, at, min(stop, at + _LENGTH_BYTES), size)
            state = _mixed(state, np.uint64(stop - at) | (first << np.uint64(32)))
            states[row, 4] += np.uint64(WORD_BYTES)
            at += _LENGTH_BYTES
            while at < stop:
                state = _mixed(state, word(text, at) if at + WORD_BYTES <= stop else _tail(text, at, stop, size))
                states[row, 4] += np.uint64(WORD_BYTES)
                at += WORD_BYTES
        states[row, 0], states[row, 1], states[row, 2], states[row, 3] = state


@compiled
def _tail(text: int, at: int, stop: int, size: int) -> np.uint64:
    """The bytes up to `stop`, fewer than eight, as a number."""
    if stop <= at:
        return np.uint64(0)
    if at + WORD_BYTES <= size:
        return word(text, at) & ((_ONE << (_BYTE_BITS * np.uint64(stop - at))) - _ONE)
    value = np.uint64(0)
    for place in range(stop - at):
        value |= np.uint64(byte(text, at + place)) << (_BYTE_BITS * np.uint64(place))
    return value


@compiled
def _mixed(state: _State, message: np.uint64) -> _State:
    """The state after a word of the message."""
    v0, v1, v2, v3 = _round(_round((state[0], state[1], state[2], state[3] ^ message)))
    return v0 ^ message, v1, v2, v3


@compiled
def _round(state: _State) -> _State:
    v0, v1, v2, v3 = state
    v0 += v1
    v2 += v3
    v1 = _turned(v1, np.uint64(13)) ^ v0
    v3 = _turned(v3, np.uint64(16)) ^ v2
    v0 = _turned(v0, np.uint64(32))
    v2 += v1
    v0 += v3
    v1 = _turned(v1, np.uint64(17)) ^ v2
    v3 = _turned(v3, np.uint64(21)) ^ v0
    return v0, v1, _turned(v2, np.uint64(32)), v3


@compiled
def _turned(value: np.uint64, by: np.uint64) -> np.uint64:
    return (value << by) | (value >> (np.uint64(64) - by))


@compiled
def _finish(states: NDArray[np.uint64], letters: NDArray[np.uint8]) -> None:
    """Writes each row's digest, its bytes in order."""
    for row in range(len(states)):
        state = (states[row, 0], states[row, 1], states[row, 2], states[row, 3])
        v0, v1, v2, v3 = _mixed(state, states[row, 4] << np.uint64(56))
        v2 ^= np.uint64(0xEE)
        for half in range(2):
            v0, v1, v2, v3 = _round(_round(_round(_round((v0, v1, v2, v3)))))
            value = v0 ^ v1 ^ v2 ^ v3
            v1 ^= np.uint64(0xDD)
            for place in range(8):
                one = np.int64((value >> (_BYTE_BITS * np.uint64(place))) & np.uint64(255))
                letters[row, 16 * half + 2 * place] = _HEX[one >> 4]
                letters[row, 16 * half + 2 * place + 1] = _HEX[one & 15]
