"""Keeps the run ledger: what ran, when, with which counts, and which days rest on inputs that have changed since."""

import os
import resource
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pumploss import clock
from pumploss.errors import LakeError, StaleError
from pumploss.tables.run_ledger import TABLE
from pumploss.whole_files import is_local

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa
    from deltalake import DeltaTable

    from pumploss.lake.delta import Lake


#: The column that rows are ordered by. Rows of ledgers from before it was there come first, by the clock as then.
ORDER = "commit_version"
#: How often a row is committed anew because another run was first.
_ATTEMPTS = 50


class Ledger:
    """Appends to `run_ledger` and reads it; the row of a step and day that was committed last says how it stands."""

    def __init__(self, lake: "Lake") -> None:
        self._lake = lake
        self._path = lake.path(TABLE)
        self._version: int | None = -1
        self._files: frozenset[str] = frozenset()
        self._latest: dict[tuple[str, date], dict[str, Any]] = {}
        self._standing: dict[tuple[str, date], dict[str, Any]] = {}

    def append(self, rows: Iterable[dict[str, Any]]) -> None:
        """Add rows in one commit, whose version they carry; columns that a row leaves out are missing values."""
        import pyarrow as pa
        from deltalake.exceptions import CommitFailedError

        now = clock.now()
        complete = [{**dict.fromkeys(TABLE.names), "written_at": now, "run_day": now.date(), **row} for row in rows]
        for attempt in range(_ATTEMPTS if complete else 0):
            log = self._opened()
            stamped = [{**row, "commit_version": log.version() + 1} for row in complete]
            try:
                _commit(log, pa.Table.from_pylist(stamped, schema=TABLE.arrow_schema))
                return
            except CommitFailedError:
                # Somebody else was first: their version is not ours, and a repeat by the library would hide that.
                if attempt + 1 == _ATTEMPTS:
                    raise

    def _opened(self) -> "DeltaTable":
        """Bring the ledger's log up to date, made where there is none yet: to open it takes as long as a commit."""
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError

        if not self._lake.exists(TABLE):
            try:
                DeltaTable.create(self._path, TABLE.arrow_schema, partition_by=list(TABLE.partition_by))
            except DeltaError:
                if not self._lake.exists(TABLE):
                    raise
        log = self._lake.log(TABLE)
        # Where somebody has put the folder back from a backup, what is known of it is of another one.
        is_known = self._lake.storage.exists(f"{self._path}/_delta_log/{log.version():020}.json")
        return log if is_known else DeltaTable(self._path)

    def frame(self) -> "pl.DataFrame":
        """Read all rows, oldest first."""
        import polars as pl

        if not self._lake.exists(TABLE):
            return pl.DataFrame(schema=dict.fromkeys(TABLE.names, pl.String))
        rows = self._rows()
        if ORDER not in rows.columns:
            rows = rows.with_columns(pl.lit(None, pl.Int64).alias(ORDER))
        return rows.sort(ORDER, "written_at", "step", "day", nulls_last=False)

    def _rows(self) -> "pl.DataFrame":
        import polars as pl
        from polars.exceptions import PanicException

        self._lake.log(TABLE)
        # A file that was cut short makes Polars panic, which is no Exception and prints its own trace: look first.
        # Once per run, and on a local disk only: stores of objects keep a file whole or not at all.
        cut = cut_file(self._lake) if self._version == -1 and is_local(self._lake.storage) else None
        if cut:
            raise self._unreadable(cut)
        try:
            return pl.read_delta(self._path)
        except (Exception, PanicException) as error:
            raise self._unreadable(cut_file(self._lake) or str(error)) from error

    def _unreadable(self, cause: str) -> LakeError:
        return LakeError(
            f"The ledger {self._path} cannot be read: {cause}. Put the folder back from a backup. Without one, move "
            "it away: `pumploss nightly` then builds every landed day again."
        )

    def latest(self) -> dict[tuple[str, date], dict[str, Any]]:
        """Return the last row by step and day, whatever its status."""
        self._refresh()
        return self._latest

    def built(self, step: str) -> set[date]:
        """List the days of which the step's last word is `ok` or `stale`."""
        return {day for (name, day), row in self.latest().items() if name == step and row["status"] in ("ok", "stale")}

    def held(self, step: str) -> set[date]:
        """List the days that the step's tables hold: a later failure has not taken them away."""
        return {day for day, row in self._standing_of(step) if row["status"] in ("ok", "stale")}

    def ended(self, step: str) -> set[date]:
        """List the days that the step has ever ended for, by building or by skipping them."""
        return {day for day, _ in self._standing_of(step)}

    def stale(self, step: str) -> set[date]:
        """List the days that the step must run again because something below it changed, also where it then failed."""
        return {day for day, row in self._standing_of(step) if row["status"] == "stale"}

    def outputs(self, step: str, day: date) -> str:
        """Return what the step's tables hold of the day: the JSON text of its last row without failure."""
        self._refresh()
        row = self._standing.get((step, day))
        return str(row["outputs"] or "{}") if row else "{}"

    def standing(self, step: str) -> dict[date, dict[str, Any]]:
        """Return the step's last row by day that is no failure: what its tables hold follows from it."""
        return dict(self._standing_of(step))

    def _standing_of(self, step: str) -> list[tuple[date, dict[str, Any]]]:
        self._refresh()
        return [(day, row) for (name, day), row in self._standing.items() if name == step]

    def _refresh(self) -> None:
        """Read the rows committed since the last look; all of them only where files were gathered meanwhile."""
        version = self._lake.version(TABLE)
        if version == self._version:
            return
        files = _days_of_files(self._lake) if version is not None else {}
        new = {path: day for path, day in files.items() if path not in self._files}
        if self._files and self._files <= files.keys():
            rows = list(self._added(new).iter_rows(named=True))
        else:
            self._latest, self._standing = {}, {}
            rows = list(self.frame().iter_rows(named=True))
        # New dictionaries: who asked before keeps what he was told.
        self._latest = self._latest | {(row["step"], row["day"]): row for row in rows}
        self._standing = self._standing | {(row["step"], row["day"]): row for row in rows if row["status"] != "failed"}
        self._version, self._files = version, frozenset(files)

    def _added(self, files: Mapping[str, date]) -> "pl.DataFrame":
        """Read the rows of a few files, by the day in whose folder they lie, oldest first."""
        import polars as pl

        read = []
        for path, day in files.items():
            with self._lake.storage.open(f"{self._path}/{unquote(path)}", "rb") as file:
                read.append(pl.read_parquet(file).with_columns(run_day=pl.lit(day)).select(TABLE.names))
        return pl.concat(read).sort(ORDER, "written_at", "step", "day") if read else self.frame().clear()

    def refuse_stale(self, step: str, days: Iterable[date] | None) -> None:
        """Raise StaleError if any of the days, or any day at all, of the step's output is stale."""
        stale = self.stale(step)
        affected = sorted(stale if days is None else stale & set(days))
        if affected:
            raise StaleError(
                f"{step} of {affected[0]}{f' and {len(affected) - 1} more days' if affected[1:] else ''} is stale: "
                f"{self._standing[(step, affected[0])]['error']}. Run `pumploss nightly` or "
                f"`python -m jobs run {step} --from {affected[0]} --to {affected[-1]}` first."
            )


