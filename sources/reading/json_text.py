"""Reads single lines of JSON by the standard library: what it says of a line is what holds.

Numbers keep their text, `true` and `false` are text, `null` and an absent field are NULL, nested values stay JSON
without white space, their numbers as texts. A field that is ignored by name may hold what is no text: `NaN`, half of a
surrogate pair, bytes that are not UTF-8; nothing is read from it, so the line stands.
"""

import json
from typing import Any

from pumploss.reasons import FileReason, Reason
from sources.reading.fields import Fields
from sources.reading.files import FileRefusedError
from sources.reading.odd_text import escaped, is_encodable, not_utf8


class Number(str):
    """A JSON number as it was written."""

    __slots__ = ()


class Constant(Number):
    """`NaN`, `Infinity` or `-Infinity`, which no JSON has but many writers of it."""

    __slots__ = ()


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return members


_DECODER = json.JSONDecoder(
    parse_int=lambda text: Number("0" if text == "-0" else text),
    parse_float=Number,
    parse_constant=Constant,
    object_pairs_hook=_pairs,
)


def check_first(line: bytes) -> None:
    """Tells by its first line that a file is none of JSON lines; raises FileRefusedError: `binary`, `not_lines`.

    A first line that is merely broken is left to be quarantined.
    """
    if b"\0" in line:
        raise FileRefusedError(FileReason.BINARY, f"NUL bytes in the first line {line[:40]!r}; land the JSON lines")
    if line.lstrip().startswith(b"[") or line.strip() == b"{":
        detail = "one JSON value spans the file; land one object per line (jq -c '.[]')"
        raise FileRefusedError(FileReason.NOT_LINES, detail)


def read_object(line: bytes) -> dict[str, Any] | tuple[Reason, str]:
    """Reads the object on one line, or says why there is none; bytes that are not UTF-8 become halves of pairs."""
    if b"\0" in line:
        return Reason.ENCODING, f"NUL byte at {line.index(0)}"
    try:
        value = _DECODER.decode(line.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError) as error:
        return not_utf8(line) or (Reason.MALFORMED, f"not a JSON object: {error}")
    return value if isinstance(value, dict) else (Reason.MALFORMED, "not a JSON object")


def read_line(line: bytes, fields: Fields) -> list[str | None] | tuple[Reason, str]:
    """Reads the fields of one line in the source's order, or says why it has none."""
    record = read_object(line)
    if not isinstance(record, dict):
        return record
    of_all = [record.pop(name, None) for name in fields.all_fields]
    if record:
        return Reason.UNKNOWN_FIELD, f"{next(iter(record))[:80]!r} is not a field of {fields.name}"
    mapped = of_all[: len(fields.fields)]
    if (b"NaN" in line or b"Infinity" in line) and (constant := next(filter(None, map(_constant, mapped)), None)):
        return Reason.MALFORMED, f"not a JSON object: {constant} is no JSON"
    if (fault := not_utf8(line)) and not is_encodable(json.dumps(mapped, ensure_ascii=False)):
        return fault
    values = list(map(_text, of_all))
    for place, value in enumerate(values):
        if value and not value.isascii() and not is_encodable(value):
            if place < len(mapped):
                return Reason.ENCODING, "half of a surrogate pair is no character"
            values[place] = escaped(value)
    return values


def _constant(value: Any) -> str | None:
    """Finds a constant that is no JSON in a value."""
    if isinstance(value, Constant):
        return value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next(filter(None, map(_constant, inner)), None)


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
