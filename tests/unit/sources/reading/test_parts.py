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


def test_rows_that_do_not_count_are_read_one_by_one(cut):
    block = cut(b"zero\none\ntwo\nthree")
    doubtful = part([0, 1, 3], ("x", None), ("y", "z"), ("w", "v"))
    for kept, expected in (([True, False, True], ["x", "one", "two", "w"]), ([False] * 3, block.data.decode().split())):
        records, _ = completed(block, [Part(doubtful.rows, doubtful.texts, np.array(kept))], NAMES, read_line)
        assert records.columns["a"].to_pylist() == expected
    everything = Part(np.arange(4), part([0] * 4, *[("x", "y")] * 4).texts, np.array([True] * 3 + [False]))
    records, refused = completed(cut(b"zero\none\ntwo\nbad"), [everything], NAMES, read_line)
    assert (records.columns["a"].to_pylist(), len(refused)) == (["x"] * 3, 1)
