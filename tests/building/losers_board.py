"""A published board of who is about to lose most: what tests of servers publish, and read back."""

from datetime import UTC, datetime

import pyarrow as pa

from pumploss.warm import open_warm, publishing, swapping
from pumploss.warm import tables as warm_tables
from pumploss.warm.loading import Slice
from tests.building.loss_rows import DAY

AS_OF = datetime(2026, 2, 1, tzinfo=UTC)
_TYPES = {"trader": pa.string(), "as_of": pa.timestamp("us", "UTC")}
BOARD = [(name, _TYPES.get(name, pa.int64())) for name in warm_tables.EXPECTED_LOSERS.names]
NOTHING_KEPT = {"trades_timeseries": [], "daily_losses": [], "score_days": []}


def board(*losers):
    """Rows of the board of who is about to lose most."""
    one = dict.fromkeys(warm_tables.EXPECTED_LOSERS.names, 1)
    rows = [one | {"rank": rank, "trader": who, "as_of": AS_OF} for rank, who in enumerate(losers, start=1)]
    return Slice(pa.Table.from_pylist(rows, schema=pa.schema(BOARD)))


def publish(settings, number, who):
    """Publishes a board that shows one trader."""
    with open_warm(settings) as warm, publishing.exclusive(warm) as staging:
        staging.load(warm_tables.EXPECTED_LOSERS, [board(who)], 1)
        swapping.swap(warm, staging.loaded, NOTHING_KEPT, publishing.Published(f"p{number}", "r", DAY, "l", "l"))


def shown(reader):
    return [row.trader for row in reader.expected_losers().rows]
