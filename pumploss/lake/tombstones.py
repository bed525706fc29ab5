"""Remembers who was erased, by keyed hashes alone, so that no dump brings anybody back.

The hashes lie in the lake, the key in the home, readable by its owner only: without it nobody can tell whom a hash
stands for, though all wallets of the chain are known. A lake with hashes whose key is gone is read by no run.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from pumploss import clock
from pumploss.errors import SettingsError
from pumploss.lake.logs import TableLogs
from pumploss.small_files import read_small, refuse_special
from pumploss.whole_files import make_folder, write_whole

#: The file of the key in a home, and that of the hashes in a lake.
KEY: Final = "erasure.key"
_NOTE: Final = "_erased.json"
_KEY_BYTES, _HASH_BYTES = 32, 16
_REPAIR: Final = (
    "Put it back from a backup of the lake: no dump is read without it, since traders who were erased would come back."
)
_CHECKED: Final = b"the key of this lake"


@dataclass(frozen=True)
class Marks:
    """Tells names that were erased from all others. A name is an address as text, or the bytes that it stands for."""

    key: bytes
    hashes: frozenset[str]

    def hold(self, name: bytes) -> bool:
        """Tell whether the name was erased."""
        return hashed(self.key, name) in self.hashes


@dataclass
class Erasure:
    """Records one erasure: hashes of the trader's names, and which partition days of which tables it has touched.

    One that `is_done` left nothing behind; another was interrupted, and goes on where it is asked for again. `lost` are
    the days of which older versions of a table lost files, ever.
    """

    names: list[str]
    begun_at: str
    days: dict[str, list[str]] = field(default_factory=dict)
    is_done: bool = False
    lost: dict[str, list[str]] = field(default_factory=dict)

    def touch(self, table: str, days: Iterable[str]) -> None:
        """Note that days of a table are about to be rewritten."""
        self.days[table] = sorted({*self.days.get(table, []), *days})

    def lose(self, table: str, days: Iterable[str]) -> None:
        """Note that files of older versions are about to be deleted."""
        self.lost[table] = sorted({*self.lost.get(table, []), *days})


@dataclass
class _Noted:
    """Holds what a lake keeps of its erasures, and what its key makes of a text that everybody knows."""

    key_check: str
    erased: list[Erasure]


class Tombstones:
    """Keeps the erasures of a lake, with the key in a home. Whoever changes them holds the lake."""

    def __init__(self, lake: TableLogs, home: Path) -> None:
        self._lake = lake
        self._key_path = home / KEY
        self._note_path = f"{lake.root}/{_NOTE}"

    def marks(self) -> Marks | None:
        """Return what tells the erased; None where nobody was. Raises SettingsError without the lake's key."""
        noted = self._noted()
        if not noted["erased"]:
            return None
        key = self._key(noted)
        return Marks(key, frozenset(name for erasure in noted["erased"] for name in erasure["names"]))

    def are_unfinished(self, names: Collection[bytes]) -> bool:
        """Tell whether an erasure of this trader was begun and not finished. Raises SettingsError as `marks` does."""
        noted = self._noted()
        if not noted["erased"]:
            return False
        key = self._key(noted)
        wanted = sorted(hashed(key, name) for name in names)
        return any(known["names"] == wanted and not known["is_done"] for known in noted["erased"])

    def begin(self, names: Collection[bytes]) -> Erasure:
        """Return the erasure of a trader by his names: the one that was interrupted, or a new one, which is kept."""
        noted = self._noted()
        key = self._key(noted) if noted["erased"] else self._new_key()
        wanted = sorted(hashed(key, name) for name in names)
        for known in noted["erased"]:
            if known["names"] == wanted:
                # What a finished one had touched has changed since by other means, if at all.
                again = Erasure(wanted, clock.now().isoformat(), lost=_lost(known))
                return again if known["is_done"] else Erasure(**known)
        erasure = Erasure(wanted, clock.now().isoformat())
        self._write({"key_check": hashed(key, _CHECKED), "erased": [*noted["erased"], asdict(erasure)]})
        return erasure

    def all(self) -> list[Erasure]:
        """List all erasures of the lake, unfinished ones as far as they have come. Needs no key."""
        return [Erasure(**known) for known in self._noted()["erased"]]

    def unfinished(self) -> list[Erasure]:
        """List the erasures that were begun and not finished. Needs no key."""
        return [erasure for erasure in self.all() if not erasure.is_done]

    def lost_days(self, table: str) -> set[str]:
        """List the partition days of which a version of a table may have lost files to an erasure. Needs no key."""
        return {day for known in self._noted()["erased"] for day in _lost(known).get(table, [])}

    def keep(self, erasure: Erasure) -> None:
        """Keep how far an erasure has come."""
        noted = self._noted()
        others = [known for known in noted["erased"] if known["names"] != erasure.names]
        self._write({**noted, "erased": [*others, asdict(erasure)]})

    def _noted(self) -> dict[str, Any]:
        self._lake.storage.invalidate_cache()
        noted = read_small(self._note_path, _Noted, _REPAIR, self._lake.storage)
        return {"erased": []} if noted is None else asdict(noted)

    def _write(self, noted: dict[str, Any]) -> None:
        make_folder(self._lake.root, self._lake.storage)
        write_whole(self._note_path, json.dumps(noted), self._lake.storage)

    def _key(self, noted: dict[str, Any]) -> bytes:
        key = self._stored_key()
        if key is None or hashed(key, _CHECKED) != noted["key_check"]:
            raise SettingsError(
                f"Traders were erased from the lake {self._lake.root}, and {self._key_path} "
                f"{'is that of another lake' if key else 'is gone'}: without it nobody can be kept out, so no dump is "
                "read. Put the file back from a backup of the home."
            )
        return key

    def _new_key(self) -> bytes:
        """Return the home's key; makes one where there is none, which only its owner may read."""
        if (key := self._stored_key()) is not None:
            return key
        key = secrets.token_bytes(_KEY_BYTES)
        self._key_path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self._key_path, key.hex(), mode=0o600)
        return key

    def _stored_key(self) -> bytes | None:
        """Read the key; None where there is none. Raises SettingsError for a file that holds anything else."""
        try:
            refuse_special(self._key_path, "Put the file back from a backup of the home.")
            written = self._key_path.read_bytes().strip()
        except FileNotFoundError:
            return None
        if not re.fullmatch(b"[0-9a-fA-F]{%d}" % (2 * _KEY_BYTES), written):
            raise SettingsError(
                f"{self._key_path} is no key: it has to hold {_KEY_BYTES} bytes in hex. Nothing was changed. Put the "
                "file back from a backup of the home; where nobody was erased yet, delete it, and a new one is made."
            )
        return bytes.fromhex(written.decode())


def _lost(known: dict[str, Any]) -> dict[str, list[str]]:
    """Add the days that were rewritten, which is all that a note of an earlier version has."""
    lost, days = known.get("lost", {}), known["days"]
    return {table: sorted({*lost.get(table, []), *days.get(table, [])}) for table in {**lost, **days}}


def hashed(key: bytes, name: bytes) -> str:
    """Hash a name with the key, to 128 bits in hex."""
    return hashlib.blake2b(name, key=key, digest_size=_HASH_BYTES).hexdigest()
