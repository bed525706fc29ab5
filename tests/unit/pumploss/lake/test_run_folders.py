"""What stands in the place of stages and locks is named with its repair, wherever it is met."""

import pytest

from pumploss.errors import DamagedFileError, StoreError
from pumploss.lake import run_folders
from pumploss.lake.locks import lake_hold, lake_holders
from pumploss.lake.sweeping import owned
from pumploss.whole_files import dropped

FOLDERS = ["_locks", "_locks/lake.users"]


@pytest.mark.parametrize("name", FOLDERS)
def test_a_file_in_the_place_of_locks_is_named(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    assert lake_holders(str(tmp_path)) == []
    told = pytest.raises(
        DamagedFileError, match=rf"^{path} is no folder.*\. Delete it, then run again: nothing of value"
    )
    with told, lake_hold(str(tmp_path), "night", 0):
        pass
    assert [found for found, _ in run_folders.misplaced(tmp_path)] == [path]


def test_a_folder_in_the_place_of_a_turn_is_named(tmp_path):
    (tmp_path / "_locks" / "lake.lock").mkdir(parents=True)
    told = pytest.raises(StoreError, match=r"lake.lock is a folder.*Delete it")
    with told, lake_hold(str(tmp_path), "night", 0):
        pass
    ((path, error),) = run_folders.misplaced(tmp_path)
    assert str(path) in error.what


def test_a_file_in_the_place_of_stages_is_named(tmp_path):
    (tmp_path / "_stage").write_text("x")
    with pytest.raises(DamagedFileError, match=r"_stage is no folder.*Delete it"):
        owned(tmp_path / "_stage" / "run")
    assert [found for found, _ in run_folders.misplaced(tmp_path)] == [tmp_path / "_stage"]


def test_what_lies_above_may_be_of_value(tmp_path):
    (tmp_path / "lake").write_text("x")
    with pytest.raises(DamagedFileError, match=r"lake is no folder.*Move it away"):
        run_folders.made(tmp_path / "lake" / "_locks" / "lake.users")


def test_what_is_in_the_way_is_deleted_whatever_it_is(tmp_path):
    (tmp_path / "_locks" / "x.lock").mkdir(parents=True)
    (tmp_path / "_locks" / "x.users").write_text("x")
    (tmp_path / "_stage").symlink_to(tmp_path / "nowhere")
    for path, _ in list(run_folders.misplaced(tmp_path)):
        dropped(path)
    assert list(run_folders.misplaced(tmp_path)) == []
    assert list((tmp_path / "_locks").iterdir()) == []
    run_folders.made(tmp_path / "_stage")
