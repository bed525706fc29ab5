"""Which landing a lake is bound to."""

from pathlib import Path

import pytest

from pumploss.errors import LakeError
from pumploss.lake.owner import claim, owner


def test_a_lake_belongs_to_one_landing(lake):
    assert owner(lake) is None
    claim(lake, "/dumps/simulated")
    claim(lake, "/dumps/simulated")
    with pytest.raises(LakeError, match=r"built from /dumps/simulated, not from /dumps/real.*PUMPLOSS_LAKE"):
        claim(lake, "/dumps/real")
    assert owner(lake) == "/dumps/simulated"


def test_a_torn_note_in_a_lake_without_a_ledger_binds_nobody(lake):
    claim(lake, "/dumps/simulated")
    Path(lake.root, "_lake.json").write_bytes(b"")
    assert owner(lake) is None
    claim(lake, "/dumps/real")
    assert owner(lake) == "/dumps/real"
