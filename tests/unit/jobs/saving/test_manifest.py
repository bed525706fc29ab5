"""What a backup may say of itself, and what is refused before anything is put back."""

import json
from dataclasses import asdict

import pytest

from jobs.saving.manifest import NAME, Manifest, damaged, measured, read
from jobs.saving.restore import restore
from pumploss.errors import DamagedFileError, SettingsError


@pytest.fixture
def backup(tmp_path):
    """A backup of one file of a lake."""
    folder = tmp_path / "backup"
    (folder / "lake" / "t").mkdir(parents=True)
    (folder / "lake" / "t" / "rows.parquet").write_bytes(b"rows")
    files = {"lake/t/rows.parquet": measured(folder / "lake" / "t" / "rows.parquet")}
    manifest = Manifest("2026-11-30", "1", "/home", "/landing", {"t": 0}, None, {}, files)
    (folder / NAME).write_text(manifest.to_json())
    return folder


def rewritten(backup, **changes):
    (backup / NAME).write_text(json.dumps({**asdict(read(backup)), **changes}))


def test_what_was_written_is_read(backup):
    assert read(backup).bytes == 4
    assert damaged(backup, read(backup)) == []


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "lake/../../x",
        "/etc/passwd",
        "lake",
        "lake/",
        "lake//t",
        "./lake/t",
        "other/x",
        "",
        ".",
        "lake/a\0b",
        "x",
    ],
)
def test_files_elsewhere_are_refused(backup, settings, name):
    rewritten(backup, files={**read(backup).files, name: (4, "0")})
    with pytest.raises(DamagedFileError, match=r"backup.json is damaged .*no file of a backup") as refused:
        restore(settings, backup, print)
    assert "Nothing was changed: take another backup" in str(refused.value)
    assert not (settings.home / "lake").exists()


@pytest.mark.parametrize("files", [[], 5, None, {"lake/t": 4}, {"lake/t": [4]}, {"lake/t": ["4", "0"]}, ["lake/t"]])
def test_files_of_another_shape_are_refused(backup, files):
    rewritten(backup, files=files)
    with pytest.raises(DamagedFileError, match=r"backup.json is damaged \(.*files.*\)"):
        read(backup)


@pytest.mark.parametrize("text", ["", "[]", "5", "{}", "null", '{"made_at": "20', "\x00"])
def test_another_text_is_refused(backup, text):
    (backup / NAME).write_text(text)
    with pytest.raises(DamagedFileError, match="take another backup"):
        read(backup)


def test_a_folder_in_its_place_is_refused(backup):
    (backup / NAME).unlink()
    (backup / NAME).mkdir()
    with pytest.raises(DamagedFileError, match=r"cannot be read \(Is a directory\)"):
        read(backup)


def test_a_file_that_is_named_twice_is_refused(backup):
    text = (backup / NAME).read_text()
    (backup / NAME).write_text(text.replace('"files": {', '"files": {"lake/t/rows.parquet": [1, "0"],'))
    with pytest.raises(DamagedFileError, match="or twice"):
        read(backup)


@pytest.mark.parametrize("kind", ["file", "link"])
def test_files_that_no_manifest_names_are_not_put_back(backup, settings, kind, tmp_path):
    more = backup / "lake" / "t" / "more.parquet"
    more.write_bytes(b"more") if kind == "file" else more.symlink_to(backup / "lake" / "t" / "rows.parquet")
    (backup / "README of somebody").write_text("is no part of it")
    with pytest.raises(SettingsError, match=r"is not what was backed up, by its backup.json: lake/t/more.parquet"):
        restore(settings, backup, print)
    more.unlink()
    assert damaged(backup, read(backup)) == []


def test_a_folder_and_a_link_where_a_file_was_are_told(backup):
    file = backup / "lake" / "t" / "rows.parquet"
    file.rename(backup / "aside")
    file.symlink_to(backup / "aside")
    assert damaged(backup, read(backup)) == ["lake/t/rows.parquet"]
    file.unlink()
    file.mkdir()
    assert damaged(backup, read(backup)) == ["lake/t/rows.parquet"]
