"""Has the kernels of windows compiled ahead of the first windows of a run, in a process beside it.

After a clone, a pull or an upgrade that takes half a minute of one processor. The steps before leave nearly half of two
unused, and would come to it one after the other.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from features.rolling import rehearsal
from pumploss.settings import ROOT


@contextmanager
def rehearsing() -> Iterator[None]:
    """Compile meanwhile, where no process has done so before; what is not compiled by the end is left."""
    if not rehearsal.is_needed():
        yield
        return
    # A group of its own: Ctrl-C is for the run, which ends this one.
    child = subprocess.Popen(
        [sys.executable, "-m", rehearsal.__name__],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        child.terminate()
        child.wait()
