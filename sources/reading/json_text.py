"""Reads single lines of JSON by the standard library: what it says of a line is what holds.

Numbers keep their text, `true` and `false` are text, `null` and an absent field are NULL, nested values stay JSON
without white space, their numbers as texts.
"""

import json
from typing import Any

from pumploss.reasons import FileReason, Reason
from sources.reading.fields import Fields
from sources.reading.files import FileRefusedError


class Number(str):
    """A JSON number as it was written."""

    __slots__ = ()


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return members


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


_DECODER = json.JSONDecoder(
    parse_int=lambda text: Number("0" if text == "-0" else text),
    parse_float=Number,
    parse_constant=_no_constant,
    object_pairs_hook=_pairs,
)


def check_first(fields: Fields, line: bytes) -> None:
    """Judges the file by its first record; raises FileRefusedError: `binary`, `not_lines` or `drift`.

    A first line that is merely broken is left to be quarantined.
    """
    if b"\0" in line:
        raise FileRefusedError(FileReason.BINARY, f"NUL bytes in the first line {line[:40]!r}; land the JSON lines")
    if line.lstrip().startswith(b"[") or line.strip() == b"{":
        detail = "one JSON value spans the file; land one object per line (jq -c '.[]')"
        raise FileRefusedError(FileReason.NOT_LINES, detail)
    record = read_object(line)
    if isinstance(record, dict):
        fields.require([name[:80] for name in record], fields.always_present)


def read_object(line: bytes) -> dict[str, Any] | tuple[Reason, str]:
    """Reads the object on one line, or says why there is none."""
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


def read_line(line: bytes, fields: Fields) -> list[str | None] | tuple[Reason, str]:
    """Reads the fields of one line in the source's order, or says why it has none."""
    record = read_object(line)
    if not isinstance(record, dict):
        return record
    values = [_text(record.pop(name, None)) for name in fields.all_fields]
    if record:
        return Reason.UNKNOWN_FIELD, f"{next(iter(record))[:80]!r} is not a field of {fields.name}"
    if any(value and not value.isascii() and not _is_encodable(value) for value in values):
        return Reason.ENCODING, "half of a surrogate pair is no character"
    return values


def _text(value: Any) -> str | None:
    """Writes a JSON value as text; see the top of the module."""
    if value is None:
        return None
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, separators=(",", ":"))


def read_nested(text: str) -> Any:
    """Reads the JSON of a nested field, numbers as their text; raises ValueError where it is none."""
    try:
        return _DECODER.decode(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _is_encodable(text: str) -> bool:
    """Tells whether the text has a UTF-8 form."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
