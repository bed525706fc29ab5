"""Reads from which landing a local lake was built: commands that are not told another take that one."""

import json
import os
from pathlib import Path

#: The note of it in a lake's root, which `pumploss/lake/owner.py` writes.
NOTE = "_lake.json"


def bound_landing(root: str) -> str | None:
    """Return the landing that a lake below a local root is bound to; None where no note says so, or it is torn."""
    if "://" in root:
        return None
    try:
        named = json.loads(Path(root, NOTE).read_text(encoding="utf-8"))["landing"]
    except (OSError, KeyError, TypeError, ValueError):
        return None
    return full(root, named) if isinstance(named, str) else None


def full(root: str, named: str) -> str:
    """Make an address of what a lake at a root calls its landing: `../landing` lies beside it."""
    return os.path.normpath(f"{root}/{named}") if named.startswith(os.pardir) else named
