"""Binds a lake to the landing that it is built from: simulated and real trades never mix.

A landing beside the lake, as in a home, is named from there (`../landing`), so that a home may be copied, moved or
restored whole. Any other is named in full; where it moves, `rebind` follows it.
"""

import json
import os
from pathlib import PurePath
from typing import Any

from pumploss import clock
from pumploss.bound_landing import NOTE, full
from pumploss.errors import LakeError
from pumploss.lake.delta import Lake
from pumploss.lake.ledger import built_from
from pumploss.tables.run_ledger import TABLE
from pumploss.whole_files import write_first, write_whole


def claim(lake: Lake, landing: str) -> None:
    """Bind the lake to the landing that it is built from. Raises LakeError where it is bound to another.

    Of two first runs on different landings one binds it, the other is refused.
    """
    if not _has_note(lake):
        if _bind_first(lake, landing):
            return
        if not _has_note(lake):
            raise LakeError(f"Another run is binding the lake {lake.root} just now: run again.")
    known = owner(lake)
    if known is None or (known == landing and _note(lake).get("landing") != named_from(lake.root, landing)):
        _bind(lake, landing, [])
    elif known != landing:
        raise LakeError(
            f"The lake {lake.root} was built from {known}, not from {landing}: simulated and real trades never mix. If "
            "these are the same dumps in another place, `pumploss rebind` binds the lake to them. If not, set "
            "PUMPLOSS_LAKE (or PUMPLOSS_HOME for all stores) to another place for this landing."
        )


def rebind(lake: Lake, landing: str) -> None:
    """Bind the lake to the same dumps in another place; the note keeps where they were, and until when."""
    was = [*_note(lake).get("was", []), {"landing": owner(lake), "until": clock.now().isoformat()}]
    _bind(lake, landing, was)


def owner(lake: Lake) -> str | None:
    """Return the landing that the lake is bound to, or None.

    Where the note of it is torn, the ledger says from which landing the lake was built.
    """
    if not _has_note(lake):
        return None
    named = _note(lake).get("landing") or built_from(lake)
    return None if named is None else full(lake.root, str(named))


def named_from(root: str, landing: str) -> str:
    """Name a landing as the lake at a root does."""
    is_beside = "://" not in root + landing and PurePath(landing).is_relative_to(PurePath(root).parent)
    return os.path.relpath(landing, root) if is_beside else landing


def identity(lake: Lake) -> str | None:
    """Return what stays the same wherever a lake is moved or copied: its ledger's id. None before its first row."""
    return str(lake.log(TABLE).metadata().id) if lake.exists(TABLE) else None


def _bind(lake: Lake, landing: str, was: list[dict[str, str]]) -> None:
    lake.storage.makedirs(lake.root, exist_ok=True)
    note = {"landing": named_from(lake.root, landing), **({"was": was} if was else {})}
    write_whole(f"{lake.root}/{NOTE}", json.dumps(note), lake.storage)


def _bind_first(lake: Lake, landing: str) -> bool:
    lake.storage.makedirs(lake.root, exist_ok=True)
    return write_first(f"{lake.root}/{NOTE}", json.dumps({"landing": named_from(lake.root, landing)}), lake.storage)


def _has_note(lake: Lake) -> bool:
    return bool(lake.storage.exists(f"{lake.root}/{NOTE}"))


def _note(lake: Lake) -> dict[str, Any]:
    try:
        note = json.loads(lake.storage.cat_file(f"{lake.root}/{NOTE}"))
    except (ValueError, FileNotFoundError):
        return {}
    return note if isinstance(note, dict) else {}
