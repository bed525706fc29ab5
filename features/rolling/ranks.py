"""Ranks traders among all who are eligible at the same T, by figures that are taken from their rows alone.

A sort carries along all that its rows hold, and those of a T go through one task: so these hold a key and the figures.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from features import losses, tokens
from features.windows import AS_OF_DAY, total
from pumploss.contract import Type

#: What is ranked of windowed facts, and of entries: the share of the other traders of T, of whom the figure exists,
#: that are below.
OWN = {
    "buy_below_share_30d": lambda: total("buy_cost_lamports", 30),
    "loss_ratio_below_share_30d": losses.equity_loss_ratio_30d,
}
OF_ENTRIES = {"dead_share_below_share_30d": tokens.dead_share_30d}
RANKS = (*OWN, *OF_ENTRIES)
COLUMNS = {
    "trader_address": Type.STRING,
    AS_OF_DAY: Type.DATE,
    "ranked_trader_count": Type.BIGINT,
    "ranks_known_at": Type.TIMESTAMP,
    **dict.fromkeys(RANKS, Type.DOUBLE),
}


def ranked(windows: DataFrame) -> DataFrame:
    """Make `COLUMNS` for every trader and T of windowed facts.

    A rank compares with all traders of T, so it is known no earlier than the last of their rows.
    """
    schema = ", ".join(f"{name} {kind.spark}" for name, kind in COLUMNS.items())
    figures = (figure().alias(name) for name, figure in (OWN | OF_ENTRIES).items())
    known_at = F.greatest("known_at", "entries_known_at").alias("known_at")
    narrow = windows.select("trader_address", AS_OF_DAY, known_at, *figures)
    return narrow.groupBy(AS_OF_DAY).applyInArrow(_ranked, schema)


def _ranked(traders: pa.Table) -> pa.Table:
    schema = pa.schema([pa.field(name, kind.arrow) for name, kind in COLUMNS.items()])
    latest = pc.max(traders["known_at"])
    columns = {
        **{name: traders[name] for name in ("trader_address", AS_OF_DAY)},
        "ranks_known_at": pa.repeat(latest, len(traders)),
        "ranked_trader_count": pa.array(np.full(len(traders), len(traders))),
        **{name: share_below(traders[name]) for name in RANKS},
    }
    return pa.table({name: columns[name] for name in schema.names}).cast(schema)


def share_below(figures: pa.ChunkedArray) -> pa.Array:
    """Compute, for each figure, which share of the other known ones is below; missing for an unknown or a lone one."""
    is_missing = np.asarray(figures.is_null())
    known = figures.drop_null().to_numpy()
    shares = np.zeros(len(figures))
    if len(known) > 1:
        shares[~is_missing] = np.searchsorted(np.sort(known), known, side="left") / (len(known) - 1)
    return pa.array(shares, mask=is_missing | (len(known) < 2))
