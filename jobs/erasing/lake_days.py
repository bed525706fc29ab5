"""Rewrites exactly those partition days of the lake's tables that hold a trader, and deletes the files that did."""

from collections.abc import Iterable
from datetime import date

from pyspark.sql import DataFrame

from jobs.erasing.files import holding, rewrite
from jobs.erasing.forms import Trader
from jobs.erasing.log_files import cleanse
from jobs.running.context import Context
from jobs.running.lookups import STATES
from pumploss import checks
from pumploss.contract import Table
from pumploss.lake.files import StoredFile
from pumploss.lake.segments import built_days
from pumploss.lake.segments.building import remove
from pumploss.lake.segments.manifest import shelf
from pumploss.tables.run_ledger import TABLE as LEDGER
from pumploss.whole_files import make_folder


def held_files(context: Context, table: Table, trader: Trader) -> list[str]:
    """Lists every data file of a table that holds the trader, of its latest version and of older ones."""
    if not context.lake.exists(table):
        return []
    folder = context.lake.path(table)
    context.lake.storage.invalidate_cache()
    paths = [path for path in context.lake.storage.find(folder) if path.endswith(".parquet")]
    return holding(context.lake.storage, (path for path in paths if "/_delta_log/" not in path), trader)


def days_of(context: Context, table: Table, held: Iterable[str]) -> list[date]:
    """Lists the partition days of which the latest version has one of the files."""
    names = {_name(path) for path in held}
    files = context.lake.files(table) if context.lake.exists(table) else []
    return sorted({date.fromisoformat(file.partition[table.day]) for file in files if _name(file.path) in names})


def partition_days(table: Table, paths: Iterable[str]) -> set[str]:
    """Names the partition days of files, of whatever version, by their folders."""
    return {
        part.removeprefix(f"{table.day}=")
        for path in paths
        for part in path.split("/")
        if part.startswith(f"{table.day}=")
    }


def erase_days(
    context: Context, table: Table, held: list[str], days: list[date], trader: Trader
) -> dict[date, tuple[int, str]]:
    """Replaces the days of a table by themselves without the trader, in one commit; answers their rows and digests.

    The files that held him are deleted then, segments that were gathered from them, and what the log says of them.
    """
    if set(days_of(context, table, held)) & set(days):
        staged = _staged(context, table, held, days, trader)
        measured = checks.measure(table, staged)
        context.lake.replace(table, staged, days, measured.rows)
        rows, digests = measured.rows, measured.digests
    else:
        # Replaced by an erasure that was interrupted before the ledger knew.
        rows, digests = context.lake.rows_by_day(table), checks.digests(table, context.lake.read(table, days))
    forget(context, table, held, trader)
    return {day: (rows.get(day, 0), digests.get(day, "0-0")) for day in days}


def erase_from_ledger(context: Context, trader: Trader) -> int:
    """Takes the address out of what the ledger's rows say, such as the text of an error; answers how many files did."""
    held = held_files(context, LEDGER, trader)
    if days := days_of(context, LEDGER, held):
        rows = {day: count for day, count in context.lake.rows_by_day(LEDGER).items() if day in days}
        context.lake.replace(LEDGER, _staged(context, LEDGER, held, days, trader), days, rows)
    forget(context, LEDGER, held, trader)
    return len(held)


def _staged(context: Context, table: Table, held: Iterable[str], days: list[date], trader: Trader) -> DataFrame:
    """Lays all files of the days where no reader looks, those that held the trader without him."""
    names, folder, storage = {_name(path) for path in held}, context.lake.laying(table), context.lake.storage
    for number, file in enumerate(context.lake.files(table, days)):
        target = f"{folder}/{_below(table, file)}/{number}.parquet"
        if _name(file.path) in names:
            rewrite(storage, table, file.path, target, trader)
        else:
            make_folder(target.rpartition("/")[0], storage)
            storage.cp_file(file.path, target)
    return context.lake.laid(table, folder)


def forget(context: Context, table: Table, held: Iterable[str], trader: Trader) -> None:
    """Deletes files that held the trader, and what logs and segments keep of them."""
    for path in held:
        context.lake.storage.rm_file(path)
    cleanse(context.lake, table, trader)
    if table.name in STATES:
        state = STATES[table.name]
        for name in shelf(context.lake, state, built_days(context.lake, table)).unsound:
            remove(context.lake, state, name)


def _below(table: Table, file: StoredFile) -> str:
    return "/".join(f"{name}={file.partition[name]}" for name in table.partition_by)


def _name(path: str) -> str:
    return path.rsplit("/", 1)[-1]
