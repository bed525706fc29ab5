"""Loads Great Expectations without what only expectations that nobody has here need.

One of its expectations draws charts, three of its metrics are of statistics: the two libraries that these take are a
quarter of the time in which Great Expectations loads. They are loaded when something of them is asked for.
"""

import importlib
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Any

LATE = ("altair", "scipy.stats")


class _Late(ModuleType):
    """Stands for a module in those that imported it, until they ask it for a name."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what the import of a module looks for
            raise AttributeError(name)
        _take_back(self)
        return getattr(importlib.import_module(self.__name__), name)


@cache
def great_expectations() -> Any:
    """Answers the library; the first call takes seconds. Whatever imports of it comes after a call of this."""
    with _coming_later():
        import great_expectations

    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    return great_expectations


@contextmanager
def _coming_later() -> Iterator[None]:
    """Lets what is imported meanwhile have the libraries later; everybody else has them as they are."""
    late = [_Late(name) for name in LATE if name not in sys.modules]
    sys.modules.update({module.__name__: module for module in late})
    try:
        yield
    finally:
        for module in late:
            _take_back(module)


def _take_back(module: ModuleType) -> None:
    if sys.modules.get(module.__name__) is module:
        del sys.modules[module.__name__]
