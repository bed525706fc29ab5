"""Lines of files in blocks that are sorted one after another."""

from collections import Counter
from random import Random

import pytest

from jobs.bronze.line_blocks import line_blocks
from sources.parsing.schema import TABLE as PARSED


@pytest.fixture
def lines(frame):
    """Lines of files: their numbers begin after a header, and every seventh line is blank, or none."""

    def lines(records, blanks=7):
        rows = []
        for name, count in records.items():
            numbers = (n for n in range(2, 10**6) if n % blanks)
            rows += [{"file": name, "line_number": next(numbers)} for _ in range(count)]
        return frame(PARSED, *rows)

    return lines


@pytest.mark.parametrize("rows_at_once", [1, 3, 10, 24])
def test_every_line_is_in_one_block(lines, rows_of, rows_at_once):
    rng = Random(rows_at_once)
    records = {f"day/{rng.random()}'": rng.randrange(9) for _ in range(6)} | {"none": 0, "large": 25}
    all_lines = lines(records)
    found = Counter()
    for block in line_blocks(records, rows_at_once):
        found.update((row["file"], row["line_number"]) for row in rows_of(all_lines.where(block)))
    assert found == Counter((row["file"], row["line_number"]) for row in rows_of(all_lines))


def test_a_block_is_about_as_large_as_was_said(lines):
    records = {"a": 3, "b": 4, "c": 40, "d": 7, "e": 1}
    sizes = [lines(records, blanks=10**6).where(block).count() for block in line_blocks(records, 10)]
    assert sizes == [9, 10, 10, 11, 7, 8]  # the header of the large file has a number too


def test_what_fits_is_one_block():
    assert line_blocks({"a": 3, "b": 4}, 7) == ()
    assert line_blocks({}, 7) == ()
