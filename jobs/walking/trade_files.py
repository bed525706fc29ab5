"""Reads what a walk needs of files of `silver_trades`, without the engine."""

from collections.abc import Iterable
from datetime import date

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pnl.arrow_columns import DICTIONARY
from pnl.cohort import TRADE_COLUMNS
from pumploss.cohort import COHORTS
from pumploss.columns import COHORT, HOP
from pumploss.tables import silver_trades
from sources import SOURCES

#: Text that repeats: read, sorted and written as numbers of a dictionary.
REPEATING = ("trader_address", "token_mint", "direction", "fee_source", "amount_basis", "source")
#: What a walk needs and no file of trades holds.
DERIVED = ("trade_date", "resolution_units")


def read_trades(files: Iterable[tuple[str, date]], cohorts: range = range(COHORTS)) -> pa.Table:
    """Read what a walk needs of these files of `silver_trades`, of some cohorts, with the day of each file."""
    kind = {**dict.fromkeys(REPEATING, DICTIONARY), "resolution_units": pa.int64()}
    names = (*TRADE_COLUMNS, HOP.name, COHORT.name)
    schema = pa.schema([(name, kind.get(name) or silver_trades.TABLE[name].type.arrow) for name in names])
    stored = [*(name for name in names if name not in DERIVED), "source", "token_decimals"]
    read = []
    for path, day in files:
        storage, bare = fsspec.core.url_to_fs(path)
        with storage.open(bare, "rb") as file:
            rows = pq.ParquetFile(file, read_dictionary=list(REPEATING)).read(stored, use_threads=False)
        if len(cohorts) < COHORTS:
            rows = rows.filter(pc.is_in(rows[COHORT.name], pa.array(cohorts, COHORT.type.arrow)))
        dated = rows.append_column("trade_date", pa.repeat(pa.scalar(day, pa.date32()), len(rows)))
        whole = dated.append_column("resolution_units", resolution(rows["source"], rows))
        read.append(whole.select(schema.names).cast(schema))
    return pa.concat_tables(read) if read else schema.empty_table()


def resolution(sources: pa.ChunkedArray, trades: pa.Table) -> pa.Array:
    """Work out the units below which the source of each trade tells nothing apart; 0 where it is exact."""
    found = np.zeros(len(trades), np.int64)
    for name in sources.unique().cast(pa.string()).to_pylist():
        if (declared := SOURCES.get(name)) and declared.is_float:
            rows = np.flatnonzero(pc.equal(sources.cast(pa.string()), name).to_numpy())
            units, decimals = (trades[column].to_numpy()[rows] for column in ("token_units", "token_decimals"))
            found[rows] = declared.resolution_units(units, decimals)
    return pa.array(found)
