"""Quarantined lines as records again."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from jobs.sources import jsonlines
from jobs.sources.declaration import Format, Source
from jobs.sources.lines import blocks
from jobs.sources.reading import format_of
from jobs.sources.records import Split
from pumploss.errors import SourceError


def again(source: Source, file: str, numbers: NDArray[np.int64], texts: list[str]) -> Split:
    """Lines of one file, by number and raw text, as records; raises SourceError unless they are JSON lines."""
    found = format_of(file)
    if found is None or found[0] is not Format.JSONL:
        raise SourceError(
            f"{file} line {numbers[0]}: only JSON lines say by themselves what their fields are; run the dump day "
            "again to read lines of other formats"
        )
    (block,) = blocks([b"".join(text.encode() + b"\n" for text in texts)])
    return jsonlines.split(replace(block, numbers=np.asarray(numbers, np.int64)), source)
