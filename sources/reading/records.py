"""Holds records as columns of text: the one form that every file format is brought into."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pumploss.reasons import Reason
from sources.reading.physical_lines import HEAD_BYTES, LongLine


@dataclass(frozen=True)
class Records:
    """Columns of text (NULL: no value), line numbers, and the raw bytes of a row.

    `integers` holds the values of those columns that were integers before they were text: what their texts say.
    """

    columns: dict[str, pa.StringArray]
    numbers: NDArray[np.int64]
    raw: Callable[[int], bytes]
    integers: dict[str, pa.Int64Array] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True)
class Refused:
    """One refused line, with what the quarantine keeps of it."""

    line_number: int
    reason: Reason
    detail: str
    raw: str
    raw_bytes: int
    raw_sha256: str


#: The records of a block of lines, and the lines that are none.
ReadBlock = tuple[Records, list[Refused]]


def refuse(number: int, reason: Reason, detail: str, raw: bytes) -> Refused:
    """Makes a refused line of its raw bytes."""
    return Refused(number, reason, detail, shown(raw), len(raw), hashlib.sha256(raw).hexdigest())


def refuse_long(line: LongLine) -> Refused:
    """Refuses a line that was streamed past."""
    detail = f"{line.length} bytes in one line"
    return Refused(line.number, Reason.LINE_TOO_LONG, detail, shown(line.head), line.length, line.sha256)


def shown(raw: bytes) -> str:
    """Shows raw bytes as text, cut at 64 KiB; NUL and what is no UTF-8 is escaped."""
    cut = raw[:HEAD_BYTES]
    if len(raw) > HEAD_BYTES:
        # A character cut in two is left out, not escaped.
        cut = cut.decode("utf-8", "ignore").encode() if _is_utf8_but_cut(cut) else cut
    return cut.decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def _is_utf8_but_cut(cut: bytes) -> bool:
    """Tells whether the only fault is a character that was cut at the end."""
    try:
        cut.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return False