def _days_of_files(lake: "Lake") -> dict[str, date]:
    """List the ledger's files with the day on which their runs started."""
    actions = lake.actions(TABLE)
    days = (date.fromisoformat(str(day)) for day in actions["partition.run_day"])
    return dict(zip(actions["path"], days, strict=True))


def built_from(lake: "Lake") -> str | None:
    """Return the landing that the latest row names which is no failure, or None where there is none."""
    rows = Ledger(lake).frame()
    if "landing" not in rows.columns:
        return None
    landings = rows.filter(rows["status"] != "failed")["landing"].drop_nulls()
    return str(landings[-1]) if len(landings) else None


def order_of(row: Mapping[str, Any]) -> tuple[int, Any, Any]:
    """Return what rows of different steps are ordered by: their commits, and the clock only within one of them."""
    return -1 if row[ORDER] is None else row[ORDER], row["written_at"], row["day"]


def _commit(log: "DeltaTable", batch: "pa.Table") -> None:
    from deltalake import CommitProperties, write_deltalake

    is_older = ORDER not in {field.name for field in log.schema().fields}
    write_deltalake(
        log,
        batch,
        mode="append",
        schema_mode="merge" if is_older else None,
        commit_properties=CommitProperties(max_commit_retries=0),
    )


def cut_file(lake: "Lake") -> str | None:
    """Name a file of the ledger that is not as long as its log says, or is gone."""
    for row in lake.actions(TABLE).iter_rows(named=True):
        path = f"{lake.path(TABLE)}/{unquote(row['path'])}"
        present = lake.storage.size(path) if lake.storage.exists(path) else None
        if present != row["size_bytes"]:
            return f"{path} has {present or 'no'} bytes instead of {row['size_bytes']}"
    return None


def peak_memory_bytes() -> int:
    """Measure the peak resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if os.uname().sysname == "Darwin" else 1024)
