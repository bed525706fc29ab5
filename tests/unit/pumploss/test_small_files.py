"""Small files come back in their shape, and whatever else they hold is named with the repair."""

import os
import signal
from dataclasses import dataclass

import fsspec
import pytest

from pumploss.errors import DamagedFileError
from pumploss.small_files import read_small
from pumploss.whole_files import write_whole


@dataclass(frozen=True)
class Noted:
    name: str
    days: dict[str, tuple[int, str]]


@pytest.fixture(params=[None, "file"])
def storage(request):
    """None, or a file system of fsspec."""
    return request.param and fsspec.filesystem(request.param)


def test_a_file_comes_back_in_its_shape(tmp_path, storage):
    path = tmp_path / "note.json"
    assert read_small(path, Noted, "", storage) is None
    write_whole(path, '{"name": "a", "days": {"x": [1, "y"]}, "more": 1}')
    assert read_small(path, Noted, "", storage) == Noted("a", {"x": (1, "y")})


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"5", b"{}", b'{"name": "a"', b'{"name": 1, "days": {}}', b"\xff\xfe\0", b"[" * 100_000]
)
def test_anything_else_is_named_with_the_repair(tmp_path, storage, content):
    path = tmp_path / "note.json"
    path.write_bytes(content)
    with pytest.raises(DamagedFileError) as refused:
        read_small(path, Noted, "Put it back.", storage)
    assert str(refused.value).startswith(f"{path} is damaged (")
    assert (refused.value.repair, str(refused.value)[-14:]) == ("Put it back.", ". Put it back.")


def test_a_folder_is_neither_read_nor_written_over(tmp_path, storage):
    path = tmp_path / "note.json"
    path.mkdir()
    with pytest.raises(DamagedFileError, match="cannot be read"):
        read_small(path, Noted, "Put it back.", storage)
    with pytest.raises(DamagedFileError, match=r"is a folder, and a file .* belongs there. Move it away"):
        write_whole(path, "{}")
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_of_somebody_else_is_not_called_damaged(tmp_path, monkeypatch):
    def refuse(_):
        raise PermissionError(13, "Permission denied", str(tmp_path))

    monkeypatch.setattr(type(tmp_path), "read_bytes", refuse)
    with pytest.raises(PermissionError):
        read_small(tmp_path / "note.json", Noted, "")


def test_a_pipe_is_named_and_waits_for_nobody(tmp_path, storage):
    path = tmp_path / "note.json"
    os.mkfifo(path)
    signal.alarm(20)  # a reader that waits for a writer ends the test
    try:
        with pytest.raises(DamagedFileError, match=r"note.json cannot be read \(it is a pipe.*\. Put it back\."):
            read_small(path, Noted, "Put it back.", storage)
    finally:
        signal.alarm(0)
