"""The run ledger: what ran, when, with which counts, and which days rest on inputs that have changed since."""

import os
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from pumploss.errors import StaleError
from pumploss.tables.run_ledger import TABLE

if TYPE_CHECKING:
    import polars as pl

    from pumploss.lake.delta import Lake


class Ledger:
    """Append-only access to `run_ledger`; the latest row of a step and day says how it stands."""

    def __init__(self, lake: "Lake") -> None:
        self._lake = lake
        self._path = lake.path(TABLE)
        self._latest: tuple[int | None, dict[tuple[str, date], dict[str, Any]]] = (-1, {})

    def append(self, rows: Iterable[dict[str, Any]]) -> None:
        """Add rows; columns that a row leaves out are missing values."""
        import pyarrow as pa
        from deltalake import write_deltalake

        now = datetime.now(UTC)
        complete = [{**dict.fromkeys(TABLE.names), "written_at": now, "run_day": now.date(), **row} for row in rows]
        if complete:
            batch = pa.Table.from_pylist(complete, schema=TABLE.arrow_schema)
            write_deltalake(self._path, batch, mode="append", partition_by=list(TABLE.partition_by))

    def frame(self) -> "pl.DataFrame":
        """All rows, oldest first."""
        import polars as pl

        if not self._lake.exists(TABLE):
            return pl.DataFrame(schema=dict.fromkeys(TABLE.names, pl.String))
        return pl.read_delta(self._path).sort("written_at", "step", "day")

    def latest(self) -> dict[tuple[str, date], dict[str, Any]]:
        """The row that counts, by step and day."""
        version = self._lake.version(TABLE)
        if self._latest[0] != version:
            rows = self.frame().iter_rows(named=True)
            self._latest = (version, {(row["step"], row["day"]): row for row in rows})
        return self._latest[1]

    def built(self, step: str) -> set[date]:
        """Days of which the step's last word is `ok` or `stale`."""
        return {day for (name, day), row in self.latest().items() if name == step and row["status"] in ("ok", "stale")}

    def stale(self, step: str) -> set[date]:
        """Days that the step must run again because something below it changed."""
        return {day for (name, day), row in self.latest().items() if name == step and row["status"] == "stale"}

    def refuse_stale(self, step: str, days: Iterable[date] | None) -> None:
        """Raise StaleError if any of the days, or any day at all, of the step's output is stale."""
        stale = self.stale(step)
        affected = sorted(stale if days is None else stale & set(days))
        if affected:
            raise StaleError(
                f"{step} of {affected[0]}{f' and {len(affected) - 1} more days' if affected[1:] else ''} is stale: "
                f"{self.latest()[(step, affected[0])]['error']}. Run `pumploss nightly` or "
                f"`python -m jobs run {step} --from {affected[0]} --to {affected[-1]}` first."
            )


def peak_memory_bytes() -> int:
    """Peak resident memory of this process so far."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if os.uname().sysname == "Darwin" else 1024)
