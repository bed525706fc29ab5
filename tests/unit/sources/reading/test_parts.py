import numpy as np
import pyarrow as pa

from pumploss.reasons import Reason
from sources.reading.parts import Part, completed

NAMES = ("a", "b")


def part(rows, *values):
    columns = zip(NAMES, zip(*values, strict=True), strict=True)
    return Part(np.array(rows), {name: pa.array(column, pa.string()) for name, column in columns})


def read_line(line):
    return (Reason.MALFORMED, "bad") if line == b"bad" else [line.decode(), None]


def test_all_lines_stand_in_their_order(cut):
    block = cut(b"zero\none\nbad\n\nthree\nfour")
    records, (refused,) = completed(block, [part([3], ("3", "c")), part([0], ("0", "d"))], NAMES, read_line)
    assert records.numbers.tolist() == [1, 2, 5, 6]
    assert records.columns["a"].to_pylist() == ["0", "one", "3", "four"]
    assert records.columns["b"].to_pylist() == ["d", None, "c", None]
    assert [records.raw(row) for row in range(4)] == [b"zero", b"one", b"three", b"four"]
    assert (refused.line_number, refused.raw, refused.reason) == (3, "bad", "malformed")


def test_blocks_of_only_one_sort(cut):
    records, refused = completed(cut(b"one"), [part([0], ("x", "y"))], NAMES, read_line)
    assert (records.columns["a"].to_pylist(), refused) == (["x"], [])
    records, refused = completed(cut(b"one\ntwo"), [], NAMES, read_line)
    assert records.columns["a"].to_pylist() == ["one", "two"]
    records, refused = completed(cut(b"bad"), [], NAMES, read_line)
    assert (records.columns["a"].to_pylist(), len(refused)) == ([], 1)


def test_some_rows_of_a_part():
    kept = part([1, 4, 6], ("x", None), ("y", "z"), ("w", "v")).only(np.array([True, False, True]))
    assert kept.rows.tolist() == [1, 6]
    assert kept.texts["b"].to_pylist() == [None, "v"]
