"""What the tests of reading share: a made-up source, and what was read of lines by their numbers."""

from collections.abc import Callable
from typing import Any

import pytest

from sources.reading.fields import Fields
from sources.reading.file_format import Format
from sources.reading.physical_lines import Block, blocks
from sources.reading.records import ReadBlock


@pytest.fixture
def fields() -> Fields:
    """Three fields of which none need be there."""
    return Fields(
        name="made_up", formats=(Format.CSV, Format.JSONL), fields=("a", "bb", "a long name"), optional=("a", "bb")
    )


@pytest.fixture
def cut() -> Callable[[bytes], Block]:
    """Cuts a short text without its last line feed into lines."""

    def cut(text: bytes) -> Block:
        (block,) = blocks([text + b"\n"])
        return block

    return cut


@pytest.fixture
def by_line() -> Callable[[ReadBlock], dict[int, Any]]:
    """What was read of each line by its number: its values, or the reason and detail of its refusal."""

    def by_line(read: ReadBlock) -> dict[int, Any]:
        records, refused = read
        rows = zip(*(column.to_pylist() for column in records.columns.values()), strict=True)
        values = dict(zip(records.numbers.tolist(), map(list, rows), strict=True))
        return values | {line.line_number: (line.reason, line.detail) for line in refused}

    return by_line
