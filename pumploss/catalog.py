"""Finds all tables of the lake by looking into `pumploss.tables`."""

import importlib
import pkgutil
from functools import cache

import pumploss.tables
from pumploss.contract import Table


@cache
def tables() -> dict[str, Table]:
    """Return every table by name, in alphabetical order; ValueError where a module and its table differ in name."""
    names = sorted(module.name for module in pkgutil.iter_modules(pumploss.tables.__path__))
    by_name = {name: importlib.import_module(f"pumploss.tables.{name}").TABLE for name in names}
    misnamed = [name for name, table in by_name.items() if table.name != name]
    if misnamed:
        raise ValueError(f"the TABLE of {misnamed} is not named as its module: rename one of the two")
    return by_name
