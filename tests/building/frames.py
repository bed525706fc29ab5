"""Rows and frames of a table from the columns that matter to a test."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import xxhash

from pumploss.contract import Table, Type

#: What a column holds where a test does not care.
NEUTRAL: dict[Type, Any] = {
    Type.STRING: "",
    Type.BIGINT: 0,
    Type.INT: 0,
    Type.DOUBLE: 0.0,
    Type.BOOLEAN: False,
    Type.TIMESTAMP: datetime(2026, 1, 1, tzinfo=UTC),
    Type.DATE: date(2026, 1, 1),
    Type.WIDE: Decimal(0),
    Type.BIGINTS: [],
    Type.DOUBLES: [],
}

Frame = Any


def _derived(table: Table, given: dict[str, Any]) -> dict[str, Any]:
    """Adds the columns that follow from what a test states: dates from times, the cohort from the address."""
    row = dict(given)
    if "traded_at" in row:
        row.setdefault("trade_date", row["traded_at"].date())
    if "trade_date" in row:
        row.setdefault("dump_day", row["trade_date"])
        end = row["dump_day"] + timedelta(days=1)
        row.setdefault("known_at", datetime(end.year, end.month, end.day, tzinfo=UTC))
    if "trader_address" in row:
        row.setdefault("trader_cohort", xxhash.xxh64_intdigest(row["trader_address"].encode(), 42) % 16)
    return {name: value for name, value in row.items() if name in table.names or name in given}


def filled(table: Table, given: dict[str, Any]) -> dict[str, Any]:
    """Fills a row up with neutral values; fails for a column that the table does not have."""
    unknown = given.keys() - set(table.names)
    assert not unknown, f"{table.name} has no {sorted(unknown)}; it has {table.names}"
    neutral = {c.name: None if c.nullable else NEUTRAL[c.type] for c in table.columns}
    return {**neutral, **_derived(table, given)}


def arrow_of(table: Table, *rows: dict[str, Any]) -> pa.Table:
    """Builds an Arrow table with the table's columns."""
    return pa.Table.from_pylist([filled(table, row) for row in rows], schema=table.arrow_schema)


def frame_of(spark: Any, table: Table, *rows: dict[str, Any]) -> Frame:
    """Builds a frame with the table's columns."""
    if not rows:
        return spark.createDataFrame([], table.spark_schema)
    return spark.createDataFrame(arrow_of(table, *rows))


def rows_of(frame: Frame, *order: str) -> list[dict[str, Any]]:
    """Collects a frame's rows as dictionaries, sorted by these columns, times in UTC."""
    listed: list[dict[str, Any]] = frame.toArrow().to_pylist()
    return sorted(listed, key=lambda row: tuple(row[name] for name in order)) if order else listed


def in_memory(_: str, frame: Frame) -> Frame:
    """Computes a frame once and answers what reads it, as a stage does with files."""
    rows = frame.toArrow()
    spark = frame.sparkSession
    return spark.createDataFrame(rows) if len(rows) else spark.createDataFrame([], frame.schema)
