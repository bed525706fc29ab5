"""Lines of JSON objects to fields: whole blocks through Arrow where every line is plain.

Numbers keep their text, `true` and `false` are text, `null` and an absent field are NULL, nested
values stay JSON.
"""

import io
import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as arrow_json

from jobs.sources.declaration import Source
from jobs.sources.lines import Block
from jobs.sources.reading import FileRefusedError
from jobs.sources.reason import FileReason, Reason
from jobs.sources.records import Records, Refused, Split, refuse, require_fields

_SAMPLE_LINES = 20


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
    columns = _at_once(block, source)
    if columns is not None:
        return Records(columns, block.numbers, block.raw), []
    rows: list[int] = []
    values: list[list[str | None]] = []
    refused: list[Refused] = []
    for row in range(len(block)):
        found = _fields(block.line(row), source)
        if isinstance(found, list):
            rows.append(row)
            values.append(found)
        else:
            refused.append(refuse(int(block.numbers[row]), *found, block.raw(row)))
    kept = block.pick(np.array(rows, np.int64))
    columns = {name: pa.array([v[i] for v in values], pa.string()) for i, name in enumerate(source.all_fields)}
    return Records(columns, kept.numbers, kept.raw), refused


def _at_once(block: Block, source: Source) -> dict[str, pa.StringArray] | None:
    """All lines through Arrow; None where a single one is not plain.

    Lines that each begin with `{` and end with `}` and are as many as the objects found are one
    object each: inside an object, `}` and `{` never meet without a comma.
    """
    if not len(block) or b"\0" in block.data or not _are_braced(block):
        return None
    options = arrow_json.ParseOptions(explicit_schema=_likely_schema(block, source), unexpected_field_behavior="error")
    text = block.joined()
    # Arrow takes text as it comes.
    if not text.isascii() and not _is_utf8(text):
        return None
    read = arrow_json.ReadOptions(use_threads=False, block_size=len(text) + 1)
    try:
        table = arrow_json.read_json(io.BytesIO(text), read_options=read, parse_options=options)
    except pa.ArrowInvalid:
        return None
    if table.num_rows != len(block):
        return None
    return {name: pc.cast(table[name].combine_chunks(), pa.string()) for name in source.all_fields}


def _are_braced(block: Block) -> bool:
    """Whether every line begins with an opening and ends with a closing brace."""
    letters = np.frombuffer(block.data, np.uint8)
    return bool((letters[block.starts] == ord("{")).all() and (letters[block.ends - 1] == ord("}")).all())


def _is_utf8(text: bytes) -> bool:
    """Whether the bytes are UTF-8."""
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _likely_schema(block: Block, source: Source) -> pa.Schema:
    """Types by the block's first lines; a wrong guess costs time only."""
    types: dict[str, pa.DataType] = {}
    for row in range(min(len(block), _SAMPLE_LINES)):
        record = _record(block.line(row))
        for name, value in record.items() if isinstance(record, dict) else ():
            if isinstance(value, bool):
                types.setdefault(name, pa.bool_())
            elif isinstance(value, _Number):
                types.setdefault(name, pa.int64())
    return pa.schema([(name, types.get(name, pa.string())) for name in source.all_fields])


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


def _fields(line: bytes, source: Source) -> list[str | None] | tuple[Reason, str]:
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
