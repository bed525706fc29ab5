"""Files of every source in which nearly every line was broken in some way, the same for the same seed."""

import hashlib
import io
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.source_lines import csv_line, header, json_line, packed, records, table
from sources import SOURCES
from sources.declaration import Format
from sources.reading.physical_lines import MAX_LINE_BYTES
from tests.building.breakages import PIECES, TEXTS, VALUES

LINES_PER_SOURCE = 20_000
FILE_LINES = 2_500
_GOOD_LINES = 300


@dataclass(frozen=True)
class MutatedFile:
    """A file's name below the landing root and its bytes; `lines` are those of its text, with the header, as they
    stand; empty for Parquet.
    """

    source: str
    name: str
    form: Format
    content: bytes
    lines: tuple[bytes, ...]
    rows: int
    is_first_whole: bool

    @property
    def record_lines(self) -> dict[int, bytes]:
        """The lines that are records, by their numbers, counted without any of the project's code."""
        found = dict(enumerate(self.lines, 1))
        kept = {number: line for number, line in found.items() if not re.fullmatch(rb"[ \t\r]*", line)}
        if self.form is Format.CSV:
            kept.pop(min(kept, default=0), None)
        return kept


@cache
def good_records(name: str) -> tuple[dict[str, object], ...]:
    """Unbroken records of a source."""
    return tuple(records(name, _GOOD_LINES, seed=7))


def mutated_files(name: str, seed: int) -> Iterator[MutatedFile]:
    """Files of a source in every form it lands in, with `LINES_PER_SOURCE` broken lines in all."""
    count = LINES_PER_SOURCE // FILE_LINES
    forms = SOURCES[name].formats
    for number in range(count):
        form = forms[number % len(forms)]
        rng = random.Random(f"{name} {seed} {number}")
        stem = f"{name}/2026-01-02/broken-{number}"
        if form is Format.PARQUET:
            content, is_whole = _parquet(rng, name, is_bytes=number >= count - len(forms))
            yield MutatedFile(name, f"{stem}.parquet", form, content, (), FILE_LINES, is_whole)
        else:
            # One file in eight begins with a broken line and may be refused whole for it.
            is_first_whole = number != count - 1
            text = _text(rng, name, form, is_first_whole)
            packing = ("", "gz", "zst")[number % 3]
            ending = f"{form}.{packing}" if packing else str(form)
            lines = tuple(text.removeprefix(b"\xef\xbb\xbf").split(b"\n"))
            yield MutatedFile(name, f"{stem}.{ending}", form, packed(text, packing), lines, 0, is_first_whole)


def _text(rng: random.Random, name: str, form: Format, is_first_whole: bool) -> bytes:
    body = [_line(rng, name, form) for _ in range(FILE_LINES)]
    # Rare ones, a few per file: longer than any line may be, and one long field.
    body[rng.randrange(FILE_LINES)] = b"x" * (MAX_LINE_BYTES + rng.choice((-1, 0, 1, 2)))
    body[rng.randrange(FILE_LINES)] = written(form, name, {**_record(rng, name), _field(rng, name): "y" * 200_000})
    good = written(form, name, dict(good_records(name)[0]))
    first = [",".join(header(name)).encode()] if form is Format.CSV else [good]
    if not is_first_whole:
        first = [_changed(rng, first[0])]
    mark = b"\xef\xbb\xbf" if rng.random() < 0.2 else b""
    return mark + rng.choice((b"\n", b"\r\n")).join([*first, *body]) + rng.choice((b"", b"\n", b"\n\n", b" \t"))


def _line(rng: random.Random, name: str, form: Format) -> bytes:
    """A line in which fields, then bytes were changed; one in eight is as it should be."""
    kind = rng.randrange(8)
    other = rng.choice(sorted(SOURCES)) if kind == 1 and rng.random() < 0.2 else name
    record = _record(rng, other)
    if kind in (2, 3, 4):
        _change_fields(rng, name, form, record)
    line = written(form, other, record)
    if kind == 5 and form is Format.JSONL:
        again = json.dumps(rng.choice(list(record)))
        return line[:-1] + f",{again}:{rng.choice(('1', 'null', '{}'))}".encode() + b"}"
    return _changed(rng, line) if kind in (4, 6, 7) else line


def _record(rng: random.Random, name: str) -> dict[str, object]:
    return dict(rng.choice(good_records(name)))


def _field(rng: random.Random, name: str) -> str:
    return rng.choice(SOURCES[name].all_fields)


def _change_fields(rng: random.Random, name: str, form: Format, record: dict[str, object]) -> None:
    for _ in range(rng.choice((1, 1, 2, 4))):
        field, how = _field(rng, name), rng.randrange(8)
        if how == 0:
            record.pop(field, None)
        elif how == 1:
            other = _field(rng, name)
            record[field], record[other] = record.get(other), record.get(field)
        elif how == 2 and form is Format.JSONL:
            record[rng.choice(("new", "", field.upper(), "é"))] = 1
        elif how in (3, 4) and form is Format.JSONL:
            record[field] = rng.choice(VALUES)
        else:
            record[field] = rng.choice(TEXTS)


def _changed(rng: random.Random, line: bytes) -> bytes:
    """A line with some bytes flipped, put in, left out or cut off."""
    for _ in range(rng.choice((1, 1, 2, 4))):
        at, how = rng.randrange(len(line) + 1), rng.randrange(5)
        if how == 0:
            line = line[:at]
        elif how == 1:
            line = line[:at] + bytes([rng.randrange(256)]) + line[at + 1 :]
        else:
            line = line[:at] + rng.choice(PIECES) + line[at + rng.choice((0, 0, 1, 5, 20)) :]
    return line


def written(form: Format, name: str, record: dict[str, object]) -> bytes:
    """A record as a line; in JSON with spaces or escapes now and then, always the same for the same record."""
    if form is Format.CSV:
        return csv_line(name, record).encode("utf-8", "surrogatepass")
    style = hashlib.sha256(repr(record).encode("utf-8", "surrogatepass")).digest()[0] % 4
    text = json_line(record) if style < 2 else json.dumps(record, ensure_ascii=style == 2)
    return text.encode("utf-8", "surrogatepass")


def _parquet(rng: random.Random, name: str, is_bytes: bool) -> tuple[bytes, bool]:
    """A Parquet file with broken values in columns of text, or with broken bytes or columns of other types."""
    rows = [_record(rng, name) for _ in range(FILE_LINES)]
    typed = table(name, [dict(record) for record in good_records(name)])
    for row in rows:
        if rng.random() < 0.9:
            _change_fields(rng, name, Format.CSV, row)
    columns: dict[str, pa.Array] = {}
    for field in header(name):
        kind = typed.schema.field(field).type
        values = [row.get(field) for row in rows]
        if pa.types.is_integer(kind) and rng.random() < 0.5:
            spoilt = (rng.choice((None, 0, -1, 2**62, 10**12)) if rng.random() < 0.1 else value for value in values)
            columns[field] = pa.array([value if type(value) is int else None for value in spoilt], pa.int64())
        else:
            columns[field] = pa.array([_plain(value) for value in values], pa.string())
    if is_bytes and rng.random() < 0.5:
        field = rng.choice(list(columns))
        columns[field] = pa.array([rng.random() for _ in rows])
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, compression=rng.choice(("zstd", "snappy", "none")), row_group_size=700)
    content = sink.getvalue()
    return (_changed(rng, content), False) if is_bytes else (content, True)


def _plain(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else str(value).lower()
