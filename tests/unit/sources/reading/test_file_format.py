import pytest

from sources.reading.file_format import Format, format_of


@pytest.mark.parametrize(
    ("name", "layout"),
    [
        ("a.csv", (Format.CSV, None)),
        ("a.b.jsonl", (Format.JSONL, None)),
        ("a.csv.gz", (Format.CSV, "gzip")),
        ("a.jsonl.zst", (Format.JSONL, "zstd")),
        ("canonical/2026-01-02/a.parquet", (Format.PARQUET, None)),
        ("a.parquet.gz", None),
        ("a.csv.bz2", None),
        ("a.csv.gz\n", None),
        ("a.CSV", None),
        ("csv", None),
        ("a.csv.gz.gz", None),
    ],
)
def test_a_name_tells_layout_and_codec(name, layout):
    assert format_of(name) == layout
