from datetime import date

import pyarrow as pa

from sources.parsing.read_file import ReadFile
from sources.parsing.schema import PARSED, file_batch

READ = ReadFile(date(2026, 1, 2), "canonical", "canonical/2026-01-02/a.csv", "0" * 64, 5, None)


def test_a_closing_row_says_the_file_again():
    refused = ReadFile(READ.dump_day, READ.source, READ.file, READ.sha256, reason="drift", detail="why")
    rows = pa.Table.from_batches([file_batch(READ), file_batch(refused)], PARSED).to_pylist()
    assert [row["kind"] for row in rows] == ["file", "file"]
    assert [ReadFile.from_row(row) for row in rows] == [READ, refused]
