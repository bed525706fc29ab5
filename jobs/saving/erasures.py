"""Which erasures a backup does not have: their traders are in it, and have to be erased again."""

from pathlib import Path

from jobs.saving.manifest import LAKE, Manifest
from pumploss.lake.logs import TableLogs
from pumploss.lake.tombstones import Erasure, Tombstones


def lacking(folder: Path, manifest: Manifest) -> list[str]:
    """List when the erasures were begun that the backup lacks or has unfinished.

    They are known of the backup, and of the home that it was made of where that is still there.
    """
    has = _known(folder)
    done = {tuple(erasure.names) for erasure in has if erasure.is_done}
    known = {tuple(erasure.names): erasure.begun_at for erasure in (*has, *_known(Path(manifest.home)))}
    return sorted(begun_at for names, begun_at in known.items() if names not in done)


def _known(home: Path) -> list[Erasure]:
    lake = home / LAKE
    return Tombstones(TableLogs(str(lake)), home).all() if lake.is_dir() else []
