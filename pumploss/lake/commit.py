"""Makes staged files a table's own in one commit, which also takes out what the days held before."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any

from pumploss import clock
from pumploss.contract import Table
from pumploss.errors import LakeError
from pumploss.lake.files import LaidFile, put_in_place

if TYPE_CHECKING:
    from deltalake import DeltaTable


def commit(
    log: "DeltaTable", storage: Any, path: str, table: Table, files: list[LaidFile], days: Collection[date]
) -> None:
    """Commit one version more: without what the days held, with these files.

    The caller holds the table's lock. Killed before its end, it leaves files that nobody reads and vacuum removes.
    How long versions stay readable is for maintenance to say, so nothing of the log is deleted here.
    """
    from deltalake import PostCommitHookProperties
    from deltalake.transaction import AddAction

    paths, now = put_in_place(storage, files, path), int(clock.now().timestamp() * 1000)
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
