"""Compiles kernels to machine code: the one way to do it."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

_Function = TypeVar("_Function", bound=Callable[..., object])


def compiled(function: _Function) -> _Function:
    """Compile the function at its first call, keep the code on disk, and let it run without the GIL.

    Integers wrap and division by zero is not noticed: callers check their bounds.
    """
    compile_it = numba.njit(cache=True, nogil=True, error_model="numpy")
    return cast("_Function", compile_it(function))
