"""The folders of a lake that belong to runs under way, stages and locks: while none is, nothing in them is of value."""

from collections.abc import Iterator
from pathlib import Path

from pumploss.errors import DamagedFileError

STAGES, LOCKS = "_stage", "_locks"
#: How the folder of a lock ends that has a file for each process that holds it, and the file by which they take turns.
USERS, TURN = ".users", ".lock"
_REPAIR = "Delete it, then run again: nothing of value is in it."
_ABOVE = "Move it away, then run again."


def made(folder: Path) -> None:
    """Make a folder of runs, and those above it.

    Raises DamagedFileError, which names what is in the way and what to do, where something else stands in its place.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        found = next((path for path in (folder, *folder.parents) if _is_other(path)), folder)
        is_of_runs = {STAGES, LOCKS} & {found.name, found.parent.name}
        raise DamagedFileError(_no_folder(found), _REPAIR if is_of_runs else _ABOVE) from error


def misplaced(lake: Path) -> Iterator[tuple[Path, DamagedFileError]]:
    """Find what stands below a lake in the place of a folder or a file of runs."""
    for folder in (lake / STAGES, lake / LOCKS):
        if _is_other(folder):
            yield folder, DamagedFileError(_no_folder(folder), _REPAIR)
    for path in sorted((lake / LOCKS).iterdir()) if (lake / LOCKS).is_dir() else []:
        if path.suffix == USERS and _is_other(path):
            yield path, DamagedFileError(_no_folder(path), _REPAIR)
        if path.suffix == TURN and (path.is_symlink() or not path.is_file()):
            yield path, DamagedFileError(f"{path} is no file, and one of Pump Loss belongs there", _REPAIR)


def _is_other(path: Path) -> bool:
    """Tell whether something is there that is no folder, also a link that leads nowhere."""
    return (path.is_symlink() or path.exists()) and not path.is_dir()


def _no_folder(path: Path) -> str:
    return f"{path} is no folder, and one of Pump Loss belongs there"
