"""Takes a trader out of the rows that are kept with models."""

import hashlib
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from models.lineage import FRAME

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion


def erase(client: "MlflowClient", trader: str, is_dry: bool) -> int:
    """Put each kept file that holds the trader back without him; answers how many rows went, or would go if `is_dry`.

    The versions name the new file's digest. What they learned from is still told by `frame_sha256`.
    """
    by_run: dict[str, list[ModelVersion]] = {}
    for version in client.search_model_versions():
        if address := version.tags.get("frame_file"):
            by_run.setdefault(address.removeprefix("runs:/").partition("/")[0], []).append(version)
    return sum(_erase(client, run, versions, trader, is_dry) for run, versions in by_run.items())


def _erase(client: "MlflowClient", run: str, versions: "Iterable[ModelVersion]", trader: str, is_dry: bool) -> int:
    with tempfile.TemporaryDirectory() as folder:
        rows = pl.read_parquet(client.download_artifacts(run, FRAME, folder))
        kept = rows.filter(pl.col("trader_address") != trader)
        path = Path(folder) / "kept" / Path(FRAME).name
        path.parent.mkdir()
        kept.write_parquet(path, compression="zstd")
        content = path.read_bytes()
        said = {"frame_file_sha256": hashlib.sha256(content).hexdigest(), "frame_file_bytes": str(len(content))}
        if is_dry or len(kept) == len(rows):
            return len(rows) - len(kept)
        # The tags first: killed before the file is in its place, the next try finds the trader in it again.
        for version in versions:
            for tag, value in said.items():
                client.set_model_version_tag(version.name, version.version, tag, value)
        client.log_artifact(run, str(path), str(Path(FRAME).parent))
    return len(rows) - len(kept)
