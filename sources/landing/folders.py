"""Lists the landing: what was dumped, by source and day. It is only ever read.

Layout: `<root>/<source>/<YYYY-MM-DD>/<file>.{csv,jsonl}[.gz|.zst]` or `<file>.parquet`. A day's
folder without files is a day without a record, a day without a folder is missing: of daily sources an operator accepts
either, where nothing was traded.
"""

import hashlib
import os
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fsspec.core import url_to_fs

from pumploss.errors import LandingError
from sources import SOURCES
from sources.reading.file_format import format_of

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._=+-]{0,199}", re.ASCII)


@dataclass(frozen=True)
class LandedFile:
    """One landed file: `path` opens it, `name` is its path below the root, `size` is in bytes.

    `stamp` is what its storage says of it, and is another as soon as it is written again, renamed or put in place of
    another: on a disk its size, inode and times, on S3 its entity tag.
    """

    source: str
    day: date
    path: str
    name: str
    size: int
    stamp: str = field(default="", compare=False)


class Landing:
    """A landing root, local or on S3; its methods raise LandingError for what is out of place."""

    def __init__(self, root: str) -> None:
        self._storage: AbstractFileSystem
        self._storage, path = url_to_fs(root)
        self._root: str = path.rstrip("/")
        self._is_local = "file" in self._storage.protocol
        self._shown = self._root if self._is_local else root.rstrip("/")

    @property
    def root(self) -> str:
        """Answers the root as it was given, for messages."""
        return self._shown

    def sources(self) -> list[str]:
        """Lists the sources that have landed, in alphabetical order."""
        names = [self._folder(entry) for entry in self._list("")]
        for name in names:
            if name not in SOURCES:
                known = ", ".join(SOURCES)
                raise LandingError(f"{self._shown}/{name} is no source's folder; known sources: {known}")
        return sorted(names)

    def days(self, source: str) -> list[date]:
        """Lists the days of which a source has a folder, in order."""
        return sorted(self._day(source, self._folder(entry)) for entry in self._list(source))

    def files(self, source: str, day: date) -> list[LandedFile]:
        """Lists the files of a landed day, sorted by name; none for a day of no trades."""
        folder = f"{source}/{day.isoformat()}"
        entries = sorted(self._list(folder), key=lambda entry: str(entry["name"]))
        return [self._file(source, day, folder, entry) for entry in entries]

    def landed_at(self, source: str, day: date) -> datetime | None:
        """Answers since when the first file of a landed day lies there, in UTC; None where the storage does not say."""
        entries = self._list(f"{source}/{day.isoformat()}")
        # On a disk it is the time of the last change of the inode: a copied file may keep an older one of its contents.
        said = [at for entry in entries if (at := entry.get("created") or entry.get("LastModified")) is not None]
        return min((at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC) for at in said), default=None)

    def all_days(self, first: date, last: date) -> list[date]:
        """Lists the days between two (inclusive) that landed from any source, in order."""
        days = {day for source in self.sources() for day in self.days(source)}
        return sorted(day for day in days if first <= day <= last)

    def _list(self, folder: str) -> list[dict[str, Any]]:
        """Lists what lies in a folder. On S3 a folder may be an object itself: that one is left out."""
        path = f"{self._root}/{folder}".rstrip("/")
        try:
            # A cached listing of a bucket would hide what landed since.
            self._storage.invalidate_cache(path)
            entries = self._storage.ls(path, detail=True)
        except OSError as error:
            advice = "land the dumps there, or point PUMPLOSS_LANDING to where they are"
            said = error.strerror or str(error)
            # Of a folder that is not there, S3 says no more than its name.
            reason = "there is no such folder" if said.strip("/") in ("", path.strip("/")) else said
            raise LandingError(f"{self._address(path)} cannot be listed ({reason}); {advice}") from error
        return [entry for entry in entries if str(entry["name"]).rstrip("/") != path]

    def _address(self, path: str) -> str:
        """Answers the address of a path as people know it, with what the root began with."""
        return self._shown + path.removeprefix(self._root)

    def _folder(self, entry: dict[str, Any]) -> str:
        """Answers the name of a folder; anything else does not belong above the files."""
        path = str(entry["name"]).rstrip("/")
        if self._kind(entry) != "directory":
            raise LandingError(f"{self._address(path)} is no folder; files lie in <source>/<day>/, move or remove it")
        return path.rsplit("/", 1)[-1]

    def _day(self, source: str, name: str) -> date:
        """Reads the day that a folder is named by."""
        try:
            if _DAY.fullmatch(name):
                return date.fromisoformat(name)
        except ValueError:
            pass
        raise LandingError(f"{self._shown}/{source}/{name} is no day; name the folder YYYY-MM-DD")

    def _file(self, source: str, day: date, folder: str, entry: dict[str, Any]) -> LandedFile:
        """Checks one file of a day, if it may be there."""
        path = str(entry["name"])
        name, address = path.rsplit("/", 1)[-1], self._address(path)
        if self._kind(entry) != "file":
            raise LandingError(f"{address} is no file; a day's folder holds files only, move or remove it")
        if not _FILE.fullmatch(name):
            raise LandingError(f"{address}: a landed file's name has letters, digits and ._=+- only; rename it")
        if format_of(name) is None:
            raise LandingError(
                f"{address} does not end in .csv, .jsonl (then .gz or .zst) or .parquet; rename or remove it"
            )
        full = path if self._is_local else str(self._storage.unstrip_protocol(path))
        return LandedFile(source, day, full, f"{folder}/{name}", int(entry["size"]), self._stamp(entry))

    def sha256(self, file: LandedFile) -> str:
        """Reads a landed file and answers the digest of its bytes as stored."""
        with self._storage.open(file.path, "rb") as stored:
            return hashlib.file_digest(stored, "sha256").hexdigest()

    def _stamp(self, entry: dict[str, Any]) -> str:
        """Tells a file from whatever may lie under its name later.

        Whoever copies a file can keep the time of its last change, but not the one at which the disk put it there.
        """
        if not self._is_local:
            return f"{entry['size']} {entry.get('ETag') or entry.get('etag') or entry.get('LastModified')}"
        try:
            known = Path(entry["name"]).stat()
        except OSError:  # gone meanwhile, which whoever reads it says
            return ""
        return f"{known.st_size} {known.st_mtime_ns} {known.st_ctime_ns} {known.st_ino}"

    def _kind(self, entry: dict[str, Any]) -> str:
        """Answers `file`, `directory` or `other`; refuses a link that leads out of the landing."""
        if not self._is_local or not entry.get("islink"):
            return str(entry["type"])
        root, target = os.path.realpath(self._root), os.path.realpath(entry["name"])
        if os.path.commonpath([root, target]) != root:
            raise LandingError(f"{entry['name']} leads out of the landing to {target}; land the file itself")
        try:
            return str(self._storage.info(target)["type"])
        except OSError as error:
            raise LandingError(
                f"{entry['name']} is a link to {target}, which cannot be reached ({error.strerror}); land the file "
                "itself"
            ) from error
