"""What a table's log says of files that held a trader: the lowest and the highest address of a file may be his.

Writers may cut such bounds, so that the first letters of the address stand there alone.
"""

import json
from typing import Any

import pyarrow.parquet as pq

from jobs.erasing.forms import Trader
from pumploss.contract import Table
from pumploss.lake import Lake
from pumploss.whole_files import write_whole

#: Letters of an address that nobody else begins with, in a table of any size that fits on earth.
_BEGINNING = 16


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
            if _is_of(content, trader):
                write_whole(path, _unbounded(content, trader), lake.storage)
        elif path.endswith(".parquet") and _is_in_checkpoint(lake.storage, path, trader):
            stale.append(path)
    if stale:
        log = lake.log(table)
        log.create_checkpoint()
        for path in stale:
            if f"{log.version():020}" not in path:
                lake.storage.rm_file(path)


def _is_of(content: bytes, trader: Trader) -> bool:
    return trader.address[:_BEGINNING].encode() in content or trader.is_in(content)


def _unbounded(content: bytes, trader: Trader) -> bytes:
    """Keeps of the statistics of each file that names the trader its number of rows alone."""
    return b"\n".join(_plain(line) if _is_of(line, trader) else line for line in content.splitlines()) + b"\n"


def _plain(line: bytes) -> bytes:
    action: dict[str, Any] = json.loads(line)
    for said in action.values():
        if said.get("stats"):
            said["stats"] = json.dumps({"numRecords": json.loads(said["stats"])["numRecords"]})
    return json.dumps(action, separators=(",", ":")).encode()


def _is_in_checkpoint(storage: Any, path: str, trader: Trader) -> bool:
    with storage.open(path, "rb") as file:
        rows = pq.read_table(file)
    return any(_is_of(json.dumps(rows[name].to_pylist(), default=str).encode(), trader) for name in rows.column_names)
