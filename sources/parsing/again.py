"""Quarantined lines as records again."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pumploss.errors import SourceError
from sources.declaration import Format, Source
from sources.reading import json_lines
from sources.reading.files import format_of
from sources.reading.physical_lines import blocks
from sources.reading.records import Split


def again(source: Source, file: str, numbers: NDArray[np.int64], texts: list[str]) -> Split:
    """Lines of one file, by number and raw text, as records; raises SourceError unless they are JSON lines."""
    found = format_of(file)
    if found is None or found[0] is not Format.JSONL:
        raise SourceError(
            f"{file} line {numbers[0]}: only JSON lines say by themselves what their fields are; run the dump day "
            "again to read lines of other formats"
        )
    (block,) = blocks([b"".join(text.encode() + b"\n" for text in texts)])
    return json_lines.split(replace(block, numbers=np.asarray(numbers, np.int64)), source)
