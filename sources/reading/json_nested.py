"""Arrays and objects inside a JSON object, checked and measured by compiled code."""

import numpy as np

from pumploss.compiled import compiled
from sources.reading.json_tokens import literal_end, number_end, skip, text_end
from sources.reading.words import WORD_BYTES, byte, number, put, word

_QUOTE, _COMMA, _COLON, _OPEN, _CLOSE, _BEGIN, _END = (ord(letter) for letter in '",:{}[]')
_MAX_DEPTH, _MAX_KEYS = 60, 500
_PRIME = np.uint64(0x9E3779B185EBCA87)
#: Eight bytes each that `nested` needs: hashes of keys, then per open value the first of its keys and its kind.
SCRATCH_WORDS = _MAX_KEYS + 2 * _MAX_DEPTH
_MARKS, _OBJECTS = WORD_BYTES * _MAX_KEYS, WORD_BYTES * (_MAX_KEYS + _MAX_DEPTH)
#: What is read next.
_VALUE, _VALUE_OR_END, _KEY, _KEY_OR_END, _AFTER = 0, 1, 2, 3, 4


@compiled
def nested(text: int, at: int, end: int, scratch: int) -> tuple[int, int]:  # noqa: C901  one machine of states
    """The place after an array or object and its length without white space and with quoted numbers; -1 if odd.

    Two keys of one object with the same rough hash are odd too.
    """
    depth, keys, length, state = 0, 0, 0, _VALUE
    while True:
        at = skip(text, at, end)
        if at >= end:
            return -1, 0
        letter = byte(text, at)
        if state == _AFTER and letter == _COMMA:
            state = _KEY if number(scratch, _OBJECTS + WORD_BYTES * depth) else _VALUE
            at, length = at + 1, length + 1
        elif _closes(letter, state, depth > 0 and number(scratch, _OBJECTS + WORD_BYTES * depth) > 0):
            keys, depth, state = number(scratch, _MARKS + WORD_BYTES * depth), depth - 1, _AFTER
            at, length = at + 1, length + 1
            if depth == 0:
                return at, length
        elif state == _AFTER:
            return -1, 0
        elif state in (_KEY, _KEY_OR_END):
            stop, after = _nested_key(text, at, end, scratch, number(scratch, _MARKS + WORD_BYTES * depth), keys)
            if stop < 0:
                return -1, 0
            length += stop - at + 1
            at, keys, state = after, keys + 1, _VALUE
        elif letter in (_OPEN, _BEGIN):
            depth += 1
            if depth >= _MAX_DEPTH:
                return -1, 0
            put(scratch, _MARKS + WORD_BYTES * depth, keys)
            put(scratch, _OBJECTS + WORD_BYTES * depth, letter == _OPEN)
            state = _KEY_OR_END if letter == _OPEN else _VALUE_OR_END
            at, length = at + 1, length + 1
        else:
            stop, more = _plain_end(text, at, end)
            if stop < 0:
                return -1, 0
            at, length, state = stop, length + more, _AFTER


@compiled
def _closes(letter: int, state: int, is_object: bool) -> bool:
    """Whether a letter ends the object or array that it stands in."""
    if is_object:
        return letter == _CLOSE and (state in (_AFTER, _KEY_OR_END))
    return letter == _END and (state in (_AFTER, _VALUE_OR_END))


@compiled
def _nested_key(text: int, at: int, end: int, scratch: int, first: int, keys: int) -> tuple[int, int]:
    """The places after a key and after its colon; -1 where it is odd, or stands twice in its object."""
    stop = text_end(text, at + 1, end, True)[0] if byte(text, at) == _QUOTE else -1
    if stop < 0 or keys >= _MAX_KEYS:
        return -1, -1
    found = _rough_hash(text, at + 1, stop)
    for other in range(first, keys):
        if word(scratch, WORD_BYTES * other) == found:
            return -1, -1
    put(scratch, WORD_BYTES * keys, found)
    after = skip(text, stop + 1, end)
    if after >= end or byte(text, after) != _COLON:
        return -1, -1
    return stop + 1, after + 1


@compiled
def _rough_hash(text: int, at: int, stop: int) -> np.uint64:
    """A number that equal texts share, and few others do."""
    if stop - at >= WORD_BYTES:
        return (word(text, at) * _PRIME) ^ word(text, stop - WORD_BYTES) ^ np.uint64(stop - at)
    found = np.uint64(stop - at)
    for place in range(at, stop):
        found = (found ^ np.uint64(byte(text, place))) * _PRIME
    return found


@compiled
def _plain_end(text: int, at: int, end: int) -> tuple[int, int]:
    """The place after a text, number or literal inside a nested value, and its length there; -1 if odd."""
    if byte(text, at) == _QUOTE:
        stop = text_end(text, at + 1, end, True)[0]
        return (-1, 0) if stop < 0 else (stop + 1, stop + 1 - at)
    stop = literal_end(text, at, end)
    if stop >= 0:
        return stop, stop - at
    stop = number_end(text, at, end)
    return stop, stop - at + 2
