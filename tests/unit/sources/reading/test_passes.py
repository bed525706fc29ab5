"""The head of a text is read while it is checked, the rest afterwards: nobody can tell which was which."""

import gzip
from datetime import date

import fsspec
import pytest

from pumploss.errors import LandingError
from sources.reading import files, passes
from sources.reading.passes import FileRef, check, read

LANDED = FileRef("/passes/file", "made_up/2026-01-02/a.jsonl.gz", date(2026, 1, 2))
LINES = [f'{{"a":"{n}","a long name":{n}}}' if n % 7 else "bad" for n in range(300)]


@pytest.fixture
def storage(monkeypatch):
    monkeypatch.setattr(files, "CHUNK_BYTES", 1_000)
    memory = fsspec.filesystem("memory")
    memory.pipe_file(LANDED.path, gzip.compress("\n".join(LINES).encode()))
    return memory


def everything(fields, storage, checked):
    rows, refused = [], []
    for records, bad in read(fields, LANDED, storage, checked):
        rows += zip(records.numbers.tolist(), records.columns["a"].to_pylist(), strict=True)
        refused += [line.line_number for line in bad]
    return rows, refused


@pytest.mark.parametrize("held_bytes", [0, 2_500, 64 << 20])
def test_the_rows_do_not_depend_on_how_much_is_held(fields, storage, monkeypatch, held_bytes):
    monkeypatch.setattr(passes, "HELD_BYTES", held_bytes)
    checked = check(fields, LANDED, storage)
    assert checked.records == len(LINES)
    assert (len(checked.held) > 0, checked.is_all_held) == (held_bytes > 0, held_bytes > 10_000)
    rows, refused = everything(fields, storage, checked)
    assert rows == [(n + 1, str(n)) for n in range(300) if n % 7]
    assert refused == [n + 1 for n in range(0, 300, 7)]


@pytest.mark.parametrize("held_bytes", [0, 2_500])
def test_a_file_that_changes_between_the_passes_is_not_kept(fields, storage, monkeypatch, held_bytes):
    monkeypatch.setattr(passes, "HELD_BYTES", held_bytes)
    checked = check(fields, LANDED, storage)
    storage.pipe_file(LANDED.path, gzip.compress("\n".join(LINES[::-1]).encode()))
    with pytest.raises(LandingError, match="changed while it was read"):
        everything(fields, storage, checked)


def test_a_refused_file_has_no_records(fields, storage):
    storage.pipe_file(LANDED.path, gzip.compress(b'[{"a":1},\n' * 500))
    checked = check(fields, LANDED, storage)
    assert (checked.records, checked.held, checked.refused.reason) == (None, (), "not_lines")
    assert len(checked.sha256) == 64
