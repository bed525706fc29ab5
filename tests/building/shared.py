"""What is costly and made once for the whole run, however many workers need it: by the first that asks."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def shared(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Answers a folder that `make` filled, in this worker or in another; nobody may change what lies in it.

    Who asks while it is being made waits. Where `make` fails, the next who asks makes it anew.
    """
    base = factory.getbasetemp()
    whole_run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, made = whole_run / f"shared_{name}", whole_run / f"shared_{name}.made"
    with (whole_run / f"shared_{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            made.touch()
    return folder
