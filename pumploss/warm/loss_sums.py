"""Sums up realised losses of all traders by day, so that no reader adds up millions of rows."""

from collections.abc import Collection
from datetime import date

import psycopg
import pyarrow as pa
from psycopg import sql

from pumploss.warm.loading import Slice
from pumploss.warm.staged import StagedTable
from pumploss.warm.tables import DAILY_LOSSES, LOSS_SUMS

_OF_A_DAY = "SELECT day, count(*), sum(loss_count)::bigint, sum(daily_loss) FROM {} GROUP BY day"
_KEPT = "SELECT day, losers, losing_sells, loss_sol FROM {} WHERE day = ANY(%s)"


def loss_sums(connection: psycopg.Connection, staged: Collection[StagedTable], days: Collection[date]) -> Slice:
    """Make the rows of these days: those that are staged are summed up, the others are live and stay as they are."""
    new = [loaded for loaded in staged if loaded.table == DAILY_LOSSES]
    kept = sorted({*days} - {loaded.day for loaded in new if loaded.day})
    rows = connection.execute(sql.SQL(_KEPT).format(LOSS_SUMS.live), (kept,)).fetchall()
    for loaded in new:
        rows += connection.execute(sql.SQL(_OF_A_DAY).format(loaded.identifier)).fetchall()
    columns = zip(*sorted(rows), strict=True) if rows else [()] * len(LOSS_SUMS.names)
    return Slice(
        pa.table(
            {
                name: pa.array(map(str, values), pa.string())
                for name, values in zip(LOSS_SUMS.names, columns, strict=True)
            }
        )
    )
