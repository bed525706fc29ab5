"""Writes boards as static JSON, for a web server or a CDN that fetches them from a folder or a bucket.

Each page lies twice, plain and gzip beside it; `index.json`, written last, names all with size, digest and headers:
`ETag` is the MD5 of the content, as a bucket gives it, so a page whose content stays keeps its tag. Every file appears
whole, and a page that did not change is not written again. Only what the index of before names is ever deleted: others
may keep files there. Losses carry a minus sign; amounts are texts of exact SOL.
"""

import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Protocol

from pumploss.errors import StoreError
from pumploss.export_index import INDEX, named_before
from pumploss.whole_files import write_whole

#: Pages change once a night; whoever has one may show it for a minute, and an old one while a new one is fetched.
CACHE_CONTROL: Final = "public, max-age=60, stale-while-revalidate=3600"
_JSON: Final = "application/json"


@dataclass(frozen=True)
class Page:
    """Holds one file: its path below the root, its content, and the headers that it is served with."""

    path: str
    content: bytes
    encoding: str | None = None

    @property
    def etag(self) -> str:
        """Return the entity tag, in quotes as a header has it."""
        return f'"{hashlib.md5(self.content, usedforsecurity=False).hexdigest()}"'

    @property
    def headers(self) -> dict[str, str]:
        """Return what a server should say of the file."""
        said = {"Content-Type": _JSON, "Cache-Control": CACHE_CONTROL, "ETag": self.etag}
        return {**said, "Content-Encoding": self.encoding} if self.encoding else said


class Target(Protocol):
    """Takes files that appear whole."""

    def tag(self, path: str) -> str | None:
        """Return the tag of a file, or None where it is not there."""

    def read(self, path: str) -> bytes | None:
        """Return the content of a file, or None where it is not there."""

    def put(self, page: Page) -> None:
        """Put a file in the place of the one of its path."""

    def delete(self, paths: Iterable[str]) -> None:
        """Delete files."""


@dataclass(frozen=True)
class Folder:
    """Takes files below a local folder."""

    root: Path

    def tag(self, path: str) -> str | None:
        """Return the tag of a file, or None where it is not there."""
        content = self.read(path)
        return None if content is None else Page("", content).etag

    def read(self, path: str) -> bytes | None:
        """Return the content of a file, or None where it is not there."""
        return (self.root / path).read_bytes() if (self.root / path).is_file() else None

    def put(self, page: Page) -> None:
        """Put a file in the place of the one of its path, by renaming."""
        path = self.root / page.path
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, page.content, is_lasting=False)

    def delete(self, paths: Iterable[str]) -> None:
        """Delete files."""
        for path in paths:
            (self.root / path).unlink(missing_ok=True)


class Bucket:
    """Takes files below `s3://bucket/prefix`, with the headers that they are served with."""

    def __init__(self, address: str) -> None:
        import boto3  # loads for a second, and only who exports to a bucket needs it

        self._client = boto3.client("s3")
        self._bucket, _, prefix = address.removeprefix("s3://").partition("/")
        self._prefix = f"{prefix}/" if prefix else ""

    def tag(self, path: str) -> str | None:
        """Return the tag of an object, or None where it is not there."""
        try:
            return str(self._client.head_object(Bucket=self._bucket, Key=f"{self._prefix}{path}")["ETag"])
        except self._client.exceptions.ClientError as error:
            # The answer to this question has no body that could name the error.
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return None
            raise

    def read(self, path: str) -> bytes | None:
        """Return the content of an object, or None where it is not there."""
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=f"{self._prefix}{path}")
        except self._client.exceptions.NoSuchKey:
            return None
        return bytes(found["Body"].read())

    def put(self, page: Page) -> None:
        """Put an object, which appears when all of it has arrived."""
        headers = {"ContentEncoding": page.encoding} if page.encoding else {}
        self._client.put_object(
            Bucket=self._bucket, Key=f"{self._prefix}{page.path}", Body=page.content, ContentType=_JSON,
            CacheControl=CACHE_CONTROL, **headers,
        )  # fmt: skip

    def delete(self, paths: Iterable[str]) -> None:
        """Delete objects."""
        for path in paths:
            self._client.delete_object(Bucket=self._bucket, Key=f"{self._prefix}{path}")


def target(address: str) -> Target:
    """Open the place at an address: a folder or `s3://bucket/prefix`."""
    return Bucket(address) if address.startswith("s3://") else Folder(Path(address))


def export(place: Target, tables: Mapping[str, list[dict[str, Any]]], as_of: datetime, version: str) -> int:
    """Write tables as pages by name and the index, as of T; answers how many files were written.

    Pages of names that are no longer there go. Raises StoreError where the place cannot be written; the index, and so
    who goes by it, then still shows what was there.
    """
    pages = [page for name, rows in tables.items() for page in _pages(name, rows, as_of)]
    try:
        earlier = named_before(place.read)
        changed = [page for page in pages if place.tag(page.path) != page.etag]
        for page in changed:
            place.put(page)
        index = _index(tables, pages, as_of, version)
        for page in index:
            place.put(page)
        place.delete(earlier - {page.path for page in (*pages, *index)})
    except StoreError:
        raise
    except Exception as error:
        # Of botocore's errors, and those of a disk, there are many kinds.
        raise StoreError(
            f"The exports could not be written: {type(error).__name__}: {error}. The lake and the stores are not "
            "affected: mend or unset PUMPLOSS_EXPORTS, then run publish_hot again."
        ) from error
    return len(changed)


def _pages(name: str, rows: list[dict[str, Any]], as_of: datetime) -> list[Page]:
    text = json.dumps({"name": name, "as_of": as_of, "rows": rows}, default=_plain, separators=(",", ":")).encode()
    # Without a time of its own, equal content is packed to equal bytes.
    return [Page(f"{name}.json", text), Page(f"{name}.json.gz", gzip.compress(text, mtime=0), "gzip")]


def _index(tables: Mapping[str, list[Any]], pages: Iterable[Page], as_of: datetime, version: str) -> list[Page]:
    listed = [
        {"path": page.path, "bytes": len(page.content), "headers": page.headers, "rows": len(tables[_name(page)])}
        for page in pages
    ]
    text = json.dumps({"version": version, "as_of": as_of, "pages": listed}, default=_plain, indent=1).encode()
    return [Page(f"{INDEX}.gz", gzip.compress(text, mtime=0), "gzip"), Page(INDEX, text)]


def _name(page: Page) -> str:
    return page.path.removesuffix(".gz").removesuffix(".json")


def _plain(value: Any) -> str:
    """Write decimals and times as text that loses nothing."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
