"""What features read, of the tables that say what happened: daily facts are made of them as their steps make them."""

from collections.abc import Collection
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.rolling.mint_histories import MintHistories
from features.rolling.walk import TABLES
from jobs import gold_trader_entries, gold_trader_features, gold_trader_mints, gold_trader_positions
from jobs.windowing.fact_files import FactFile
from jobs.windowing.tasks import windowed
from pumploss.contract import Table
from pumploss.days import span
from pumploss.tables import gold_token_day
from tests.building.frames import in_memory

#: Days of which entries are walked: all of those that tests draw.
DAYS = span(date(2025, 12, 1), date(2026, 5, 31))


def features_of(frames: dict[str, Any], as_of_days: Collection[date]) -> Any:
    """Features as of these T, from frames by the name of their table."""
    windows = windows_of(frames, as_of_days)
    return gold_trader_features.transform(windows, frames["gold_market_day"], as_of_days)


def windows_of(frames: dict[str, Any], as_of_days: Collection[date], splits: int = 1) -> Any:
    """Windows that end at these T, drawn over files as the lake has them, in so many splits."""
    token_days = frames["gold_token_day"]
    facts = {
        "gold_trader_mints": gold_trader_mints.transform(frames["silver_trader_mint_day"], token_days),
        "gold_trader_positions": gold_trader_positions.transform(frames["silver_round_trips"]),
        "gold_trader_entries": gold_trader_entries.transform(frames["silver_entries"], token_days, DAYS),
    }
    with TemporaryDirectory() as folder:
        tables = (*TABLES, gold_token_day.TABLE)
        rows = {table: (facts | frames)[table.name].toArrow() for table in tables}
        files = [file for table in tables for file in written(Path(folder), table, rows[table])]
        return in_memory("windows", windowed(token_days.sparkSession, files, as_of_days, splits))


def written(folder: Path, table: Table, rows: pa.Table) -> list[FactFile]:
    """Write a file per day of a table, without its column of days, as the lake does."""
    files = []
    for day in rows[table.day].unique().to_pylist():
        path = folder / f"{table.name}-{day}.parquet"
        # Plain: hundreds of small files, each read once.
        own = rows.filter(pc.equal(rows[table.day], day)).drop_columns(table.day)
        pq.write_table(own, path, compression="none", use_dictionary=False, write_statistics=False)
        files.append(FactFile(table.name, str(path), day))
    return files


def histories_of(token_days: Any) -> MintHistories:
    """Histories of the mints of these days."""
    return MintHistories.of(token_days.toArrow())
