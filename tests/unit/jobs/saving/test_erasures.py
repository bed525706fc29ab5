"""A backup that is older than an erasure is told from one that has it."""

from shutil import copytree

from jobs.saving.erasures import lacking
from jobs.saving.manifest import Manifest
from pumploss.lake.logs import TableLogs
from pumploss.lake.tombstones import Tombstones

ANN, BOB = [b"ann", bytes(range(32))], [b"bob", bytes(32)]


def test_erasures_that_the_backup_lacks_or_has_unfinished_are_named(tmp_path):
    home, backup, gone = tmp_path / "home", tmp_path / "backup", tmp_path / "gone"
    stones = Tombstones(TableLogs(str(home / "lake")), home)
    manifest = Manifest("2026-01-05T10:00", "0", str(home), None, {}, None)
    erasure = stones.begin(ANN)
    copytree(home, backup)
    assert lacking(backup, manifest) == [erasure.begun_at], "it is unfinished in both"
    erasure.is_done = True
    stones.keep(erasure)
    assert lacking(backup, manifest) == [erasure.begun_at], "the home has finished it since"
    copytree(home, tmp_path / "later")
    assert lacking(tmp_path / "later", manifest) == []
    other = stones.begin(BOB)
    assert lacking(tmp_path / "later", manifest) == [other.begun_at]
    assert lacking(tmp_path / "later", Manifest("", "0", str(gone), None, {}, None)) == []
