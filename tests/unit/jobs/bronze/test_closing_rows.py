"""The closing rows of files."""

from datetime import date

import pytest

from jobs.bronze.closing_rows import read_files
from sources.parsing.read_file import ReadFile
from sources.parsing.schema import TABLE as PARSED

D1, D2 = date(2026, 1, 5), date(2026, 1, 6)


def test_only_closing_rows_are_files_in_order_of_day_and_name(frame):
    closing = {"kind": "file", "source": "canonical", "sha256": "0"}
    parsed = frame(
        PARSED,
        {**closing, "dump_day": D2, "file": "a", "records": 2, "trailing_bytes_count": 1},
        {**closing, "dump_day": D1, "file": "b", "reason": "truncated", "detail": "cut"},
        {"kind": "trade", "dump_day": D1, "file": "b", "source": "canonical"},
    )
    files = read_files(parsed)
    assert files == (
        ReadFile(D1, "canonical", "b", "0", reason="truncated", detail="cut"),
        ReadFile(D2, "canonical", "a", "0", 2, trailing_bytes_count=1),
    )
    with pytest.raises(AttributeError):
        files[0].records = 7
