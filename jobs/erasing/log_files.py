"""What a table's log says of files that held a trader: the lowest and the highest address of a file may be his."""

import json
from typing import Any

import pyarrow.parquet as pq

from jobs.erasing.forms import Trader
from pumploss.contract import Table
from pumploss.lake import Lake
from pumploss.whole_files import write_whole


def cleanse(lake: Lake, table: Table, trader: Trader) -> None:
    """Takes the bounds out of what the log says of such files; versions, files and row counts stay readable.

    A checkpoint that holds the address is replaced by a new one of the latest version.
    """
    folder = f"{lake.path(table)}/_delta_log"
    lake.storage.invalidate_cache()
    stale = []
    for path in sorted(lake.storage.find(folder)):
        if path.endswith(".json"):
            content = lake.storage.cat_file(path)
            if trader.is_in(content):
                write_whole(path, _unbounded(content, trader), lake.storage)
        elif path.endswith(".parquet") and _is_in_checkpoint(lake.storage, path, trader):
            stale.append(path)
    if stale:
        log = lake.log(table)
        log.create_checkpoint()
        for path in stale:
            if f"{log.version():020}" not in path:
                lake.storage.rm_file(path)


def _unbounded(content: bytes, trader: Trader) -> bytes:
    """Keeps of the statistics of each file that names the trader its number of rows alone."""
    return b"\n".join(_plain(line) if trader.is_in(line) else line for line in content.splitlines()) + b"\n"


def _plain(line: bytes) -> bytes:
    action: dict[str, Any] = json.loads(line)
    for said in action.values():
        if said.get("stats"):
            said["stats"] = json.dumps({"numRecords": json.loads(said["stats"])["numRecords"]})
    return json.dumps(action, separators=(",", ":")).encode()


def _is_in_checkpoint(storage: Any, path: str, trader: Trader) -> bool:
    with storage.open(path, "rb") as file:
        rows = pq.read_table(file)
    return any(trader.is_in(json.dumps(rows[name].to_pylist(), default=str).encode()) for name in rows.column_names)
