"""Rows of the features' table, written as they are, and what a point-in-time join finds of them."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from feature_repo.store import VIEW, feature_store, quiet
from pumploss.contract import Type

T = datetime(2026, 1, 10, tzinfo=UTC)
DAY = timedelta(days=1)
FEATURE = "loss_trades_24h"


def table():
    from features.registry import TABLE

    return TABLE


def row(trader, as_of, value, known_at=None):
    neutral = {Type.BIGINT: 0, Type.INT: 0, Type.DOUBLE: None, Type.BOOLEAN: False, Type.STRING: "", Type.TIMESTAMP: T}
    filled = {column.name: neutral.get(column.type) for column in table().columns}
    own = {"trader_address": trader, "as_of": as_of, "known_at": known_at or as_of, "feature_day": as_of.date()}
    return {**filled, **own, FEATURE: value, "win_rate_30d": value / 7}


def put(settings, *rows, days=()):
    batch = pa.Table.from_pylist(list(rows), schema=table().arrow_schema)
    path = f"{settings.lake}/{table().name}"
    if days:
        listed = ", ".join(f"'{day}'" for day in days)
        write_deltalake(path, batch, mode="overwrite", predicate=f"feature_day IN ({listed})")
    else:
        write_deltalake(path, batch, mode="append", partition_by=list(table().partition_by))
    return DeltaTable(path).version()


def joined(settings, version, *entities, said=None, **more):
    """What is found for traders and moments, which are said as a function has them, beside more columns."""
    asked = pd.DataFrame(entities, columns=["trader_address", "event_timestamp"]).assign(**more)
    if said:
        asked["event_timestamp"] = pd.Series([said(moment) for _, moment in entities], dtype=object)
    asked["place"] = range(len(asked))
    store = feature_store(settings, versions={table().name: version})
    with quiet():
        found = store.get_historical_features(
            asked, [f"{VIEW}:{FEATURE}", f"{VIEW}:win_rate_30d"], filter_by_created_timestamp=True
        ).to_arrow()
    listed = sorted(found.to_pylist(), key=lambda one: one["place"])
    return [one[FEATURE] for one in listed]
