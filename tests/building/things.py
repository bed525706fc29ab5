"""A table of things by day, on which tests of the lake try what it does."""

from datetime import date
from pathlib import Path

from pumploss.contract import Column, Table, Type

D1, D2, D3, D5 = (date(2026, 1, n) for n in (1, 2, 3, 5))
TABLE = Table(
    name="things",
    description="Things of a day.",
    columns=(
        Column("thing", Type.STRING, "Its name"),
        Column("size_units", Type.BIGINT, "Its size", nullable=True),
        Column("parts", Type.BIGINTS, "Its parts"),
        Column("shares", Type.DOUBLES, "Its shares"),
        Column("group", Type.INT, "Its group"),
        Column("noted_day", Type.DATE, "When it was noted"),
        Column("day", Type.DATE, "Day"),
    ),
    key=("thing", "day"),
    partition_by=("day", "group"),
    order_by=("thing",),
)


def things(lake, days=None, version=None):
    """Names of the things by day."""
    rows = lake.read(TABLE, days, version).select("day", "thing").toArrow().to_pylist()
    found = {}
    for row in sorted(rows, key=lambda row: (row["day"], row["thing"])):
        found.setdefault(row["day"], []).append(row["thing"])
    return found


def parquet_files(lake):
    """Every file below the table's folder."""
    return sorted(path for path in Path(lake.path(TABLE)).rglob("*.parquet"))
