"""A backup of a published home, put back on another path."""

import json
from pathlib import Path
from random import Random
from shutil import copytree

import mlflow
import pytest

from jobs import commands
from jobs.saving import back_up
from models.registry import Registry
from pumploss.warm import open_warm, publishing, top_losers
from tests.building import built_days, lakes, nights
from tests.building.published_days import night, published
from tests.building.three_days import D3

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(spark, tmp_path_factory):
    """A published home with a registered model and what a killed run staged; the third day has landed."""
    home = lakes.copied(published(tmp_path_factory), tmp_path_factory.mktemp("backed") / "home")
    with lakes.opened(home) as context:
        client = Registry(context.settings)._client
        run = client.create_run(Registry(context.settings)._experiment)
        client.log_text(run.info.run_id, "tree", "model/booster.txt")
        client.create_registered_model("risk-score")
        client.create_model_version("risk-score", f"{run.info.artifact_uri}/model", run.info.run_id)
    (home / "lake" / "_stage" / "killed").mkdir()
    (home / "lake" / "_stage" / "killed" / "rows.parquet").write_bytes(b"half")
    return home


@pytest.fixture(scope="module")
def backup(home, tmp_path_factory):
    folder = tmp_path_factory.mktemp("disk") / "backup"
    assert said_by(home, "backup", folder) == 0
    return folder


def said_by(home, *words):
    with nights.environment_of(home):
        return commands.main([str(word) for word in words])


@pytest.mark.parametrize("inside", ["kept", "lake/kept", "landing/kept", "."])
def test_a_folder_inside_of_what_is_copied_is_refused(home, inside, capsys):
    assert said_by(home, "backup", home / inside) == 1
    assert "give a folder outside it" in capsys.readouterr().err
    assert not (home / "kept").exists()


def test_what_is_put_back_holds_the_same_and_goes_on(home, backup, tmp_path, capsys):
    restored = tmp_path / "elsewhere"
    assert said_by(restored, "restore", backup) == 0
    assert f"built from the dumps in {home / 'landing'}" in capsys.readouterr().out
    with lakes.opened(home) as before, lakes.opened(restored) as after:
        assert lakes.contents(after) == lakes.contents(before)
    with open_warm(lakes.settings_of(home)) as before, open_warm(lakes.settings_of(restored)) as after:
        assert publishing.latest(after) == publishing.latest(before)
        assert top_losers(after, "all") == top_losers(before, "all") != []
    source = Registry(lakes.settings_of(restored))._client.get_model_version_download_uri("risk-score", "1")
    assert str(home) not in source
    assert Path(mlflow.artifacts.download_artifacts(source), "booster.txt").read_text() == "tree"
    landing = Path(copytree(home / "landing", tmp_path / "dumps"))
    assert said_by(restored, "rebind", "--landing", landing, "--yes") == 0
    with lakes.opened(restored, landing) as context:
        night(context, D3)


def test_nothing_of_runs_under_way_is_taken_along(backup):
    assert {path.name for path in (backup / "lake").iterdir()} >= {"_lake.json", "silver_trades", "run_ledger"}
    assert not (backup / "lake" / "_stage").exists()


def test_a_home_that_has_stores_is_left_alone(home, backup, capsys):
    assert said_by(home, "restore", backup) == 1
    said = capsys.readouterr().err
    assert f"{home / 'lake'}, {home / 'mlflow'}, {home / 'warm'} is there already: nothing was changed" in said


def test_a_folder_that_holds_something_takes_no_backup(home, backup, capsys):
    assert said_by(home, "backup", backup) == 1
    assert "is not empty: give a new folder" in capsys.readouterr().err


def test_a_backup_that_is_ended_in_the_middle_is_made_by_the_same_command(home, tmp_path, capsys, monkeypatch):
    to = tmp_path / "disk" / "copy"
    with monkeypatch.context() as patched:
        patched.setattr(back_up, "_warm", ended)
        assert said_by(home, "backup", to) == 130
    assert list(to.parent.iterdir()) == []
    assert said_by(home, "backup", to) == 0
    assert [path.name for path in to.parent.iterdir()] == ["copy"]


def ended(*_):
    raise KeyboardInterrupt


@pytest.mark.parametrize("harm", ["flipped", "cut", "lost", "unfinished"])
def test_a_backup_that_was_harmed_is_refused_whole(backup, tmp_path, capsys, harm):
    harmed = Path(copytree(backup, tmp_path / "harmed"))
    files = json.loads((harmed / "backup.json").read_text())["files"]
    victim = harmed / Random(harm).choice(sorted(name for name, (size, _) in files.items() if size))
    content = victim.read_bytes()
    if harm == "unfinished":
        victim = harmed / "backup.json"
        victim.unlink()
    elif harm == "lost":
        victim.unlink()
    else:
        victim.write_bytes(content[:-1] + (bytes([content[-1] ^ 1]) if harm == "flipped" else b""))
    assert said_by(tmp_path / "home", "restore", harmed) == 1
    said = capsys.readouterr().err
    assert ("is no finished backup" if harm == "unfinished" else str(victim.relative_to(harmed))) in said
    assert not (tmp_path / "home").exists()


def test_what_is_no_backup_and_what_has_nothing_are_told_apart(tmp_path, tmp_path_factory, spark, capsys):
    assert said_by(tmp_path / "home", "restore", tmp_path) == 1
    assert "is no finished backup" in capsys.readouterr().err
    assert said_by(tmp_path / "home", "backup", tmp_path / "backup") == 1
    assert f"There is nothing to back up: no table was ever built in {tmp_path / 'home'}" in capsys.readouterr().err
    assert not (tmp_path / "backup").exists()
    lakes.copied(built_days.built(tmp_path_factory)[0], tmp_path / "built")
    assert said_by(tmp_path / "built", "backup", tmp_path / "backup") == 0
    said = capsys.readouterr().out
    assert "no model was trained yet" in said
    assert "nothing was published yet" in said
