"""Spares Feast the checks of its own arguments, which are two thirds of the time that it takes to load.

Feast has typeguard write a check of every argument and local variable into the methods of its classes: each is found,
parsed and compiled anew in every process that loads them. What this project hands to Feast is checked by mypy.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import typeguard


def spare_feast() -> None:
    """Lets `typeguard.typechecked` leave classes and functions of Feast as they are, and check those of others."""
    if not isinstance(typeguard.typechecked, _Sparing):
        typeguard.typechecked = _Sparing(typeguard.typechecked)


class _Sparing:
    """Is called as `typechecked` is: with what is to be checked, or with options first."""

    def __init__(self, checked: Callable[..., Any]) -> None:
        self._checked = checked

    def __call__(self, target: Any = None, **options: Any) -> Any:
        if target is None:
            return partial(self, **options)
        return target if target.__module__.startswith("feast.") else self._checked(target, **options)
