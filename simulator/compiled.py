"""The one typed door to numba, so that compiled functions keep their signatures."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The same function as machine code, kept on disk between processes (`__pycache__`)."""
    return cast("Callable[P, R]", numba.njit(cache=True, error_model="numpy")(function))
