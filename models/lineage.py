"""Keeps with a run what it learned from: its inputs by Delta version, and the very rows as a file."""

import hashlib
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from models.dataset import TrainingFrame

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.data.meta_dataset import MetaDataset

#: Where a run keeps its rows.
FRAME = "training_frame/rows.parquet"

_PINNED = re.compile(r"version (\d+)(?:, days (\w+))?")


def datasets(tags: Mapping[str, str], lake: str) -> "Iterator[tuple[MetaDataset, dict[str, str]]]":
    """Make an MLflow dataset of each table that the tags `data_<table>` pin, and tags with its Delta version.

    The source has the version, too, but MLflow leaves out version 0.
    """
    from mlflow.data.delta_dataset_source import DeltaDatasetSource
    from mlflow.data.meta_dataset import MetaDataset

    for tag, text in sorted(tags.items()):
        pinned = _PINNED.fullmatch(text)
        if tag.startswith("data_") and pinned is not None:
            table = tag.removeprefix("data_")
            source = DeltaDatasetSource(path=f"{lake}/{table}", delta_table_version=int(pinned[1]))
            dataset = MetaDataset(source, name=table, digest=(pinned[2] or text)[:32])
            yield dataset, {"delta_table_version": pinned[1]}


def keep_frame(client: "MlflowClient", run_id: str, frame: TrainingFrame) -> dict[str, str]:
    """Keep the rows with a run, unless another version has kept the same; answers the tags that say where.

    A vacuum of the lake takes the files of old Delta versions, this one stays.
    """
    kept = client.search_model_versions(f"tags.frame_sha256 = '{frame.sha256}'")
    for version in kept:
        if "frame_file" in version.tags:
            return {name: version.tags[name] for name in ("frame_file", "frame_file_sha256", "frame_file_bytes")}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(FRAME).name
        rows_of(frame).write_parquet(path, compression="zstd")
        client.log_artifact(run_id, str(path), str(Path(FRAME).parent))
        with path.open("rb") as written:
            digest = hashlib.file_digest(written, "sha256").hexdigest()
        size = path.stat().st_size
    return {"frame_file": f"runs:/{run_id}/{FRAME}", "frame_file_sha256": digest, "frame_file_bytes": str(size)}


def rows_of(frame: TrainingFrame) -> pl.DataFrame:
    """List the rows in their order: T, trader, outcomes, and every feature as float32."""
    return pl.DataFrame(
        {
            "as_of": frame.as_of,
            "trader_address": frame.trader,
            **{name: getattr(frame, name) for name in ("is_exposed", "is_loss", "is_severe_loss", "pnl_sol")},
            **{name: frame.x[:, place].astype(np.float32, copy=False) for place, name in enumerate(frame.names)},
        }
    )
