"""Lines of JSON objects to fields: plain lines all at once, odd ones one by one.

Numbers keep their text, `true` and `false` are text, `null` and an absent field are NULL, nested
values stay JSON.
"""

import json
from typing import Any

import numpy as np

from pumploss.reasons import FileReason, Reason
from sources.declaration import Source
from sources.reading.files import FileRefusedError
from sources.reading.json_scan import scan
from sources.reading.physical_lines import Block
from sources.reading.records import Records, Refused, Split, refuse, require_fields
from sources.reading.verdicts import is_odd, without


class _Number(str):
    """A JSON number as it was written."""

    __slots__ = ()


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


_DECODER = json.JSONDecoder(
    parse_int=lambda text: _Number("0" if text == "-0" else text),
    parse_float=_Number,
    parse_constant=_no_constant,
    object_pairs_hook=_pairs,
)


def check_first(source: Source, line: bytes) -> None:
    """Judges the file by its first record; raises FileRefusedError: `binary`, `not_lines` or `drift`.

    A first line that is merely broken is left to be quarantined.
    """
    if b"\0" in line:
        raise FileRefusedError(FileReason.BINARY, f"NUL bytes in the first line {line[:40]!r}; land the JSON lines")
    if line.lstrip().startswith(b"[") or line.strip() == b"{":
        detail = "one JSON value spans the file; land one object per line (jq -c '.[]')"
        raise FileRefusedError(FileReason.NOT_LINES, detail)
    record = _record(line)
    if isinstance(record, dict):
        require_fields(source, [name[:80] for name in record], source.always_present)


def split(block: Block, source: Source) -> Split:
    """The block's records by field, and the lines that have no fields."""
    spans, verdicts = scan(block, source.all_fields)
    odd = np.flatnonzero(is_odd(block, verdicts))
    rows: list[int] = []
    values: list[list[str | None]] = []
    refused: list[Refused] = []
    for row in odd.tolist():
        found = fields(block.line(row), source)
        if isinstance(found, list):
            rows.append(row)
            values.append(found)
        else:
            refused.append(refuse(int(block.numbers[row]), *found, block.raw(row)))
    kept = without(len(block), odd, rows)
    spans = spans.patched(rows, values)
    columns = {name: spans.column(field, kept) for field, name in enumerate(source.all_fields)}
    kept_lines = block.pick(kept)
    return Records(columns, kept_lines.numbers, kept_lines.raw), refused


def _record(line: bytes) -> dict[str, Any] | tuple[Reason, str]:
    """The object on one line, or why there is none."""
    if b"\0" in line:
        return Reason.ENCODING, f"NUL byte at {line.index(0)}"
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        return Reason.ENCODING, f"byte {line[error.start]:#04x} at {error.start} is not UTF-8"
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        return Reason.MALFORMED, f"not a JSON object: {error}"
    return value if isinstance(value, dict) else (Reason.MALFORMED, "not a JSON object")


def fields(line: bytes, source: Source) -> list[str | None] | tuple[Reason, str]:
    """The fields of one line in the source's order, or why it has none."""
    record = _record(line)
    if not isinstance(record, dict):
        return record
    values = [_text(record.pop(name, None)) for name in source.all_fields]
    if record:
        return Reason.UNKNOWN_FIELD, f"{next(iter(record))[:80]!r} is not a field of {source.name}"
    if any(value and not value.isascii() and not _is_encodable(value) for value in values):
        return Reason.ENCODING, "half of a surrogate pair is no character"
    return values


def _text(value: Any) -> str | None:
    """A JSON value as text; see the top of the module."""
    if value is None:
        return None
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, separators=(",", ":"))


def nested(text: str) -> Any:
    """The value that a nested field's JSON stands for, numbers as their text; raises ValueError where it is none."""
    try:
        return _DECODER.decode(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _is_encodable(text: str) -> bool:
    """Whether the text has a UTF-8 form."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
