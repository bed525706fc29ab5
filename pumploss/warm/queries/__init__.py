"""Holds the named queries of consumers, one file each: what it answers, which index serves it, how much it may answer.

Parameters stand as `%(name)s`, so that no value is ever part of a statement.
"""

from functools import cache
from importlib import resources


@cache
def named(name: str) -> bytes:
    """Read the query of this name."""
    return (resources.files(__name__) / f"{name}.sql").read_bytes()
