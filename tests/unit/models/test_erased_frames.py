"""Rows kept with models lose a trader, and versions name the new file, in a real registry."""

import hashlib
from pathlib import Path

import polars as pl
import pytest

from models.lineage import FRAME
from models.registry import Registry
from pumploss.settings import from_environment

ROWS = pl.DataFrame({"trader_address": ["ann", "bob", "ann"], "pnl_sol": [-1.0, 2.0, -3.0]})


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """A registry in which two versions have learned from one kept file, and one from none."""
    home = tmp_path_factory.mktemp("registry")
    registry = Registry(from_environment({"PUMPLOSS_HOME": str(home)}))
    client = registry._client
    run = client.create_run(registry._experiment).info
    ROWS.write_parquet(home / Path(FRAME).name)
    client.log_artifact(run.run_id, str(home / Path(FRAME).name), str(Path(FRAME).parent))
    kept = {"frame_file": f"runs:/{run.run_id}/{FRAME}", "frame_file_sha256": "old", "frame_file_bytes": "1"}
    for name, tags in (("loss-prediction", kept), ("risk-score", kept), ("none", {})):
        client.create_registered_model(name)
        client.create_model_version(name, f"{run.artifact_uri}/model", run.run_id, {**tags, "frame_sha256": "learned"})
    return registry


def test_the_trader_leaves_the_file_and_every_version_names_it(registry, tmp_path):
    assert registry.erase("ann", is_dry=True) == 2
    assert registry.tags("loss-prediction", "1")["frame_file_sha256"] == "old"
    assert registry.erase("ann") == 2
    address = registry.tags("risk-score", "1")["frame_file"]
    path = Path(registry._client.download_artifacts(address.removeprefix("runs:/").split("/")[0], FRAME, str(tmp_path)))
    assert pl.read_parquet(path)["trader_address"].to_list() == ["bob"]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    for name in ("loss-prediction", "risk-score"):
        tags = registry.tags(name, "1")
        assert (tags["frame_file_sha256"], tags["frame_file_bytes"]) == (digest, str(path.stat().st_size))
        assert tags["frame_sha256"] == "learned"
    assert registry.erase("ann") == 0


def test_where_nothing_was_trained_there_is_nothing_to_erase(tmp_path):
    assert Registry(from_environment({"PUMPLOSS_HOME": str(tmp_path)})).erase("ann") == 0
    assert not (tmp_path / "mlflow").exists()
