import hashlib
import io
import json
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sources.reading.files import FileRefusedError, Stored
from sources.reading.parquet import records


def stored(rows_at_once=2, **columns):
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, row_group_size=rows_at_once)
    return Stored(io.BytesIO(sink.getvalue())), sink.getvalue()


def test_values_are_text_as_other_formats_would_write_it(fields):
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    file, _ = stored(
        rows_at_once=9,
        a=pa.array([7, None, -1]),
        bb=pa.array([at, at.replace(microsecond=500_000), None], pa.timestamp("us", "UTC")),
        **{"a long name": pa.array(["x", "", None]).dictionary_encode()},
    )
    (block,) = records(file, fields)
    assert {name: column.to_pylist() for name, column in block.columns.items()} == {
        "a": ["7", None, "-1"],
        "bb": ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.500000Z", None],
        "a long name": ["x", "", None],
    }
    assert block.numbers.tolist() == [1, 2, 3]
    assert json.loads(block.raw(0)) == {"a": "7", "bb": "2026-01-02T03:04:05Z", "a long name": "x"}


def test_a_file_is_hashed_before_it_is_read_out_of_order(fields):
    file, content = stored(a=pa.array(["x"] * 9), bb=pa.array(["y"] * 9), **{"a long name": pa.array(["z"] * 9)})
    assert sum(len(block) for block in records(file, fields)) == 9
    assert file.sha256() == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"a": pa.array([1.5]), "bb": pa.array(["y"]), "a long name": pa.array(["z"])}, "drift"),
        ({"a": pa.array([1]), "bb": pa.array(["y"])}, "drift"),
        ({"a": pa.array([1]), "bb": pa.array(["y"]), "a long name": pa.array(["z"]), "d": pa.array([1])}, "drift"),
    ],
)
def test_files_that_are_refused(fields, columns, reason):
    file, _ = stored(**columns)
    with pytest.raises(FileRefusedError) as refused:
        list(records(file, fields))
    assert refused.value.reason == reason


@pytest.mark.parametrize(("content", "reason"), [(b"", "empty"), (b"PAR1", "corrupt")])
def test_bytes_that_are_no_parquet(fields, content, reason):
    with pytest.raises(FileRefusedError) as refused:
        list(records(Stored(io.BytesIO(content)), fields))
    assert refused.value.reason == reason


def written(**more):
    """A file of rows that all say the same, written with options of the writer."""
    rows, value = more.pop("rows"), more.pop("value")
    same = pa.DictionaryArray.from_arrays(pa.array([0] * 9 + [1] * (rows - 9), pa.int32()), pa.array(["", value]))
    columns = {"a": pa.array([1] * rows), "bb": same, "a long name": same}
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, compression="zstd", row_group_size=rows, **more)
    return Stored(io.BytesIO(sink.getvalue())), len(sink.getvalue())


@pytest.mark.parametrize("encoding", ["dictionary", "DELTA_BYTE_ARRAY"])
def test_a_value_that_stands_for_gigabytes_is_refused_before_it_is_written_out(fields, encoding):
    """Of 4 GB that the file says in some kilobytes, next to nothing is ever held."""
    more = {} if encoding == "dictionary" else {"use_dictionary": False, "column_encoding": {"bb": encoding}}
    value = "".join(map(chr, range(0x4E00, 0x4E00 + 20_000))) * 3
    file, size = written(rows=16_000 if encoding == "dictionary" else 500, value=value, store_schema=False, **more)
    assert size < 2_000_000
    before = pa.total_allocated_bytes()
    pool = pa.default_memory_pool()
    with pytest.raises(FileRefusedError, match="inflate") as refused:
        list(records(file, fields))
    assert refused.value.reason == "inflates"
    assert pool.max_memory() - before < 500_000_000


def test_rows_that_nearly_nothing_is_stored_of_are_refused_at_once(fields):
    file, size = written(rows=3_000_000, value="x", store_schema=False)
    assert size < 100_000
    with pytest.raises(FileRefusedError, match=r"3000000 rows in \d+ bytes"):
        list(records(file, fields))


def test_what_repeats_within_reason_is_read(fields):
    file, _ = written(rows=5_000, value="wallet" * 7, store_schema=False)
    assert sum(len(block) for block in records(file, fields)) == 5_000
