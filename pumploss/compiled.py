"""Compiles kernels to machine code: the one way to do it, and where the machine code is kept.

numba by itself looks for a change only in the file of the function that it compiles, although the machine code also
holds what that function calls, and constants that it names, from other files. So the code is kept in a folder named by
a digest of all sources of kernels and of the versions of what compiles them (numba adds the processor): after a pull,
an edit or an upgrade it lies in another folder, and old arithmetic is never run.

The folder lies in `__pycache__` beside this module: it belongs to the checkout as byte code does, goes with it, and two
checkouts do not meet. `NUMBA_CACHE_DIR` puts it elsewhere, which code in an archive needs, as workers of a cluster are
sent it. Where nothing can be kept (code that is read-only, a full disk), each process compiles for itself, in memory.
"""

import contextlib
import fcntl
import hashlib
import shutil
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import llvmlite  # type: ignore[import-untyped]
import numba
import numpy as np
from numba.core.caching import CompileResultCacheImpl, FunctionCache, UserProvidedCacheLocator

from pumploss.kernel_sources import kernel_sources

_Function = TypeVar("_Function", bound=Callable[..., object])

#: A folder that no process has begun to use for so long is deleted when a new one is made.
UNUSED_SECONDS = 14 * 86_400
#: A file in each folder: when a process last began to use it, and what is locked while one writes.
_MARK = "used"


def compiled(function: _Function) -> _Function:
    """Compile the function at its first call, keep the code on disk, and let it run without the GIL.

    Integers wrap and division by zero is not noticed: callers check their bounds.
    """
    dispatcher = numba.njit(nogil=True, error_model="numpy")(function)
    if _folder(function.__module__) is not None:
        dispatcher._cache = _Cache(function)  # noqa: SLF001 # what `njit(cache=True)` does, with numba's own places
    return cast("_Function", dispatcher)


def is_to_be_compiled(module: str) -> bool:
    """Tell whether nothing is kept of a module's code, though it could be: the next process compiles it."""
    folder = _folder(module)
    return folder is not None and not any((folder / module).glob("*.nbi"))


class _Locator(UserProvidedCacheLocator):  # type: ignore[misc]
    """Keeps the functions of each module in a folder of its own below the digest's."""

    def __init__(self, py_func: Any, py_file: str) -> None:
        super().__init__(py_func, py_file)
        self._cache_path = str(_made() / py_func.__module__)

    @classmethod
    def from_function(cls, py_func: Any, py_file: str) -> "_Locator":
        """Answer a locator for every function; whether anything can be written shows when it is."""
        return cls(py_func, py_file)

    def get_source_stamp(self) -> str:
        """Tell nothing of the file, which may lie in an archive: the digest tells more."""
        return ""


class _Files(CompileResultCacheImpl):  # type: ignore[misc]
    """Has no other places to fall back to, which would know nothing of the digest."""

    _locator_classes = (_Locator,)


class _Cache(FunctionCache):  # type: ignore[misc]
    """Keeps what was compiled, one process after the other, as far as the disk allows."""

    _impl_class = _Files

    def save_overload(self, sig: Any, data: Any) -> None:
        """Write machine code for types of arguments; what cannot be written stays in memory."""
        with contextlib.suppress(OSError), (_made() / _MARK).open("a") as mark:
            # Two that write at once could leave an index that names the other's code.
            fcntl.flock(mark, fcntl.LOCK_EX)
            super().save_overload(sig, data)


@cache  # asked once per module: one reading of its file made all of its functions
def _folder(_module: str) -> Path | None:
    """Where machine code of a module is kept; None where nothing can be kept.

    What a process imports after an edit, beside what it imported before, is arithmetic that no digest names.
    """
    try:
        return _made() if kernel_sources().are_unchanged() else None
    except OSError:
        return None


@cache
def _made() -> Path:
    """The folder of these sources and versions, marked as used. Raises OSError where it cannot be made."""
    versions = (kernel_sources().digest, numba.__version__, llvmlite.__version__, np.__version__, sys.version)
    kept = Path(numba.config.CACHE_DIR or Path(__file__).parent / "__pycache__") / "kernels"
    folder = kept / hashlib.sha256(repr(versions).encode()).hexdigest()[:32]
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(kept)
    try:
        (folder / _MARK).touch()
    except OSError:
        # What somebody compiled there before the code became read-only is still read.
        if not (folder / _MARK).exists():
            raise
    return folder


def _sweep(kept: Path) -> None:
    """Delete the folders that no process has used for long; others may be doing the same."""
    for mark in kept.glob(f"*/{_MARK}"):
        with contextlib.suppress(OSError):
            if mark.stat().st_mtime < time.time() - UNUSED_SECONDS:
                shutil.rmtree(mark.parent)
