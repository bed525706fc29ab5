"""Folders for sockets, whose paths are short and private."""

import os
from pathlib import Path

import pytest

from pumploss.embedded import socket_folders
from pumploss.errors import StoreError


@pytest.mark.parametrize("length", [10, 60, 100, 200, 250])
def test_every_socket_path_fits(length: int, tmp_path: Path) -> None:
    data_dir = tmp_path / ("d" * length)
    folder = socket_folders.socket_folder(data_dir, "name")
    assert len(os.fsencode(folder / "name")) <= socket_folders.LONGEST_SOCKET_PATH_BYTES
    assert folder == socket_folders.socket_folder(data_dir, "name")
    assert folder != socket_folders.socket_folder(data_dir.with_name("other"), "name")


def test_a_socket_path_is_measured_in_bytes() -> None:
    assert socket_folders.socket_folder(Path("/" + "ä" * 50), "s") != Path("/" + "ä" * 50) / "run"


def test_a_long_temporary_folder_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / ("t" * 100)))
    folder = socket_folders.socket_folder(tmp_path / ("d" * 100), "name")
    assert folder.parent == Path("/tmp").resolve()


def test_a_private_folder_is_closed_to_others(tmp_path: Path) -> None:
    socket_folders.make_private(tmp_path / "new")
    (tmp_path / "open").mkdir(mode=0o755)
    socket_folders.make_private(tmp_path / "open")
    for name in ("new", "open"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("kind", ["link", "file", "dangling"])
def test_what_is_not_a_folder_of_ours_is_refused(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "place"
    if kind == "file":
        place.touch()
    else:
        (tmp_path / "link").mkdir()
        place.symlink_to(tmp_path / kind)
    with pytest.raises(StoreError, match=str(place)):
        socket_folders.make_private(place)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    os.chown(place, 65534, 65534)
    with pytest.raises(StoreError, match="user 65534"):
        socket_folders.make_private(place)
