"""Tells which files machine code is made from, and names all of them together by a digest."""

import hashlib
import os
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import resolve_name
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile

#: Packages that may hold kernels, or constants and functions of theirs.
PACKAGES = ("features", "models", "pnl", "pumploss", "simulator", "sources")
#: The folder that the packages lie in, or the archive.
ROOT = Path(__file__).resolve().parents[1]
#: A module that imports this one may hold kernels.
COMPILER = "pumploss.compiled"

#: Begins with a line feed and not with the begin of a line, which is found ten times as slowly.
_IMPORT = re.compile(
    rb"\n[ \t]*(?:from[ \t]+(?P<module>[\w.]+)[ \t]+import[ \t]+(?P<names>\([^)]*\)|[^\n]*)"
    rb"|import[ \t]+(?P<modules>[^\n]*))"
)

Stamp = tuple[int, int]


class KernelSources(NamedTuple):
    """The files, what each was when it was read (time and size), and a digest of what all of them say."""

    stamps: dict[str, Stamp]
    digest: str

    def are_unchanged(self) -> bool:
        """Whether every file is what it was. Raises OSError where one is gone."""
        return all(_stamp(path) == stamp for path, stamp in self.stamps.items())


@cache
def kernel_sources() -> KernelSources:
    """All modules of kernels and what they import from the project, however far: constants become machine code too.

    Raises OSError where the sources cannot be read, as files or out of an archive.
    """
    if ROOT.is_dir():
        paths = {_name(path): path for package in PACKAGES for path in _python_files(f"{ROOT}/{package}")}
        stamps = {path: _stamp(path) for path in paths.values()}
        texts = {name: Path(path).read_bytes() for name, path in paths.items()}
    else:
        stamps = {str(ROOT): _stamp(str(ROOT))}
        paths, texts = _archived()
    waiting = [COMPILER, *(name for name, text in texts.items() if COMPILER.encode() in text)]
    needed: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in texts and name not in needed:
            needed.add(name)
            is_package = paths[name].endswith("__init__.py")
            waiting += _imports(texts[name], name if is_package else name.rpartition(".")[0])
    if COMPILER not in needed:
        raise FileNotFoundError(f"the sources of {COMPILER} are not below {ROOT}")
    said = repr([(name, texts[name]) for name in sorted(needed)])
    files = {paths[name] for name in needed} if ROOT.is_dir() else stamps.keys()
    return KernelSources({path: stamps[path] for path in files}, _hex(said))


def _archived() -> tuple[dict[str, str], dict[str, bytes]]:
    """By module, its path and its text in the archive that the packages lie in."""
    try:
        with ZipFile(ROOT) as archive:
            names = [name for name in archive.namelist() if name.endswith(".py") and name.split("/")[0] in PACKAGES]
            return {_name(name): name for name in names}, {_name(name): archive.read(name) for name in names}
    except BadZipFile as error:
        raise FileNotFoundError(f"{ROOT} is neither a folder nor an archive") from error


def _python_files(folder: str) -> Iterator[str]:
    for path, _, names in os.walk(folder):
        yield from (f"{path}/{name}" for name in names if name.endswith(".py"))


def _name(path: str) -> str:
    """The module that a file holds."""
    return path.removeprefix(f"{ROOT}/").removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def _imports(text: bytes, package: str) -> Iterator[str]:
    """What a module's text imports: modules, and names that may be modules of theirs."""
    for match in _IMPORT.finditer(b"\n" + text):
        if match["module"]:
            module = resolve_name(match["module"].decode(), package)
            yield module
            yield from (f"{module}.{name.decode()}" for name in re.findall(rb"\w+", match["names"]))
        else:
            yield from (name.decode() for name in re.findall(rb"[\w.]+", match["modules"]))


def _stamp(path: str) -> Stamp:
    status = Path(path).stat()
    return status.st_mtime_ns, status.st_size


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
