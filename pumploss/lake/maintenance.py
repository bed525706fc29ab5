"""Keeps tables cheap to read and to store, by delta-rs: checkpoints, gathered small files, vacuum, old commits.

Who calls holds the lake: no run reads or writes meanwhile. Each of these can be killed at any point. What is gathered
is one commit; a vacuum deletes nothing but what no kept version names; a checkpoint and shorter logs say the same.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from pumploss.contract import Table
from pumploss.lake.delta import Lake

if TYPE_CHECKING:
    from deltalake import DeltaTable

    from pumploss.lake.files import StoredFile

#: Commits beyond the last checkpoint from which on another is made: whoever opens the table reads each of them.
UNCHECKED_COMMITS: Final = 10
#: How long Delta keeps the commits of old versions if a table says nothing else.
LOG_DAYS: Final = 30


def gathered(lake: Lake, table: Table) -> int:
    """Gather the files of each partition of a table whose names carry no digests; answers how many files fewer.

    Data tables are gathered elsewhere: delta-rs would name their files without the digest of their content.
    """
    from deltalake import WriterProperties

    done = lake.log(table).optimize.compact(writer_properties=WriterProperties(compression="ZSTD"))
    return int(done["numFilesRemoved"] - done["numFilesAdded"])


def gatherable(lake: Lake, table: Table) -> int:
    """Count by how many files fewer the table would have one per partition."""
    return sum(len(files) - 1 for files in crowded(lake, table))


def crowded(lake: Lake, table: Table) -> "list[Sequence[StoredFile]]":
    """List the files of each partition that has more than one."""
    by_partition: dict[tuple[str, ...], list[StoredFile]] = {}
    for file in lake.files(table):
        by_partition.setdefault(tuple(file.partition.values()), []).append(file)
    return [files for files in by_partition.values() if len(files) > 1]


def commits_since_checkpoint(lake: Lake, table: Table) -> int:
    """Count the commits that whoever opens the table reads one by one."""
    numbers = _numbers(lake, table, ".checkpoint")
    return int(lake.log(table).version()) - max(numbers, default=-1)


def checkpoint(lake: Lake, table: Table) -> None:
    """Write a checkpoint of the latest version."""
    lake.log(table).create_checkpoint()


def openable(lake: Lake, table: Table, versions: Collection[int]) -> list[int]:
    """Keep those of the versions that the table's log still has."""
    from deltalake import DeltaTable
    from deltalake.exceptions import DeltaError

    kept = []
    for version in sorted(set(versions)):
        try:
            DeltaTable(lake.path(table), version=version)
        except DeltaError:
            continue
        kept.append(version)
    return kept


def dead_files(lake: Lake, table: Table, retention: timedelta, keep: Collection[int]) -> dict[str, int]:
    """List files, with their bytes, that neither the latest version nor one of `keep` names, and that are old enough.

    That age is counted from the commit that took a file out, or from when it was written where no commit knows it.
    """
    names = _vacuumed(lake.log(table), retention, keep, dry_run=True)
    return sizes(lake, [f"{lake.path(table)}/{unquote(name)}" for name in names])


def sizes(lake: Lake, paths: Collection[str]) -> dict[str, int]:
    """Measure those of the files that exist, in bytes."""
    return {path: int(lake.storage.size(path)) for path in paths if lake.storage.exists(path)}


def vacuum(lake: Lake, table: Table, retention: timedelta, keep: Collection[int]) -> None:
    """Delete what `dead_files` lists."""
    _vacuumed(lake.log(table), retention, keep, dry_run=False)


def _vacuumed(log: "DeltaTable", retention: timedelta, keep: Collection[int], *, dry_run: bool) -> list[str]:
    from deltalake import PostCommitHookProperties

    names: list[str] = log.vacuum(
        int(retention.total_seconds() // 3600),
        dry_run=dry_run,
        enforce_retention_duration=False,  # the caller's retention counts; nobody writes meanwhile
        full=True,  # also what no commit knows
        keep_versions=sorted(keep) or None,
        post_commithook_properties=PostCommitHookProperties(cleanup_expired_logs=False),
    )
    return names


def old_commits(lake: Lake, table: Table, keep: Collection[int], now: datetime) -> dict[str, int] | None:
    """List the files of a log that may go, with their bytes: older than `LOG_DAYS`, with a checkpoint of their sum.

    None where there are none, or where one of `keep` is among them: it could not be opened without them.
    """
    limit = now - timedelta(days=LOG_DAYS)
    last = max(_numbers(lake, table, ".checkpoint", limit), default=0)
    old = [path for kind in (".json", ".checkpoint") for path in _of_log(lake, table, kind, limit)]
    old = [path for path in old if _number(path) < last]
    if not old or any(version < last for version in keep):
        return None
    return sizes(lake, old)


def expire_commits(lake: Lake, table: Table) -> None:
    """Delete the old commits of a table, as delta-rs counts them."""
    lake.log(table).cleanup_metadata()


def _numbers(lake: Lake, table: Table, kind: str, before: datetime | None = None) -> list[int]:
    """List the versions that have a commit or a checkpoint, where asked for only those from before a moment."""
    return sorted({_number(path) for path in _of_log(lake, table, kind, before)})


def _of_log(lake: Lake, table: Table, kind: str, before: datetime | None = None) -> list[str]:
    folder = f"{lake.path(table)}/_delta_log"
    lake.storage.invalidate_cache(folder)
    paths = [path for path in lake.storage.find(folder) if kind in path.rpartition("/")[2]]
    dated = [path for path in paths if before is None or lake.storage.modified(path) < before]
    return [path for path in dated if path.rpartition("/")[2].partition(".")[0].isdigit()]


def _number(path: str) -> int:
    """Read the version that a file of a log is of."""
    return int(path.rpartition("/")[2].partition(".")[0])
