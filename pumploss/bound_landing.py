"""Reads from which landing a local lake was built: commands that are not told another take that one."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from pumploss.errors import DamagedFileError
from pumploss.small_files import read_small

#: The note of it in a lake's root, which `pumploss/lake/owner.py` writes.
NOTE = "_lake.json"
REPAIR = "`pumploss verify --repair` writes it again from the ledger, and so does the next run."


@dataclass(frozen=True)
class BoundLanding:
    """Says what a lake is built from: its `landing` as `full` takes it, and where the same dumps `was` before."""

    landing: str
    was: list[dict[str, str]] = field(default_factory=list)


def bound_landing(root: str) -> str | None:
    """Return the landing that a lake below a local root is bound to; None where no note says so, or it is torn."""
    if "://" in root:
        return None
    try:
        noted = read_small(Path(root, NOTE), BoundLanding, REPAIR)
    except (OSError, DamagedFileError):
        return None
    return full(root, noted.landing) if noted else None


def full(root: str, named: str) -> str:
    """Make an address of what a lake at a root calls its landing: `../landing` lies beside it."""
    return os.path.normpath(f"{root}/{named}") if named.startswith(os.pardir) else named
