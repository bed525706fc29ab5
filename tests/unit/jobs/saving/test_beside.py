"""A backup is there whole or not at all, and what a dead one left is swept by the next, never a living one's."""

import os
import signal
import subprocess
import sys

import pytest

from jobs.saving.beside import made_beside, refuse_taken
from pumploss.errors import SettingsError, StoreError
from pumploss.settings import ROOT

MAKING = """
import sys
from pathlib import Path
from jobs.saving.beside import made_beside

with made_beside(Path(sys.argv[1])):
    (Path(sys.argv[1]) / "lake").mkdir()
    print("half", flush=True)
    sys.stdin.read()
"""


def names_in(folder):
    return [path.name for path in folder.iterdir()]


@pytest.fixture
def half(tmp_path):
    """A process in the middle of a backup."""
    child = subprocess.Popen(
        [sys.executable, "-c", MAKING, str(tmp_path / "copy.part")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout.readline() == b"half\n"
    yield child
    child.kill()
    child.communicate()


def test_a_living_backup_is_left_alone_and_a_dead_one_swept(tmp_path, half):
    with pytest.raises(StoreError, match="another process"), made_beside(tmp_path / "copy.part"):
        pass
    assert (tmp_path / "copy.part" / "lake").exists()
    os.kill(half.pid, signal.SIGKILL)
    half.communicate()
    assert (tmp_path / "copy.part" / "lake").exists()
    with made_beside(tmp_path / "copy.part"):
        assert list((tmp_path / "copy.part").iterdir()) == []
        (tmp_path / "copy.part").rename(tmp_path / "copy")
    assert names_in(tmp_path) == ["copy"]


def test_one_that_is_interrupted_leaves_nothing(tmp_path):
    making = made_beside(tmp_path / "copy.part")
    making.__enter__()
    (tmp_path / "copy.part" / "lake").mkdir()
    assert not making.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None), "it goes on upwards"
    assert names_in(tmp_path) == []


def test_a_folder_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / "copy.part").mkdir()
    with pytest.raises(SettingsError, match="move it away"), made_beside(tmp_path / "copy.part"):
        pass
    assert names_in(tmp_path) == ["copy.part"]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["lake"], "holds half of a backup.*delete it"),
        (["lake", "mlflow", "erasure.key"], "half"),
        (["x"], "not empty"),
    ],
)
def test_half_of_a_backup_is_named_with_what_to_do(tmp_path, names, said):
    for name in names:
        (tmp_path / name).mkdir()
    with pytest.raises(SettingsError, match=said):
        refuse_taken(tmp_path)


def test_a_new_or_empty_folder_is_taken_and_a_file_is_not(tmp_path):
    refuse_taken(tmp_path / "new")
    refuse_taken(tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(SettingsError, match="is a file"):
        refuse_taken(tmp_path / "file")
