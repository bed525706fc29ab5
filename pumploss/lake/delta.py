"""Reads tables at `<root>/<table>`, stages frames unseen, and replaces days in one commit that is then verified."""

import re
import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from pumploss.contract import Table
from pumploss.errors import ContractError, LakeError, SettingsError
from pumploss.lake.commit import commit, refuse_others
from pumploss.lake.files import StoredFile, columns_with_statistics, laid_files
from pumploss.lake.locks import table_lock
from pumploss.lake.logs import TableLogs
from pumploss.lake.rot import Repair, SoundFiles, refuse_damaged
from pumploss.lake.run_folders import STAGES
from pumploss.lake.staging import Stage
from pumploss.whole_files import is_local

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession


#: What the address of a lake may not hold: engines and delta-rs escape it, each in its own way.
_ODD = re.compile(r"[^A-Za-z0-9._+,@:/-]", re.ASCII)


def day_condition(column: str, days: Collection[date]) -> str:
    """Write a SQL condition that a date column is one of the days; dates are the only text that enters it."""
    return f"{column} IN ({', '.join(f'{day.isoformat()!r}' for day in sorted(days))})"


class Lake(TableLogs):
    """Reads and writes the Delta tables below one root, local or `s3://`; nothing else does.

    `spark` is the engine's session, or what opens it when rows are first read or written: versions, counts and the
    ledger need none. `run_id` names the folder of what this run stages, and `repair` what mends damaged days.
    """

    def __init__(
        self,
        root: str,
        spark: "SparkSession | Callable[[], SparkSession]",
        run_id: str | None = None,
        repair: Repair = lambda table, days: f"Replace {days[0]} to {days[-1]} of {table.name} again.",
    ) -> None:
        odd = sorted(set(_ODD.findall(root)))
        if odd:
            raise SettingsError(
                f"The lake cannot lie at {root!r}: the engines would escape {', '.join(map(repr, odd))} and look "
                "elsewhere. Set PUMPLOSS_HOME (or PUMPLOSS_LAKE) to a path of letters, digits and ._-+,@:/ only."
            )
        super().__init__(root)
        self._session = spark
        self._repair = repair
        self._sound_files = SoundFiles()
        self._stage = Stage(f"{root}/{STAGES}/{run_id or uuid.uuid4().hex}", lambda: self.spark)

    @cached_property
    def spark(self) -> "SparkSession":
        """Return the engine's session, opened at the first call."""
        return self._session() if callable(self._session) else self._session

    def read(self, table: Table, days: Collection[date] | None = None, version: int | None = None) -> "DataFrame":
        """Read the table in contract order, whole or the given days of it, at a version or the latest.

        A table never written reads as empty. Raises ContractError with every difference from the contract, and
        DamagedError before anything opens a file that no longer holds what was written.
        """
        if not self.exists(table) or (days is not None and not days):
            return self.spark.createDataFrame([], table.spark_schema)
        if is_local(self.storage):
            self.require_sound(table, days, version)
        reader = self.spark.read.format("delta")
        if version is not None:
            reader = reader.option("versionAsOf", str(version))
        stored = self.stored_types(table) if version in (None, self.version(table)) else None
        # A column that the contract no longer has is left where it lies.
        known = {name: kind for name, kind in stored.items() if name in table.names} if stored else None
        frame = self.conform(table, reader.load(self.path(table)), "the lake", known)
        if days is None:
            return frame
        first, last = min(days), max(days)
        frame = frame.where(f"{table.day} >= '{first.isoformat()}' AND {table.day} <= '{last.isoformat()}'")
        is_gapless = (last - first).days + 1 == len(set(days))
        return frame if is_gapless else frame.where(day_condition(table.day, days))

    def require_sound(
        self, table: Table, days: Collection[date] | None = None, version: int | None = None
    ) -> list[StoredFile]:
        """Return the files of these days, or all. Raises DamagedError where one no longer holds what was written."""
        files = self.files(table, days, version)
        if is_local(self.storage):
            refuse_damaged(table, files, self._sound_files, self._repair)
        return files

    def damaged_days(self, table: Table, days: Collection[date] | None = None) -> list[date]:
        """List those of the days, or of all, of which a file no longer holds what was written."""
        files = self.files(table, days) if is_local(self.storage) else []
        damaged = self._sound_files.damaged(files)
        return sorted({date.fromisoformat(file.partition[table.day]) for file in files if file.path in damaged})

    def drop(self, table: Table, days: Collection[date]) -> None:
        """Take days out of the table in one commit, without reading them: before they are built again."""
        with table_lock(self.root, table.name):
            commit(self.log(table), self.storage, self.path(table), table, [], days)

    @staticmethod
    def conform(table: Table, frame: "DataFrame", where: str, types: dict[str, str] | None = None) -> "DataFrame":
        """Select the frame's columns in contract order. Raises ContractError listing all differences at once.

        `types` are those of the frame where they are known: the engine is asked otherwise.
        """
        differences = table.differences(
            types or {item.name: item.dataType.simpleString() for item in frame.schema.fields}
        )
        if differences:
            listed = "\n  ".join(differences)
            repair = (
                "An earlier version of Pump Loss wrote it: `pumploss nightly` adds what is missing and builds its days "
                "again. Where a type is another one, move the table's folder away first."
                if where == "the lake"
                else f"Change pumploss/tables/{table.name}.py or the code that makes the frame."
            )
            raise ContractError(f"{table.name} from {where} does not fit its contract:\n  {listed}\n{repair}")
        return frame.select(*table.names)

    def stage(
        self, name: str | Table, frame: "DataFrame", splits: int = 1, blocks: "Sequence[Column]" = ()
    ) -> "DataFrame":
        """Compute the frame once and keep it where no reader looks; reading it again costs a file read.

        Given a table instead of a name, it is kept as the table's files will lie, a day in `splits` of them where the
        table is split at all (`splits.splits_of`), and `replace` only puts them there. `blocks` are conditions of
        which each row meets one: a block is computed and sorted at a time, and has files of its own.
        """
        if isinstance(name, Table):
            return self._stage.lay(self.storage, name, self.conform(name, frame, "the stage"), splits, blocks)
        return self._stage.keep(self.storage, name, frame)

    def laying(self, table: Table) -> str:
        """Name a new folder of the stage for files of the table, below `<column>=<value>/...` (see `laid`)."""
        return self._stage.folder(table)

    def laid(self, table: Table, folder: str) -> "DataFrame":
        """Read the rows of such a folder. Handed on to `replace` as they are, their files become the table's own."""
        return self._stage.laid(self.storage, table, folder)

    def unstage(self) -> None:
        """Delete what this run staged."""
        self._stage.clear(self.storage)

    def replace(self, table: Table, frame: "DataFrame", days: Collection[date], expected: dict[date, int]) -> int:
        """Replace these days of the table by the frame in one commit; answers the new version.

        `expected` are the staged rows per day: rows outside `days` are refused before the commit, and what the log
        holds afterwards is compared with it. Raises LakeError, ContractError or LockedError and leaves the table as it
        was, except where the engine itself wrote something else than it was given.
        """
        stray = sorted(day for day, rows in expected.items() if rows and day not in set(days))
        if stray:
            raise LakeError(
                f"{table.name}: rows of {stray[0]} came for days {min(days)}..{max(days)}; nothing was written."
            )
        folder = self._stage.folder_of(table, frame) or self._stage.folder_of(table, self.stage(table, frame))
        files = laid_files(self.storage, str(folder), table)
        refuse_others(table, files, expected)
        with table_lock(self.root, table.name):
            if not self.exists(table):
                self._create(table)
            commit(self.log(table), self.storage, self.path(table), table, files, days, self._stage.root)
            self._verify(table, days, expected)
            return int(self.log(table).version())

    def lacking(self, table: Table) -> list[str]:
        """List columns of the contract that the table was written without, by an earlier version of the project."""
        if not self.exists(table):
            return []
        stored = self.stored_types(table)
        return [name for name in table.names if name not in stored]

    def widen(self, table: Table) -> None:
        """Add the columns that the table lacks, in one commit; they have no value in the rows that are there."""
        import pyarrow as pa
        from deltalake.schema import Schema

        with table_lock(self.root, table.name):
            if lacking := self.lacking(table):
                fields = pa.schema([table.arrow_schema.field(name) for name in lacking])
                self.log(table).alter.add_columns(list(Schema.from_arrow(fields).fields))

    def _create(self, table: Table) -> None:
        """Create the table without rows, so that what may be missing follows from the contract, not from first rows."""
        from deltalake import DeltaTable

        kept = {"delta.dataSkippingStatsColumns": ",".join(columns_with_statistics(table))}
        parts = list(table.partition_by)
        DeltaTable.create(self.path(table), table.arrow_schema, partition_by=parts, configuration=kept)

    def _verify(self, table: Table, days: Collection[date], expected: dict[date, int]) -> None:
        stored = self.rows_by_day(table)
        wrong = [
            f"{day}: {stored.get(day, 0)} rows instead of {expected.get(day, 0)}"
            for day in sorted(days)
            if stored.get(day, 0) != expected.get(day, 0)
        ]
        if wrong:
            raise LakeError(
                f"{table.name} does not hold what was written ({'; '.join(wrong[:5])}). The engine lost or kept rows: "
                f"restore version {self.log(table).version() - 1} and run the days again."
            )
