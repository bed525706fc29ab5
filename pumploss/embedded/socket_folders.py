"""Chooses where a server's socket lies: next to its data, or in a short private folder."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from pumploss.errors import StoreError

# The kernel's limit is 108 bytes with the closing zero on Linux and 104 on macOS.
LONGEST_SOCKET_PATH_BYTES = 100


def socket_folder(data_dir: Path, socket_name: str) -> Path:
    """Choose the folder for the socket of the server of `data_dir`; nothing is created.

    The short folder's name follows from the data folder and the user, so every process of that user comes to the same.
    """
    near = data_dir / "run"
    if _fits(near / socket_name):
        return near
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    name = f"pumploss-{os.geteuid()}-{digest}"
    short = Path(tempfile.gettempdir()).resolve() / name
    return short if _fits(short / socket_name) else Path("/tmp").resolve() / name  # noqa: S108 - short, and made private below


def make_private(folder: Path) -> None:
    """Create the folder with mode 0700, or prove that the one there is ours and closed to others.

    Raises StoreError if it is a link, belongs to someone else, or cannot be made. Where everybody may write, such as in
    the system's temporary folder, another user may have been there first.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = folder.lstat()
        if stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid():
            if stat.S_IMODE(facts.st_mode) != 0o700:
                folder.chmod(0o700)
            return
    except OSError as error:
        raise StoreError(
            f"{folder}: cannot be made a private folder ({error.strerror}). Give its parent to the user that runs "
            "Pump Loss, or set another PUMPLOSS_HOME."
        ) from error
    kind = "a folder" if stat.S_ISDIR(facts.st_mode) else "not a folder"
    raise StoreError(
        f"{folder}: is {kind} of user {facts.st_uid}, but must be a folder of user {os.geteuid()} alone. Remove it, "
        "or run as its owner."
    )


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= LONGEST_SOCKET_PATH_BYTES
