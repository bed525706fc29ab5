"""Keeps with a run what it learned from: its inputs by Delta version, and the very rows as a file."""

import hashlib
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from models.dataset import ROWS_AT_ONCE, TrainingFrame

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
        _write(frame, path)
        client.log_artifact(run_id, str(path), str(Path(FRAME).parent))
        with path.open("rb") as written:
            digest = hashlib.file_digest(written, "sha256").hexdigest()
        size = path.stat().st_size
    return {"frame_file": f"runs:/{run_id}/{FRAME}", "frame_file_sha256": digest, "frame_file_bytes": str(size)}


def _write(frame: TrainingFrame, path: Path) -> None:
    """Write the rows as Parquet piece by piece: all columns at once would lie in memory beside the matrix."""
    schema, told_apart = _rows(frame, slice(0, 0)).schema, ["as_of", "trader_address"]
    with pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=told_apart) as file:
        for start in range(0, len(frame), ROWS_AT_ONCE):
            file.write_table(_rows(frame, slice(start, start + ROWS_AT_ONCE)))


def _rows(frame: TrainingFrame, rows: slice) -> pa.Table:
    """List some rows in their order: T, trader, outcomes, and every feature as float32."""
    return pa.table(
        {
            "as_of": frame.as_of[rows],
            "trader_address": pa.array(frame.addresses[frame.trader_number[rows]], pa.large_string()),
            **{name: getattr(frame, name)[rows] for name in ("is_exposed", "is_loss", "is_severe_loss", "pnl_sol")},
            **{name: frame.x[rows, place].astype(np.float32) for place, name in enumerate(frame.names)},
        }
    )
