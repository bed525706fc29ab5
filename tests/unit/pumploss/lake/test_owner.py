"""Which landing a lake is bound to."""

import json
from pathlib import Path

import pytest

from pumploss.errors import LakeError
from pumploss.lake import Lake
from pumploss.lake.owner import admit, claim, identity, owner, rebind


def test_a_lake_belongs_to_one_landing(lake):
    assert owner(lake) is None
    claim(lake, "/dumps/simulated")
    claim(lake, "/dumps/simulated")
    with pytest.raises(LakeError, match=r"built from /dumps/simulated, not from /dumps/real.*PUMPLOSS_LAKE"):
        claim(lake, "/dumps/real")
    assert owner(lake) == "/dumps/simulated"


def test_a_lake_that_nobody_has_claimed_is_free(lake):
    for landing in ("/dumps/typo", "s3://bucket/typo", "/dumps/real"):
        admit(lake, landing)
        assert owner(lake) is None
    assert not Path(lake.root).exists()
    claim(lake, "/dumps/real")
    admit(lake, "/dumps/real")
    with pytest.raises(
        LakeError, match=r"is to be built from /dumps/real, .* Nothing was built yet, so `pumploss rebind`"
    ):
        admit(lake, "/dumps/typo")


def test_a_torn_note_in_a_lake_without_a_ledger_binds_nobody(lake):
    claim(lake, "/dumps/simulated")
    Path(lake.root, "_lake.json").write_bytes(b"")
    assert owner(lake) is None
    claim(lake, "/dumps/real")
    assert owner(lake) == "/dumps/real"


def test_a_lake_moves_with_the_landing_beside_it(tmp_path, spark):
    lake = Lake(str(tmp_path / "home" / "lake"), spark)
    claim(lake, str(tmp_path / "home" / "landing"))
    (tmp_path / "home").rename(tmp_path / "moved")
    moved = Lake(str(tmp_path / "moved" / "lake"), spark)
    assert owner(moved) == str(tmp_path / "moved" / "landing")
    claim(moved, str(tmp_path / "moved" / "landing"))
    with pytest.raises(LakeError, match="pumploss rebind"):
        claim(moved, str(tmp_path / "home" / "landing"))


def test_a_lake_that_is_bound_anew_says_what_it_was_bound_to(lake):
    claim(lake, "/dumps/here")
    rebind(lake, "/dumps/there")
    rebind(lake, "/dumps/elsewhere")
    claim(lake, "/dumps/elsewhere")
    note = json.loads(Path(lake.root, "_lake.json").read_text())
    assert [past["landing"] for past in note["was"]] == ["/dumps/here", "/dumps/there"]


def test_a_note_that_names_the_landing_beside_it_in_full_is_written_anew(tmp_path, spark):
    lake = Lake(str(tmp_path / "home" / "lake"), spark)
    landing, note = str(tmp_path / "home" / "landing"), tmp_path / "home" / "lake" / "_lake.json"
    note.parent.mkdir(parents=True)
    note.write_text(json.dumps({"landing": landing}))
    assert owner(lake) == landing
    claim(lake, landing)
    assert json.loads(note.read_text()) == {"landing": "../landing"}


def test_a_lake_without_a_ledger_has_no_identity(lake):
    assert identity(lake) is None
