"""Small files are there whole or not at all."""

import errno
import os
import resource
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor

import fsspec
import pytest

from pumploss.settings import ROOT
from pumploss.whole_files import make_folder, write_first, write_whole


def test_content_takes_the_place_of_what_was_there(tmp_path):
    path = tmp_path / "note.json"
    for content in ("{}", b"[1]", "é"):
        write_whole(path, content)
        assert path.read_bytes() == (content if isinstance(content, bytes) else content.encode())
    assert list(tmp_path.iterdir()) == [path]


def test_of_several_firsts_one_is_there(tmp_path, monkeypatch):
    storage, path = fsspec.filesystem("file"), tmp_path / "note"
    with ThreadPoolExecutor(8) as pool:
        wins = list(pool.map(lambda number: write_first(path, f"{number}", storage), range(40)))
    assert wins.count(True) == 1
    assert path.read_text() == str(wins.index(True))
    assert list(tmp_path.iterdir()) == [path]
    monkeypatch.setattr(os, "link", _no_links)
    assert not write_first(path, "other", storage)
    path.unlink()
    assert write_first(path, "first", storage)
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]


def _no_links(*_):
    raise OSError(errno.EPERM, "no links here")


def test_an_object_store_is_given_all_of_it_at_once():
    storage = fsspec.filesystem("memory")
    write_whole("memory://bucket/note", "all", storage)
    assert storage.cat_file("/bucket/note") == b"all"
    assert storage.find("/bucket") == ["/bucket/note"]


def test_where_the_disk_takes_no_more_the_old_content_stays(tmp_path):
    path = tmp_path / "note"
    write_whole(path, "old")
    heeded, limits = signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
            write_whole(path, "new" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, heeded)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_kill_before_the_name_is_given_leaves_the_old_content(tmp_path):
    path = tmp_path / "note"
    write_whole(path, "old")
    code = """
        import os, signal, sys
        from pathlib import Path
        from pumploss.whole_files import write_whole

        Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        write_whole(sys.argv[1], "new")
    """
    died = subprocess.run([sys.executable, "-c", textwrap.dedent(code), str(path)], cwd=ROOT, check=False)
    assert died.returncode == -signal.SIGKILL
    assert path.read_text() == "old"


def test_folders_are_made_on_a_disk_and_no_bucket_is_asked_for(tmp_path):
    path = f"{tmp_path}/a/b"
    for _ in range(2):
        make_folder(path, fsspec.filesystem("file"))
    assert (tmp_path / "a" / "b").is_dir()
    storage = fsspec.filesystem("s3", key="nobody", secret="none", endpoint_url="http://127.0.0.1:9")
    make_folder("bucket/lake/a", storage)  # where nobody answers, whoever asks fails
