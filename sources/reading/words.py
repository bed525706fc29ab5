"""Memory read and written by address in compiled code, up to eight bytes at a time.

Arrays that are handed from one compiled function to another are counted at each call, which takes longer than what most
of these functions do; an address (`array.ctypes.data`) is not. Nothing here checks a bound, and the caller keeps the
array alive.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

#: A word of eight equal bytes is `EACH` times the byte; `HIGH` holds the top bit of each.
EACH = np.uint64(0x0101_0101_0101_0101)
HIGH = np.uint64(0x8080_8080_8080_8080)
WORD_BYTES = 8

_BYTE, _WORD = ir.IntType(8), ir.IntType(64)


def _pointer(builder: Any, address: Any, at: Any, kind: Any) -> Any:
    """The pointer to the byte `at` after an address."""
    return builder.inttoptr(builder.add(address, at), kind.as_pointer())


def _byte(_context: Any, _address: Any, _at: Any) -> Any:
    """The byte at `at` after an address."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.zext(builder.load(_pointer(builder, arguments[0], arguments[1], _BYTE)), _WORD)

    return types.intp(types.intp, types.intp), generate


def _word(_context: Any, _address: Any, _at: Any) -> Any:
    """The eight bytes from `at` on after an address as one number, the first byte lowest."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.load(_pointer(builder, arguments[0], arguments[1], _WORD), align=1)

    return types.uint64(types.intp, types.intp), generate


def _number(_context: Any, _address: Any, _at: Any) -> Any:
    """The eight bytes from `at` on after an address as a signed number."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.load(_pointer(builder, arguments[0], arguments[1], _WORD), align=1)

    return types.intp(types.intp, types.intp), generate


def _put(_context: Any, _address: Any, _at: Any, _value: Any) -> Any:
    """Writes a number into the eight bytes from `at` on after an address."""

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        builder.store(arguments[2], _pointer(builder, arguments[0], arguments[1], _WORD), align=1)
        return context.get_dummy_value()

    return types.void(types.intp, types.intp, types.uint64), generate


def _copy(_context: Any, _target: Any, _to: Any, _source: Any, _at: Any, _count: Any) -> Any:
    """Copies `count` bytes from `at` after one address to `to` after another."""

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        into, source = (_pointer(builder, arguments[i], arguments[i + 1], _BYTE) for i in (0, 2))
        cgutils.raw_memcpy(builder, into, source, arguments[4], 1)
        return context.get_dummy_value()

    return types.void(*[types.intp] * 5), generate


def _lowest_byte(_context: Any, _marks: Any) -> Any:
    """Which byte of a word holds its lowest bit that is set; the word must not be 0."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        zeros = builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))
        return builder.lshr(zeros, ir.Constant(_WORD, 3))

    return types.intp(types.uint64), generate


#: `(address, at)`
byte: Callable[[int, int], int] = intrinsic(_byte)
word: Callable[[int, int], np.uint64] = intrinsic(_word)
number: Callable[[int, int], int] = intrinsic(_number)
#: `(address, at, value)`
put: Callable[[int, int, int | np.uint64], None] = intrinsic(_put)
#: `(address, at, from address, from at, count)`
copy: Callable[[int, int, int, int, int], None] = intrinsic(_copy)
#: `(word)`
lowest_byte: Callable[[np.uint64], int] = intrinsic(_lowest_byte)
