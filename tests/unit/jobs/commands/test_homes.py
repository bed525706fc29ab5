"""Where the stores of different dumps are put."""

import pytest

from jobs.commands import homes
from pumploss.errors import LakeError
from pumploss.lake.owner import claim
from pumploss.settings import from_environment
from simulator import Market
from simulator.ownership import digest


def test_dumps_of_others_get_a_home_of_their_own(home, monkeypatch, tmp_path):
    monkeypatch.setattr(homes, "ROOT", home)
    monkeypatch.setenv("PUMPLOSS_HOME", str(home / "var"))
    given = from_environment()
    mine = given.with_landing(str(tmp_path / "dumps"))
    assert homes.for_landing(mine) == mine
    claim(homes.lake(mine), mine.landing)
    assert homes.for_landing(mine) == mine

    other = homes.for_landing(given.with_landing(str(tmp_path / "more")))
    assert other.home.parent == home / "var" / "landings"
    assert other.home.name.startswith("more-")
    assert other.lake == str(other.home / "lake")
    assert homes.exports(other) == f"export PUMPLOSS_HOME={other.home} PUMPLOSS_LANDING={tmp_path / 'more'}"

    simulated = homes.for_market(given, Market(days=1))
    assert simulated.home.name == f"market-{digest(Market(days=1))}"
    assert simulated.landing == str(simulated.home / "landing")


def test_a_chosen_home_is_never_left(home, tmp_path):
    given = from_environment()
    claim(homes.lake(given), str(tmp_path / "dumps"))
    for settings in (given, given.with_landing(str(tmp_path / "more"))):
        with pytest.raises(LakeError, match="never mix"):
            homes.for_landing(settings)
    with pytest.raises(LakeError, match="never mix"):
        homes.for_market(given, Market(days=1))
