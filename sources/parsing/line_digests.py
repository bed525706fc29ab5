"""Digests rows of text to 128 bits: SipHash-2-4 over all fields of a row, by compiled code.

The key is public: a digest tells equal rows from different ones, nothing is kept secret. What is hashed of a field is
its length in bytes in 4 bytes (all ones for NULL), its text, and zeros up to a multiple of 8 bytes, so different rows
always differ in what is hashed.
"""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pumploss.compiled import compiled
from sources.reading.text_columns import letters_of

#: Changing it changes every `trade_id` of a line without a signature.
KEY = b"pumploss digests"
_K0, _K1 = (np.uint64(int.from_bytes(KEY[i : i + 8], "little")) for i in (0, 8))
_START = (
    _K0 ^ np.uint64(0x736F6D6570736575),
    _K1 ^ np.uint64(0x646F72616E646F6D ^ 0xEE),
    _K0 ^ np.uint64(0x6C7967656E657261),
    _K1 ^ np.uint64(0x7465646279746573),
)
_WORD_BYTES = 8
_WORD, _LENGTH_BYTES = np.uint64(_WORD_BYTES), np.uint64(4)
_HALF, _HALF_BITS = np.uint64(0xFFFF_FFFF), np.uint64(32)
_NULL = np.uint64(0xFFFF_FFFF)
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
_HEX_LETTERS = 32
_ONE, _BYTE_BITS = np.uint64(1), np.uint64(8)

_State = tuple[np.uint64, np.uint64, np.uint64, np.uint64]


def digests(columns: Iterable[pa.StringArray], count: int) -> pa.StringArray:
    """Answers the digest of each of `count` rows in 32 hexadecimal letters."""
    states = np.empty((count, 5), np.uint64)
    states[:, :4], states[:, 4] = _START, 0
    for column in columns:
        letters, offsets, is_null = letters_of(column)
        _absorb(_words(letters), offsets, is_null, states)
    letters = np.empty((count, _HEX_LETTERS), np.uint8)
    _finish(states, letters)
    offsets = np.arange(0, (count + 1) * _HEX_LETTERS, _HEX_LETTERS, dtype=np.int32)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(letters))


def _words(letters: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Copies letters into words of eight bytes, the first byte lowest, with two words of zeros behind them."""
    words = np.zeros(len(letters) // _WORD_BYTES + 3, "<u8")
    words.view(np.uint8)[: len(letters)] = letters
    return words


@compiled
def _absorb(
    words: NDArray[np.uint64], offsets: NDArray[np.int32], is_null: NDArray[np.bool_], states: NDArray[np.uint64]
) -> None:
    """Takes a column into the state of each row; the fifth number of a state counts bytes."""
    for row in range(len(offsets) - 1):
        at, stop = np.uint64(offsets[row]), np.uint64(offsets[row + 1])
        state = (states[row, 0], states[row, 1], states[row, 2], states[row, 3])
        if len(is_null) > 0 and is_null[row]:
            state = _mixed(state, _NULL)
            states[row, 4] += _WORD
        else:
            first = _eight(words, at, stop) & _HALF
            state = _mixed(state, (stop - at) | (first << _HALF_BITS))
            states[row, 4] += _WORD
            at += _LENGTH_BYTES
            while at < stop:
                state = _mixed(state, _eight(words, at, stop))
                states[row, 4] += _WORD
                at += _WORD
        states[row, 0], states[row, 1], states[row, 2], states[row, 3] = state


@compiled
def _eight(words: NDArray[np.uint64], at: np.uint64, stop: np.uint64) -> np.uint64:
    """Reads eight bytes that may begin anywhere; those from `stop` on are zeros."""
    # Two whole words hold them; shifting by all 64 bits is not defined, so the upper one is shifted in two steps.
    bits = (at & np.uint64(7)) << np.uint64(3)
    place = at >> np.uint64(3)
    eight: np.uint64 = (words[place] >> bits) | ((words[place + _ONE] << (np.uint64(63) - bits)) << _ONE)
    if stop - at < _WORD:
        eight &= (_ONE << ((stop - at) << np.uint64(3))) - _ONE
    return eight


@compiled
def _mixed(state: _State, message: np.uint64) -> _State:
    """Takes a word of the message into the state."""
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
            for place in range(_WORD_BYTES):
                byte = np.int64((value >> (_BYTE_BITS * np.uint64(place))) & np.uint64(255))
                letters[row, 16 * half + 2 * place] = _HEX[byte >> 4]
                letters[row, 16 * half + 2 * place + 1] = _HEX[byte & 15]
