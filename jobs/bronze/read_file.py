"""What a landed file says of itself once it is read: its closing row."""

from dataclasses import dataclass, fields
from datetime import date

from pyspark.sql import DataFrame


@dataclass(frozen=True)
class ReadFile:
    """A file that was read to its end, or with `reason` and `detail` one of which nothing could be read.

    `file` is its name below the landing's root; `records` is missing where nothing was read, `trailing_bytes_count`
    where the source decodes no bytes.
    """

    dump_day: date
    source: str
    file: str
    records: int | None
    sha256: str
    trailing_bytes_count: int | None = None
    reason: str | None = None
    detail: str | None = None


def read_files(parsed: DataFrame) -> tuple[ReadFile, ...]:
    """Collects the closing rows of parsed lines, in order of day and name."""
    closing = parsed.where("kind = 'file'").select(*(field.name for field in fields(ReadFile)))
    files = (ReadFile(**row.asDict()) for row in closing.collect())
    return tuple(sorted(files, key=lambda file: (file.dump_day, file.file)))
