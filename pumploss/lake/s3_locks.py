"""Keeps a lock as an object on S3: its holders are listed in it, each of whom renews his entry.

Every change is a put on condition that the object is what was read. Moments are the store's own, from the `Date` of its
answers, so no clock of a holder decides what has expired. An object whose list is empty is a lock that nobody holds: it
is not deleted, because a delete would take the entry of who came meanwhile.
"""

import json
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from pumploss import clock
from pumploss.errors import LakeError
from pumploss.lake.holders import Holder, from_json

#: An entry that was not renewed for so long belongs to a dead holder.
EXPIRY_SECONDS = 900.0
_RENEW_SECONDS = EXPIRY_SECONDS / 5
_ATTEMPTS = 50

#: By a token of each holder: his `holder` as text, and the second of the store at which he `renewed` it.
Entries = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Stored:
    """What the object holds, the tag that a change of it is conditional on, and the store's time."""

    entries: Entries
    tag: str | None
    seconds: float

    @property
    def living(self) -> Entries:
        """Leave out the entries that have expired."""
        return {
            token: entry for token, entry in self.entries.items() if self.seconds - entry["renewed"] <= EXPIRY_SECONDS
        }


class S3Lock:
    """The lock of a name below a lake on S3, as one process enters it."""

    def __init__(self, root: str, name: str) -> None:
        self._bucket, _, prefix = root.removeprefix("s3://").partition("/")
        self._key = f"{prefix}/_locks/{name}" if prefix else f"_locks/{name}"
        self._token = uuid.uuid4().hex
        self._left = threading.Event()
        self._is_lost = False
        self._renewer: threading.Thread | None = None

    @cached_property
    def _client(self) -> Any:
        import boto3

        return boto3.client("s3")

    def holders(self) -> list[Holder]:
        """List who holds it now."""
        return [from_json(entry["holder"]) for entry in self._read().living.values()]

    def enter(self, holder: Holder) -> list[Holder]:
        """Hold it, or answer the other runs that do."""
        others: list[Holder] = []

        def entered(stored: Stored) -> Entries | None:
            others[:] = [other for other in map(_holder, stored.living.values()) if other.run != holder.run]
            entry = {"holder": holder.to_json(), "renewed": stored.seconds}
            return None if others else {**stored.living, self._token: entry}

        self._change(entered)
        if not others:
            self._renewer = threading.Thread(target=self._renew, name="lake lock", daemon=True)
            self._renewer.start()
        return others

    def leave(self) -> None:
        """Let go of it; entries of others stay."""
        self._left.set()
        if self._renewer is not None:
            self._renewer.join()

        def left(stored: Stored) -> Entries | None:
            rest = {token: entry for token, entry in stored.entries.items() if token != self._token}
            return rest if self._token in stored.entries else None

        self._change(left)

    def is_lost(self) -> bool:
        """Tell whether the entry could not be renewed, so that it may have expired."""
        return self._is_lost

    def descriptors(self) -> tuple[int, ...]:
        """List nothing: a child enters by itself."""
        return ()

    def _renew(self) -> None:
        def renewed(stored: Stored) -> Entries | None:
            entry = stored.living.get(self._token)
            # Who has expired asks nobody to hand back what others may hold.
            return None if entry is None else {**stored.living, self._token: {**entry, "renewed": stored.seconds}}

        failures = 0
        while not self._left.wait(_RENEW_SECONDS):
            try:
                self._is_lost = not self._change(renewed)
                failures = 0
            except (BotoCoreError, ClientError, LakeError):
                failures += 1
                # The store may be away for a while: the entry holds for some more attempts.
                self._is_lost = failures * _RENEW_SECONDS >= EXPIRY_SECONDS - _RENEW_SECONDS
            if self._is_lost:
                return

    def _change(self, to: Callable[[Stored], Entries | None]) -> bool:
        """Put what `to` makes of the entries, once nobody comes between; answers whether there was anything to put."""
        for _ in range(_ATTEMPTS):
            stored = self._read()
            entries = to(stored)
            if entries is None:
                return False
            if self._put(entries, stored.tag):
                return True
        raise LakeError(
            f"s3://{self._bucket}/{self._key}: others changed this lock {_ATTEMPTS} times while it was asked for. Run "
            "again."
        )

    def _put(self, entries: Entries, tag: str | None) -> bool:
        condition = {"IfMatch": tag} if tag else {"IfNoneMatch": "*"}
        try:
            self._client.put_object(Bucket=self._bucket, Key=self._key, Body=json.dumps(entries).encode(), **condition)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in (404, 409, 412):
                return False
            raise
        return True

    def _read(self) -> Stored:
        try:
            stored = self._client.get_object(Bucket=self._bucket, Key=self._key)
        except self._client.exceptions.NoSuchKey as error:
            return Stored({}, None, _seconds(error.response))
        return Stored(_entries(stored["Body"].read()), stored["ETag"], _seconds(stored))


def _holder(entry: dict[str, Any]) -> Holder:
    return from_json(entry["holder"])


def _entries(text: bytes) -> Entries:
    """Read the entries; a lock of an older version, or one that is torn, held for a single commit: it is nobody's."""
    try:
        entries = {
            token: {"holder": str(e["holder"]), "renewed": float(e["renewed"])} for token, e in json.loads(text).items()
        }
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}
    return entries


def _seconds(response: Any) -> float:
    """Return the store's time of an answer; ours where it names none."""
    date = response["ResponseMetadata"]["HTTPHeaders"].get("date")
    return (parsedate_to_datetime(date) if date else clock.now()).timestamp()
