"""Collects what landed files say of themselves once they are read: their closing rows."""

from dataclasses import fields

from pyspark.sql import DataFrame

from sources.parsing.read_file import ReadFile


def read_files(parsed: DataFrame) -> tuple[ReadFile, ...]:
    """Collect the closing rows of parsed lines, in order of day and name."""
    closing = parsed.where("kind = 'file'").select(*(field.name for field in fields(ReadFile)))
    files = (ReadFile.from_row(row.asDict()) for row in closing.collect())
    return tuple(sorted(files, key=lambda file: (file.dump_day, file.file)))
