"""Binds a lake to the landing that it is built from: simulated and real trades never mix.

A landing beside the lake, as in a home, is named from there (`../landing`), so that a home may be copied, moved or
restored whole. Any other is named in full; where it moves, `rebind` follows it.
"""

import json
import os
from contextlib import suppress
from pathlib import PurePath

from pumploss import clock
from pumploss.bound_landing import NOTE, REPAIR, BoundLanding, full
from pumploss.errors import DamagedFileError, LakeError
from pumploss.lake.delta import Lake
from pumploss.lake.ledger import built_from
from pumploss.small_files import read_small
from pumploss.tables.bronze_trades import TABLE as BRONZE
from pumploss.tables.run_ledger import TABLE
from pumploss.whole_files import make_folder, write_first, write_whole

_ELSEWHERE = "set PUMPLOSS_LAKE (or PUMPLOSS_HOME for all stores) to another place for this landing."


def admit(lake: Lake, landing: str) -> None:
    """Refuse a landing that is not the lake's. Raises LakeError.

    A lake of which nothing is built stays free until a run has rows for it, and claims it: a run that is refused, by
    its landing, its engine or a gate, has then bound nothing.
    """
    if _is_built(lake):
        claim(lake, landing)
    elif (known := owner(lake)) not in (None, landing):
        raise LakeError(
            f"The lake {lake.root} is to be built from {known}, not from {landing}: simulated and real trades never "
            f"mix. Nothing was built yet, so `pumploss rebind` may bind it to this landing; or {_ELSEWHERE}"
        )


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
    if known is None or (known == landing and _named(lake) != named_from(lake.root, landing)):
        _bind(lake, landing, [])
    elif known != landing:
        raise LakeError(
            f"The lake {lake.root} was built from {known}, not from {landing}: simulated and real trades never mix. If "
            f"these are the same dumps in another place, `pumploss rebind` binds the lake to them. If not, {_ELSEWHERE}"
        )


def rebind(lake: Lake, landing: str) -> None:
    """Bind the lake to the same dumps in another place; the note keeps where they were, and until when."""
    note = _note(lake)
    was = {"landing": str(owner(lake)), "until": clock.now().isoformat()}
    _bind(lake, landing, [*(note.was if note else []), was])


def owner(lake: Lake) -> str | None:
    """Return the landing that the lake is bound to, or None.

    Where the note of it is torn, the ledger says from which landing the lake was built.
    """
    if not _has_note(lake):
        return None
    named = _named(lake) or built_from(lake)
    return None if named is None else full(lake.root, named)


def _named(lake: Lake) -> str | None:
    note = _note(lake)
    return note.landing if note else None


def named_from(root: str, landing: str) -> str:
    """Name a landing as the lake at a root does."""
    is_beside = "://" not in root + landing and PurePath(landing).is_relative_to(PurePath(root).parent)
    return os.path.relpath(landing, root) if is_beside else landing


def identity(lake: Lake) -> str | None:
    """Return what stays the same wherever a lake is moved or copied: its ledger's id. None before its first row."""
    return str(lake.log(TABLE).metadata().id) if lake.exists(TABLE) else None


def _bind(lake: Lake, landing: str, was: list[dict[str, str]]) -> None:
    make_folder(lake.root, lake.storage)
    note = {"landing": named_from(lake.root, landing), **({"was": was} if was else {})}
    write_whole(f"{lake.root}/{NOTE}", json.dumps(note), lake.storage)


def _bind_first(lake: Lake, landing: str) -> bool:
    make_folder(lake.root, lake.storage)
    return write_first(f"{lake.root}/{NOTE}", json.dumps({"landing": named_from(lake.root, landing)}), lake.storage)


def _is_built(lake: Lake) -> bool:
    """Tell whether anything was ever built in the lake: the first of its tables is there."""
    return lake.exists(BRONZE)


def _has_note(lake: Lake) -> bool:
    return bool(lake.storage.exists(f"{lake.root}/{NOTE}"))


def noted(lake: Lake) -> BoundLanding | None:
    """Read the lake's note; None where there is none. Raises DamagedFileError where it is torn."""
    return read_small(f"{lake.root}/{NOTE}", BoundLanding, REPAIR, lake.storage)


def disproved(lake: Lake) -> str | None:
    """Say how the note contradicts the ledger, in which each row has the landing that it was built from, or None."""
    note, built = noted(lake), built_from(lake)
    if note is None or built is None:
        return None
    known = {full(lake.root, note.landing), *(str(before.get("landing")) for before in note.was)}
    if full(lake.root, built) in known:
        return None
    return f"it names {full(lake.root, note.landing)}, the ledger was built from {full(lake.root, built)}"


def restore(lake: Lake) -> str:
    """Write the note again as the ledger has it; answers the landing. Raises LakeError where the ledger names none."""
    built = built_from(lake)
    if built is None:
        raise LakeError(f"The ledger of {lake.root} names no landing yet: the next run binds the lake.")
    _bind(lake, full(lake.root, built), [])
    return full(lake.root, built)


def _note(lake: Lake) -> BoundLanding | None:
    """Read the note; one that is torn counts as none: the ledger knows as well."""
    with suppress(DamagedFileError):
        return noted(lake)
    return None
