"""Which keys of the chain a text may name, however they are written: what erasing finds, replaying finds by this.

Whoever replays knows hashes alone, so every stretch of letters that could be a key is a candidate, at every place:
what stands before it, such as the `n` of an escaped line break, may be letters of the same alphabet.
"""

import base64
import re
from collections.abc import Iterable, Iterator
from functools import reduce

KEY_BYTES = 32
#: What may hold a key as base58, hex, or bytes in base64 of either alphabet.
_BASE58 = re.compile(r"[1-9A-HJ-NP-Za-km-z]{32,}")
_HEX = re.compile(r"[0-9a-fA-F]{64,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{42,}")
#: Keys have 43 or 44 letters, and fewer only where they begin with zero bytes, which are written as ones.
_SHORTEST, _FULL, _LONGEST = 32, 43, 44
#: Letters of base64 that a key alone decides, wherever it begins, and how many bits they hold.
_INNER, _INNER_BITS = 42, 252
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_VALUES = {letter: value for value, letter in enumerate(_LETTERS)}
_PLAIN = str.maketrans("-_", "+/")
_ESCAPED = re.compile(r"\\+(?:u00([2-7][0-9a-fA-F])|/)")


def plain(text: str) -> str:
    """Undoes escapes of JSON, however often they were escaped themselves, where they stand for letters of keys."""
    return _ESCAPED.sub(_letter, text) if "\\" in text else text


def _letter(escape: re.Match[str]) -> str:
    letter = chr(int(escape[1], 16)) if escape[1] else "/"
    return letter if letter.translate(_PLAIN) in _VALUES else escape[0]


def candidates(text: str) -> Iterator[bytes]:
    """Lists what the text may name: addresses as they are written, and keys of 32 bytes out of hex and base64."""
    for said in {text, plain(text)}:
        for run in _BASE58.findall(said):
            yield from _addresses(run)
        for run in _HEX.findall(said):
            yield from (bytes.fromhex(run[at : at + 2 * KEY_BYTES]) for at in range(len(run) - 2 * KEY_BYTES + 1))
        for run in _BASE64.findall(said):
            yield from _keys(run)


def _addresses(run: str) -> Iterator[bytes]:
    letters = run.encode()
    for start in range(len(letters) - _SHORTEST + 1):
        shortest = _SHORTEST if run[start] == "1" else _FULL
        for length in range(shortest, min(_LONGEST, len(letters) - start) + 1):
            yield letters[start : start + length]


def _keys(run: str) -> Iterator[bytes]:
    """Reads a key at each place of each alignment of four letters; where bits of one were cut off, they may be any."""
    text = run.translate(_PLAIN)
    for before in range(4):
        shifted = "A" * before + text
        raw = base64.b64decode(shifted + "A" * (-len(shifted) % 4))
        # Whole bytes of the text's own letters: what was put before and after them is nobody's key.
        own = range(-(-6 * before // 8), 6 * len(shifted) // 8 - KEY_BYTES + 1)
        yield from (raw[at : at + KEY_BYTES] for at in own)
    values = [_VALUES[letter] for letter in text]
    yield from _whole(_number(values[:_INNER]), range(64), values[_INNER : _INNER + 1] or range(64))
    yield from _whole(_number(values[-_INNER:]), values[-_INNER - 1 : -_INNER] or range(64), range(64))


def _number(values: list[int]) -> int:
    return reduce(lambda number, value: number << 6 | value, values, 0)


def _whole(inner: int, before: Iterable[int], after: Iterable[int]) -> Iterator[bytes]:
    """Adds to the bits of the letters that are the key's alone its four others, of the letters beside them."""
    for low in {value >> 2 for value in after}:
        yield (inner << 4 | low).to_bytes(KEY_BYTES, "big")
    for high in {value & 15 for value in before}:
        yield (high << _INNER_BITS | inner).to_bytes(KEY_BYTES, "big")
    for high in {value & 3 for value in before}:
        for low in {value >> 4 for value in after}:
            yield (high << 254 | inner << 2 | low).to_bytes(KEY_BYTES, "big")
