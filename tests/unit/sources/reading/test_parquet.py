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
