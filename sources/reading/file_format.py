"""Tells by its name how a file's records are laid out and packed."""

import re
from enum import StrEnum

#: Parquet compresses its own pages, so it takes no ending behind its own.
_ENDING = re.compile(r"\.(?:(?P<text>csv|jsonl)(?:\.(?P<packing>gz|zst))?|(?P<parquet>parquet))\Z")
_CODECS = {"gz": "gzip", "zst": "zstd"}


class Format(StrEnum):
    """How a file's records are laid out, by its ending."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


def format_of(name: str) -> tuple[Format, str | None] | None:
    """Answers a file's format and codec (`gzip`, `zstd` or None); None where the ending is unknown."""
    ending = _ENDING.search(name)
    if ending is None:
        return None
    return Format(ending["text"] or ending["parquet"]), _CODECS.get(ending["packing"] or "")
