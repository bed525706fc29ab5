"""Reads the transaction logs of Delta tables: versions, days, files and their statistics, all without the engine."""

import re
from collections.abc import Collection, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fsspec

from pumploss.contract import Table
from pumploss.errors import ContractError
from pumploss.lake.files import StoredFile
from pumploss.lake.table_version import TableVersion
from pumploss.lake.torn_logs import refuse_empty_commit, unreadable_log
from pumploss.whole_files import is_local

if TYPE_CHECKING:
    import polars as pl
    from deltalake import DeltaTable


#: The file of a commit or of a checkpoint; what writers leave that were killed is named otherwise.
_COMMIT = re.compile(r"/\d{20}(\.json|\.checkpoint[^/]*\.parquet)$")


class TableLogs:
    """Answers what the logs of the tables below one root say, local or `s3://`."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._logs: dict[str, DeltaTable] = {}
        self._versions: dict[str, TableVersion] = {}

    @cached_property
    def storage(self) -> Any:
        """Return the file system that the root lies on."""
        return fsspec.core.url_to_fs(self.root)[0]

    def path(self, table: Table) -> str:
        """Return the folder of the table."""
        return f"{self.root}/{table.name}"

    def exists(self, table: Table) -> bool:
        """Tell whether the table has ever been written: a log without a commit is no table.

        The first commit answers this nearly always; a log that was cut to its checkpoints is looked through.
        """
        folder = f"{self.path(table)}/_delta_log"
        if self.storage.exists(f"{folder}/{0:020}.json"):
            return True
        if not self.storage.exists(folder):
            return False
        self.storage.invalidate_cache(folder)
        return any(_COMMIT.search(name) for name in self.storage.find(folder))

    def stored_types(self, table: Table) -> dict[str, str]:
        """Return the type of each stored column by Spark's name, from the log: the engine would plan a read for it."""
        return self._said(table).types

    def log(self, table: Table) -> "DeltaTable":
        """Open the table's log as it stands now; after the first time only what was added to it is read."""
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError

        log = self._logs.get(table.name)
        try:
            if log is None:
                log = DeltaTable(self.path(table))
                _refuse_other_layout(table, self.root, log.metadata().partition_columns)
                self._logs[table.name] = log
            elif not self._is_latest(table, log.version()):
                log.update_incremental()
        except DeltaError as error:
            raise unreadable_log(self.path(table), str(error)) from error
        refuse_empty_commit(self.path(table), log.version())
        return log

    def _is_latest(self, table: Table, version: int) -> bool:
        """Tell whether a local log still ends with a version: two looks at names, where delta-rs lists the folder."""
        commits = Path(self.path(table)) / "_delta_log"
        return (
            is_local(self.storage)
            and (commits / f"{version:020}.json").exists()
            and not (commits / f"{version + 1:020}.json").exists()
        )

    def _said(self, table: Table, version: int | None = None) -> TableVersion:
        """Answer for a version, or the latest, of a table that exists; what was read of the latest is kept."""
        from deltalake import DeltaTable

        log = self.log(table)
        if version is not None and version != log.version():
            return TableVersion(table, self.path(table), DeltaTable(self.path(table), version=version))
        known = self._versions.get(table.name)
        if known is None or known.table is not table or known.number != log.version():
            known = self._versions[table.name] = TableVersion(table, self.path(table), log)
        return known

    def actions(self, table: Table, version: int | None = None) -> "pl.DataFrame":
        """List the files of a version, or the latest, of a table that exists: path, partition, size and statistics."""
        return self._said(table, version).actions

    def version(self, table: Table) -> int | None:
        """Return the latest committed version, or None before the first."""
        return self.log(table).version() if self.exists(table) else None

    def rows_by_day(self, table: Table) -> dict[date, int]:
        """Count committed rows per partition day."""
        return dict(self._said(table).rows_by_day) if self.exists(table) else {}

    def days_holding(self, table: Table, column: str, lowest: date, highest: date) -> list[date]:
        """List the partition days that may hold values of a column between two days, by the log's statistics."""
        if not self.exists(table):
            return []
        import polars as pl

        actions = self.actions(table)
        if f"min.{column}" in actions.columns:
            is_outside = (pl.col(f"max.{column}") < lowest) | (pl.col(f"min.{column}") > highest)
            actions = actions.filter(~is_outside.fill_null(False))
        return sorted({date.fromisoformat(str(day)) for day in actions[f"partition.{table.day}"]})

    def files(self, table: Table, days: Collection[date] | None = None, version: int | None = None) -> list[StoredFile]:
        """List the files of these days, or all, of a version or the latest, by path."""
        return self._said(table, version).files(days) if self.exists(table) else []


def _refuse_other_layout(table: Table, root: str, partition_by: Sequence[str]) -> None:
    """Raise ContractError for a table whose files lie otherwise than the contract has them."""
    if tuple(partition_by) != table.partition_by:
        raise ContractError(
            f"{root}/{table.name} is partitioned by {', '.join(partition_by) or 'nothing'}, not by "
            f"{', '.join(table.partition_by) or 'nothing'}: another version of Pump Loss wrote it. A lake is made of "
            f"its landing: move {root} away, and `pumploss backfill` builds it anew."
        )
