"""Parts the lines of a large day into blocks that are sorted one after another: memory holds one of them at a time."""

from collections.abc import Iterator, Mapping

from pyspark.sql import Column
from pyspark.sql import functions as F

from pumploss.packing import packed


def line_blocks(records: Mapping[str, int], rows_at_once: int) -> tuple[Column, ...]:
    """Makes conditions of which every line meets one, of files by name and their records; none if one block holds all.

    A block is a stretch of one file, or several files whole, so the engine reads of what was parsed little else.
    """
    if sum(records.values()) <= rows_at_once:
        return ()
    return tuple(_conditions(sorted(records.items()), rows_at_once))


def _conditions(records: list[tuple[str, int]], rows_at_once: int) -> Iterator[Column]:
    for names, lines in packed(records, rows_at_once):
        if lines > rows_at_once:
            yield from _stretches(names[0], lines, rows_at_once)
        else:
            yield F.col("file").isin(*names)


def _stretches(name: str, count: int, rows_at_once: int) -> Iterator[Column]:
    """Cuts a file by line numbers; blank lines and a header have numbers too, so the last stretch has no end."""
    number, begins = F.col("line_number"), range(0, count, rows_at_once)
    for begin in begins:
        is_within = number > begin if begin == begins[-1] else (number > begin) & (number <= begin + rows_at_once)
        yield (F.col("file") == name) & is_within
