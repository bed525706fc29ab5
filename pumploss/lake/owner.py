"""Binds a lake to the landing that it is built from: simulated and real trades never mix."""

import json

from pumploss.errors import LakeError
from pumploss.lake.delta import Lake
from pumploss.lake.ledger import built_from
from pumploss.whole_files import write_whole

_NOTE = "_lake.json"


def claim(lake: Lake, landing: str) -> None:
    """Bind the lake to the landing that it is built from. Raises LakeError where it is bound to another."""
    known = owner(lake)
    if known is None:
        lake.storage.makedirs(lake.root, exist_ok=True)
        write_whole(f"{lake.root}/{_NOTE}", json.dumps({"landing": landing}), lake.storage)
    elif known != landing:
        raise LakeError(
            f"The lake {lake.root} was built from {known}, not from {landing}: simulated and real trades never "
            "mix. Set PUMPLOSS_LAKE (or PUMPLOSS_HOME for all stores) to another place for this landing."
        )


def owner(lake: Lake) -> str | None:
    """Return the landing that the lake is bound to, or None.

    Where the note of it is torn, the ledger says from which landing the lake was built.
    """
    path = f"{lake.root}/{_NOTE}"
    if not lake.storage.exists(path):
        return None
    try:
        return str(json.loads(lake.storage.cat_file(path))["landing"])
    except (ValueError, KeyError, TypeError):
        return built_from(lake)
