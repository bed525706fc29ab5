"""All tables of the lake, found by looking into `pumploss.tables`."""

import importlib
import pkgutil
from functools import cache

import pumploss.tables
from pumploss.contract import Table


@cache
def tables() -> dict[str, Table]:
    """Every table by name, in alphabetical order."""
    names = sorted(module.name for module in pkgutil.iter_modules(pumploss.tables.__path__))
    found = {name: importlib.import_module(f"pumploss.tables.{name}").TABLE for name in names}
    misnamed = [name for name, table in found.items() if table.name != name]
    if misnamed:
        raise ValueError(f"the TABLE of {misnamed} is not named as its module: rename one of the two")
    return found
