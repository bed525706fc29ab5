"""Chooses the user that PostgreSQL runs as: it refuses to be root, even where only root can go."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from pumploss.embedded.process import clean_environment
from pumploss.errors import StoreError

_CAPABILITY = "+dac_override"


def command_prefix(folder: Path, data: Path, program: Path) -> list[str]:
    """Return the words before a PostgreSQL command that let it run on `data`, below `folder`.

    An ordinary user needs none. For root there are two ways, and the first that works on this machine is taken:

    1. a user namespace where root is called `nobody`: to the kernel it is still root, without root's powers, so files
       keep their owner and folders closed to others stay usable;
    2. the user `nobody` with the one power to pass closed folders, where containers forbid namespaces. The database
       files then belong to `nobody`. Only root can reach the socket, because the folders above stay root's.

    Nothing above `data` changes owner or mode. Raises StoreError if neither works.
    """
    if os.geteuid() != 0 and _has_name():
        return []
    ways = [way for way in (_namespace(), _unprivileged()) if way]
    if data.exists() and os.geteuid() == 0 and data.stat().st_uid != 0:
        # A database that `nobody` made stays nobody's: the namespace could not write it.
        ways.reverse()
    for way in ways:
        if _works(way, folder, program):
            _give(data, way)
            return way
    if os.geteuid() != 0:
        return []
    raise StoreError(
        f"{folder}: PostgreSQL refuses to run as root, and this machine lets root neither make a user namespace "
        f"(unshare) nor change to {_nobody().pw_name} (setpriv). Run Pump Loss as an ordinary user, or set "
        "PUMPLOSS_WARM_DSN to a server of your own."
    )


def _has_name() -> bool:
    """Tell whether the user id has a name: in some containers it has none, and initdb insists on one."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        return False
    return True


def _nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def _namespace() -> list[str]:
    unshare = shutil.which("unshare")
    return [unshare, "--user", f"--map-user={_nobody().pw_uid}"] if unshare else []


def _unprivileged() -> list[str]:
    setpriv = shutil.which("setpriv")
    if setpriv is None or os.geteuid() != 0:
        return []
    nobody = _nobody()
    return [
        setpriv,
        f"--reuid={nobody.pw_uid}",
        f"--regid={nobody.pw_gid}",
        "--clear-groups",
        # Without it access(2), by which PostgreSQL looks for itself, leaves the capability out of account.
        "--securebits=+no_setuid_fixup",
        f"--inh-caps={_CAPABILITY}",
        f"--ambient-caps={_CAPABILITY}",
    ]


def _works(way: list[str], folder: Path, program: Path) -> bool:
    script = 'test -w "$1" && test -x "$1" && exec "$2" --version'
    done = subprocess.run(
        [*way, "/bin/sh", "-c", script, "try", str(folder), str(program)],
        cwd="/",
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def _give(data: Path, way: list[str]) -> None:
    """Hand the database files to the user of the second way, if root made them by the first."""
    if os.geteuid() != 0 or way != _unprivileged() or not data.exists():
        return
    nobody = _nobody()
    if data.stat().st_uid == nobody.pw_uid:
        return
    for path in (*data.rglob("*"), data):
        os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
