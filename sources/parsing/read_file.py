"""Describes a file that was read, as its closing row does."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any


@dataclass(frozen=True)
class FileKey:
    """Which file of which day and source a row is of; `file` is its path below the landing root."""

    dump_day: date
    source: str
    file: str


@dataclass(frozen=True)
class ReadFile(FileKey):
    """A file that was read: `records` is None, and `reason` and `detail` say why, where it was refused whole.

    `sha256` is of its bytes as stored; `trailing_bytes_count` says how many of its trades and events have bytes beyond
    every known layout (None where its source decodes none), `float_count` how many have whole numbers as floats.
    """

    sha256: str
    records: int | None = None
    trailing_bytes_count: int | None = None
    float_count: int | None = None
    reason: str | None = None
    detail: str | None = None

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "ReadFile":
        """Takes what a closing row says; columns of other kinds of rows are left out."""
        return cls(**{field.name: row[field.name] for field in fields(cls)})
