"""A home, or the dumps that its lake is built from, in another place than before."""

from shutil import copytree, rmtree

import pytest
from deltalake import DeltaTable

from jobs import commands
from jobs.running.nightly import DATA_STEPS
from jobs.running.runner import run_step, run_steps
from pumploss.errors import LakeError, StoreError
from pumploss.lake.owner import claim
from pumploss.warm import open_warm, publishing
from tests.building import lakes, nights
from tests.building.published_days import night, published
from tests.building.three_days import D1, D2, D3, more

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def template(spark, tmp_path_factory):
    return published(tmp_path_factory)


@pytest.fixture
def home(template, tmp_path):
    return copytree(template, tmp_path / "home")


def rebind(home, *options, landing=None):
    with nights.environment_of(home):
        return commands.main(["rebind", *(["--landing", str(landing)] if landing else []), *options])


def shown(home):
    with open_warm(lakes.settings_of(home)) as warm:
        return publishing.latest(warm)


def ledger_version(home):
    return DeltaTable(str(home / "lake" / "run_ledger")).version()


def goes_on(home, landing=""):
    """Whether the third night is built and published there."""
    with lakes.opened(home, landing) as context:
        night(context, D3)
    return shown(home).day == D3


def test_a_home_that_was_moved_goes_on(home, tmp_path):
    moved = home.rename(tmp_path / "moved")
    assert shown(moved).lake != str(moved / "lake")
    assert goes_on(moved)
    assert shown(moved).lake == str(moved / "lake")


def test_dumps_that_were_moved_are_followed_once_somebody_says_so(home, tmp_path, capsys):
    landing = (home / "landing").rename(tmp_path / "dumps")
    with pytest.raises(LakeError, match=r"`pumploss rebind`"):
        goes_on(home, landing)
    before = ledger_version(home)
    assert rebind(home, landing=landing) == 1
    assert ledger_version(home) == before, "nobody has agreed yet"
    assert "run it in a terminal, or with --yes" in capsys.readouterr().err
    assert rebind(home, "--yes", landing=landing) == 0
    said = capsys.readouterr().out
    assert f"is built from\n  {home / 'landing'}\nand would be bound to\n  {landing}\n" in said
    assert "byte for byte" in said
    assert rebind(home, "--yes", landing=landing) == 0
    assert "already" in capsys.readouterr().out
    assert goes_on(home, landing)


def test_dumps_that_differ_are_named_and_others_are_refused(home, tmp_path, capsys, land):
    landing = (home / "landing").rename(tmp_path / "dumps")
    land(landing, D2, [more(D2)])
    assert rebind(home, "--yes", landing=landing) == 0
    assert f"where the dumps of {D2} are others" in capsys.readouterr().out
    other = tmp_path / "other"
    land(other, D3, [more(D3)])
    assert rebind(home, "--yes", landing=other) == 1
    assert f"{other} has no dumps of {D1} and 1 more days" in capsys.readouterr().err


@pytest.mark.parametrize("has_dumps", [True, False])
def test_a_lake_of_which_nothing_was_built_is_bound_anew_without_a_word_of_its_dumps(tmp_path, capsys, land, has_dumps):
    landing = tmp_path / "dumps"
    landing.mkdir()
    if has_dumps:
        land(landing, D1, [more(D1)])
    with lakes.opened(tmp_path / "home", tmp_path / "never") as context:
        claim(context.lake, context.settings.landing)
    assert rebind(tmp_path / "home", "--yes", landing=landing) == 0
    said = capsys.readouterr().out
    assert f"is to be built from\n  {tmp_path / 'never'}\nand would be bound to\n  {landing}\n" in said
    assert f"where {f'dumps of {D1} lie' if has_dumps else 'no dumps lie yet'}. Nothing was compared" in said
    assert "byte for byte" not in said


def test_a_store_that_shows_another_lake_follows_only_when_told(template, home, tmp_path, capsys):
    """A store of an older version knows a lake by its place alone."""
    with open_warm(lakes.settings_of(home)) as warm:
        warm.execute("UPDATE publish_log SET lake_id = NULL")
    moved = home.rename(tmp_path / "moved")
    with lakes.opened(moved) as context, pytest.raises(StoreError, match=r"`pumploss rebind`"):
        run_step(context, "publish_warm", [D2])
    assert rebind(moved, "--yes") == 0
    assert f"The warm store shows the lake\n  {template / 'lake'}\nas of {D2}" in capsys.readouterr().out
    assert goes_on(moved)


@pytest.mark.parametrize("lost", ["lake/run_ledger", "lake"])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_copied_home_whose_ledger_was_lost_follows_when_told(template, home, lost, is_first, capsys):
    """Whether somebody runs `rebind` before the first night there, or when the night has asked for it."""
    rmtree(home / lost)
    if not is_first:
        with lakes.opened(home) as context, pytest.raises(StoreError, match=r"`pumploss rebind`"):
            night(context, D1)
    assert rebind(home, "--yes") == 0
    assert f"The warm store shows the lake\n  {template / 'lake'}\nas of {D2}" in capsys.readouterr().out
    with lakes.opened(home) as context:
        run_steps(context, [step.name for step in DATA_STEPS], [D1, D2])
        run_step(context, "publish_warm", [D2])
    assert (shown(home).lake, shown(home).day) == (str(home / "lake"), D2)
    assert rebind(home, "--yes") == 0
    assert "already" in capsys.readouterr().out
