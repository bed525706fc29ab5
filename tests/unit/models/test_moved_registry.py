"""A registry of MLflow in SQLite that was moved with its home."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import mlflow
import pytest

from models.moved_registry import follow
from models.registry import EXPERIMENT, Registry
from tests.building.lakes import settings_of

pytestmark = pytest.mark.slow


def database(home):
    return home / "mlflow" / "mlflow.db"


@pytest.fixture
def home(tmp_path):
    """A home whose registry has a version with an artifact."""
    home = tmp_path / "here"
    registry = Registry(settings_of(home))
    client, experiment = registry._client, registry._experiment
    run = client.create_run(experiment)
    client.log_text(run.info.run_id, "tree", "model/booster.txt")
    client.create_registered_model("risk-score")
    client.create_model_version("risk-score", f"{run.info.artifact_uri}/model", run.info.run_id)
    return home


def addresses(home):
    with closing(sqlite3.connect(database(home))) as connection:
        return "\n".join(connection.iterdump())


def test_artifacts_are_found_where_the_home_is_now(home, tmp_path):
    moved = home.rename(tmp_path / "there")
    client = Registry(settings_of(moved))._client
    source = client.get_model_version_download_uri("risk-score", "1")
    folder = mlflow.artifacts.download_artifacts(source, dst_path=str(tmp_path / "got"))
    assert Path(folder, "booster.txt").read_text() == "tree"
    assert str(home) not in addresses(moved)


def test_a_copy_names_its_own_artifacts_and_the_original_its_own(home, tmp_path):
    before = addresses(home)
    copied = Path(copytree(home, tmp_path / "there"))
    follow(database(copied), EXPERIMENT, copied / "mlflow" / "artifacts")
    assert addresses(copied) == before.replace(str(home), str(copied))
    assert addresses(home) == before


def test_another_experiment_and_an_empty_database_stay_as_they_are(home, tmp_path):
    before = addresses(home)
    follow(database(home), "somebody else's", tmp_path / "elsewhere")
    assert addresses(home) == before
    follow(tmp_path / "empty.db", EXPERIMENT, tmp_path / "elsewhere")


def got(client, tmp_path):
    source = client.get_model_version_download_uri("risk-score", "1")
    return Path(mlflow.artifacts.download_artifacts(source, dst_path=str(tmp_path / "got")), "booster.txt").read_text()


def shared_by(home, *others):
    """Registries of other homes that work with the database of a home."""
    return [Registry(replace(settings_of(other), tracking_uri=f"sqlite:///{database(home)}")) for other in others]


def test_who_looks_into_a_shared_registry_from_another_home_changes_nothing(home, tmp_path):
    before = addresses(home)
    (tmp_path / "busy" / "mlflow" / "artifacts").mkdir(parents=True)
    copytree(home / "mlflow" / "artifacts", tmp_path / "copy" / "mlflow" / "artifacts")
    for registry in shared_by(home, tmp_path / "empty", tmp_path / "busy", tmp_path / "copy"):
        assert [known.version for known in registry.versions("risk-score")] == [1]
        assert addresses(home) == before
    assert got(Registry(settings_of(home))._client, tmp_path) == "tree"


def test_a_home_leaves_artifacts_alone_that_another_home_holds(home, tmp_path):
    (other := tmp_path / "other" / "mlflow").mkdir(parents=True)
    database(home).rename(other / "mlflow.db")
    before = addresses(other.parent)
    assert Registry(settings_of(other.parent)).versions("risk-score")
    assert addresses(other.parent) == before
