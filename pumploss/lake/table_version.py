"""Holds what a table's log says of one version: its files, rows per day and types, each read from the log once."""

import json
from collections.abc import Collection
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pumploss.contract import Table
from pumploss.lake.files import StoredFile

if TYPE_CHECKING:
    from deltalake import DeltaTable


class TableVersion:
    """Answers for one version of the table at `path`; `log` stands at that version when it is handed over."""

    def __init__(self, table: Table, path: str, log: "DeltaTable") -> None:
        import polars as pl

        self.number = int(log.version())
        #: The files of the version: path, partition, size and statistics.
        self.actions: pl.DataFrame = pl.DataFrame(log.get_add_actions(flatten=True))
        self.table = table
        self._path = path
        self._schema = str(log.schema().to_json())

    @cached_property
    def types(self) -> dict[str, str]:
        """Return the type of each stored column by Spark's name."""
        from pyspark.sql.types import StructType

        fields = StructType.fromJson(json.loads(self._schema))
        return {field.name: field.dataType.simpleString() for field in fields}

    @cached_property
    def rows_by_day(self) -> dict[date, int]:
        """Count committed rows per partition day."""
        import polars as pl

        if self.actions.is_empty():
            return {}
        days = self.actions.group_by(f"partition.{self.table.day}").agg(pl.col("num_records").sum())
        return {date.fromisoformat(str(day)): int(rows) for day, rows in days.sort(days.columns[0]).iter_rows()}

    def files(self, days: Collection[date] | None = None) -> list[StoredFile]:
        """List the files of these days, or all, by path."""
        if days is None:
            return list(self._files)
        texts = {day.isoformat() for day in days}
        return [file for file in self._files if file.partition[self.table.day] in texts]

    @cached_property
    def _files(self) -> list[StoredFile]:
        stored = [
            StoredFile(
                f"{self._path}/{unquote(row['path'])}",
                {name: str(row[f"partition.{name}"]) for name in self.table.partition_by},
                int(row["num_records"]),
                _cohorts(row, self.table),
            )
            for row in self.actions.iter_rows(named=True)
        ]
        return sorted(stored, key=lambda file: file.path)


def _cohorts(row: dict[str, Any], table: Table) -> tuple[int, int] | None:
    """Say which cohorts a file holds, where its table is split by them and the writer kept the bounds."""
    lowest, highest = (row.get(f"{end}.{table.split_by}") for end in ("min", "max"))
    return None if lowest is None or highest is None else (int(lowest), int(highest))
