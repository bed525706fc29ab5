"""Makes staged files a table's own in one commit, which also takes out what the days held before."""

from collections.abc import Collection
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pumploss import clock
from pumploss.contract import Table
from pumploss.errors import LakeError
from pumploss.lake.files import LaidFile, new_paths, put_in_place
from pumploss.lake.sweeping import intent
from pumploss.whole_files import is_local

if TYPE_CHECKING:
    from deltalake import DeltaTable


def commit(
    log: "DeltaTable",
    storage: Any,
    path: str,
    table: Table,
    files: list[LaidFile],
    days: Collection[date],
    stage: str | None = None,
) -> None:
    """Commit one version more: without what the days held, with these files.

    The caller holds the table's lock. Killed before its end, it leaves files that nobody reads; they are noted in the
    `stage`, where the next run finds and deletes them. How long versions stay readable is for maintenance to say, so
    nothing of the log is deleted here.
    """
    paths, now = new_paths(files), int(clock.now().timestamp() * 1000)
    noted = intent(Path(stage), path, log.version(), paths) if stage and files and is_local(storage) else nullcontext()
    with noted:
        put_in_place(storage, files, path, paths)
        _write(log, table, files, paths, days, now)


def _write(
    log: "DeltaTable", table: Table, files: list[LaidFile], paths: list[str], days: Collection[date], now: int
) -> None:
    from deltalake import PostCommitHookProperties
    from deltalake.transaction import AddAction

    added = [
        AddAction(relative, file.size, file.partition, now, True, file.statistics)
        for relative, file in zip(paths, files, strict=True)
    ]
    log.create_write_transaction(
        added,
        mode="overwrite",
        schema=log.schema(),
        partition_by=list(table.partition_by),
        partition_filters=[(table.day, "in", [day.isoformat() for day in sorted(days)])],
        post_commithook_properties=PostCommitHookProperties(cleanup_expired_logs=False),
    )


def refuse_others(table: Table, files: list[LaidFile], expected: dict[date, int]) -> None:
    """Raise LakeError where the staged files hold other rows than those that were counted."""
    staged: dict[date, int] = {}
    for file in files:
        day = date.fromisoformat(file.partition[table.day])
        staged[day] = staged.get(day, 0) + file.rows
    wrong = sorted(day for day in staged.keys() | expected.keys() if staged.get(day, 0) != expected.get(day, 0))
    if wrong:
        raise LakeError(
            f"{table.name}: the stage holds {staged.get(wrong[0], 0)} rows of {wrong[0]} instead of "
            f"{expected.get(wrong[0], 0)}; nothing was written. Run the days again."
        )
