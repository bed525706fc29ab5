"""Keeps what a run has computed out of readers' sight: frames by name, and frames in files as a table's will lie."""

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pumploss.contract import Table
from pumploss.lake.files import REREAD_CODEC
from pumploss.lake.splits import BLOCK, SPLIT, split_condition
from pumploss.lake.sweeping import let_go, owned, sweep
from pumploss.slots import slots

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import Column, DataFrame, SparkSession

    from pumploss.embedded.locks import FileLock


class Stage:
    """Keeps the frames of one run below `root`; `session` answers the engine's session."""

    def __init__(self, root: str, session: "Callable[[], SparkSession]") -> None:
        self.root = root
        self._session = session
        self._laid: dict[str, tuple[DataFrame, str]] = {}
        self._owned: FileLock | None = None

    def clear(self, storage: Any) -> None:
        """Delete what was staged, and what was put below tables in vain."""
        if self._owned is not None:
            let_go(Path(self.root), self._owned)
            self._owned = None
        elif "://" in self.root and storage.exists(self.root):
            storage.rm(self.root, recursive=True)

    def _own(self) -> None:
        """Make the stage this process's own, and sweep those that killed runs left; on S3 a rule of the bucket does."""
        if self._owned is None and "://" not in self.root:
            self._owned = owned(Path(self.root))
            sweep(Path(self.root).parent)

    def keep(self, storage: Any, name: str, frame: "DataFrame") -> "DataFrame":
        """Compute the frame once, to files, and read it from there."""
        self._own()
        path, plain = f"{self.root}/{name}", plain_arrays(frame)
        # Read once or twice and deleted: packing them would be most of what they cost.
        plain.write.mode("overwrite").option("compression", "uncompressed").parquet(path)
        if not storage.glob(f"{path}/*.parquet"):  # the embedded engine writes no file where there are no rows
            return self._session().createDataFrame([], plain.schema)
        return self._session().read.schema(plain.schema).parquet(path)

    def lay(
        self, storage: Any, table: Table, frame: "DataFrame", splits: int, blocks: "Sequence[Column]" = ()
    ) -> "DataFrame":
        """Compute the frame, whose columns are the table's, once into sorted files: one per partition and split.

        `blocks` are conditions of which each row meets one: each is computed, sorted and written by itself, since a
        sort holds all that it sorts.
        """
        folder = self.folder(table)
        if not blocks:
            self._write(table, frame, splits, folder)
        for number, block in enumerate(blocks):
            self._write(table, frame.where(block), splits, folder, number)
        return self.laid(storage, table, folder)

    @staticmethod
    def _write(table: Table, frame: "DataFrame", splits: int, folder: str, block: int | None = None) -> None:
        """Sort and write rows, one file per partition and split, beside those of other blocks."""
        parts = list(table.partition_by)
        arrays = {column.name: column.type.spark for column in table.columns if column.type.spark.startswith("array")}
        arranged = plain_arrays(frame, arrays)
        if table.split_by and splits > 1:
            arranged = arranged.selectExpr("*", f"{split_condition(table.split_by, splits)} AS {SPLIT}")
            parts.append(SPLIT)
        if block is not None:
            arranged = arranged.selectExpr("*", f"{block} AS {BLOCK}")
            parts.append(BLOCK)
        arranged = arranged.repartition(slots(frame.sparkSession), *parts)
        if table.order_by:
            arranged = in_order(table, arranged, parts)
        writer = arranged.write.mode("append").partitionBy(*parts)
        if table.is_reread:
            writer = writer.option("compression", REREAD_CODEC)
        writer.parquet(folder)

    def folder(self, table: Table) -> str:
        """Name a new folder for files of the table."""
        self._own()
        return f"{self.root}/{table.name}-{uuid.uuid4().hex}"

    def laid(self, storage: Any, table: Table, folder: str) -> "DataFrame":
        """Read the rows of the files below such a folder, and remember the frame with it."""
        storage.invalidate_cache()
        if storage.exists(folder):
            frame = self._session().read.schema(table.spark_schema).parquet(folder).select(*table.names)
        else:
            frame = self._session().createDataFrame([], table.spark_schema)
        self._laid[table.name] = (frame, folder)
        return frame

    def folder_of(self, table: Table, frame: "DataFrame") -> str | None:
        """Return the folder of the files that this very frame is made of, if it is the table's latest that was laid."""
        known, folder = self._laid.get(table.name, (None, ""))
        return folder if known is frame else None


def plain_arrays(frame: "DataFrame", arrays: dict[str, str] | None = None) -> "DataFrame":
    """Let the items of all arrays be missing: how they are named and typed differs by what made them.

    `arrays` are the array columns with their types where they are known: the engine is asked otherwise.
    """
    if arrays is None:
        arrays = {column: kind for column, kind in frame.dtypes if kind.startswith("array")}
    return frame.withColumns({column: frame[column].cast(kind) for column, kind in arrays.items()}) if arrays else frame


def in_order(table: Table, frame: "DataFrame", parts: Sequence[str]) -> "DataFrame":
    """Sort the frame by `parts`, what its files are cut by, and the order inside files.

    The embedded engine drops a sort that only a write follows. It keeps the one below a window that a filter needs.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    number = F.row_number().over(Window.partitionBy(*parts).orderBy(*table.order_by))
    names = dict.fromkeys((*table.names, *parts))
    return frame.withColumn("row_in_file", number).where("row_in_file > 0").select(*names)
