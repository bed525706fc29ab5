"""Who was erased is known by keyed hashes, and by nobody without the key."""

import os
import stat
from pathlib import Path

import pytest

from pumploss.errors import SettingsError
from pumploss.lake.logs import TableLogs
from pumploss.lake.tombstones import KEY, Tombstones

ANN = [b"ann", bytes(range(32))]


def stones(home: Path) -> Tombstones:
    return Tombstones(TableLogs(str(home / "lake")), home)


def test_the_erased_are_told_from_others_by_each_of_their_names(tmp_path: Path) -> None:
    assert stones(tmp_path).marks() is None
    stones(tmp_path).begin(ANN)
    stones(tmp_path).begin([b"bob"])
    marks = stones(tmp_path).marks()
    assert marks is not None
    assert [marks.hold(name) for name in (*ANN, b"bob", b"eve", b"")] == [True, True, True, False, False]


def test_no_name_is_written_and_the_key_is_its_owners_alone(tmp_path: Path) -> None:
    stones(tmp_path).begin(ANN)
    assert stat.S_IMODE((tmp_path / KEY).stat().st_mode) == 0o600
    (note,) = (tmp_path / "lake").iterdir()
    assert not any(name in note.read_bytes() for name in (*ANN, ANN[1].hex().encode()))
    other = stones(tmp_path / "other").begin(ANN)
    assert other.names != stones(tmp_path).begin(ANN).names, "a hash without a key of the home would be the same"


def test_an_interrupted_erasure_goes_on_with_what_it_has_touched(tmp_path: Path) -> None:
    begun = stones(tmp_path).begin(ANN)
    begun.touch("silver_trades", ["2026-01-06", "2026-01-05"])
    stones(tmp_path).keep(begun)
    stones(tmp_path).begin([b"bob"])
    again = stones(tmp_path).begin(reversed(ANN))
    assert (again.days, again.begun_at) == ({"silver_trades": ["2026-01-05", "2026-01-06"]}, begun.begun_at)
    again.is_done = True
    stones(tmp_path).keep(again)
    assert stones(tmp_path).begin(ANN).days == {}


@pytest.mark.parametrize("key", [None, "00" * 32])
def test_a_lake_whose_key_is_gone_or_another_is_refused(tmp_path: Path, key: str | None) -> None:
    stones(tmp_path).begin(ANN)
    (tmp_path / KEY).unlink()
    if key is not None:
        (tmp_path / KEY).write_text(key)
    said = "is gone" if key is None else "that of another lake"
    with pytest.raises(SettingsError, match=said):
        stones(tmp_path).marks()
    with pytest.raises(SettingsError, match="Put the file back"):
        stones(tmp_path).begin([b"bob"])


@pytest.mark.parametrize("content", ["", "00" * 31, "00" * 33, "zz" * 32])
def test_what_is_no_key_is_refused_before_anything_is_kept(tmp_path: Path, content: str) -> None:
    (tmp_path / KEY).write_text(content)
    with pytest.raises(SettingsError, match="is no key: it has to hold 32 bytes"):
        stones(tmp_path).begin(ANN)
    assert not (tmp_path / "lake").exists()
    (tmp_path / KEY).unlink()
    stones(tmp_path).begin(ANN)
    (tmp_path / KEY).write_text(content)
    for reader in (stones(tmp_path).marks, lambda: stones(tmp_path).begin([b"bob"])):
        with pytest.raises(SettingsError, match="Put the file back from a backup"):
            reader()


def test_a_key_is_there_whole_or_not_at_all_and_never_for_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (seen.append(os.fstat(file)), real(file)))
    stones(tmp_path).begin(ANN)
    assert (stat.S_IMODE(seen[0].st_mode), seen[0].st_size) == (0o600, 64)
    assert {path.name for path in tmp_path.iterdir()} == {KEY, "lake"}


def test_only_what_was_begun_and_not_finished_is_unfinished(tmp_path: Path) -> None:
    assert not stones(tmp_path).are_unfinished(ANN)
    begun = stones(tmp_path).begin(ANN)
    assert stones(tmp_path).are_unfinished(ANN)
    assert not stones(tmp_path).are_unfinished([b"bob"])
    begun.is_done = True
    stones(tmp_path).keep(begun)
    assert not stones(tmp_path).are_unfinished(ANN)


def test_days_that_lost_files_are_remembered_over_erasures(tmp_path: Path) -> None:
    begun = stones(tmp_path).begin(ANN)
    begun.touch("silver_trades", ["2026-01-06"])
    begun.lose("silver_trades", ["2026-01-05"])
    begun.is_done = True
    stones(tmp_path).keep(begun)
    again = stones(tmp_path).begin(ANN)
    again.lose("gold_scores", ["2026-01-07"])
    stones(tmp_path).keep(again)
    assert stones(tmp_path).lost_days("silver_trades") == {"2026-01-05", "2026-01-06"}
    assert stones(tmp_path).lost_days("gold_scores") == {"2026-01-07"}
    assert stones(tmp_path).lost_days("gold_labels") == set()
