"""Two frames that are walked side by side."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa

from features.rolling.cohorts import unpacked, walk_cohorts

MOMENT = datetime(2026, 1, 5, 13, 0, 0, 250, tzinfo=UTC)
ONE = [(0, "ann", None, MOMENT), (0, "ben", 2.5, MOMENT), (1, "cid", 3.5, MOMENT), (2, "dan", 4.5, MOMENT)]
OTHER = [(1, [1, 2], Decimal(10**30), date(2026, 1, 5)), (2, [], Decimal(-1), date(2026, 1, 6))]


def seen(one: pa.Table, other: pa.Table) -> pa.Table:
    """What a walk is given, as text."""
    told = (json.dumps(rows.drop_columns("trader_cohort").to_pylist(), default=str) for rows in (one, other))
    return pa.table({"cohort": one["trader_cohort"][:1], **{f"rows_{n}": [text] for n, text in enumerate(told)}})


def test_a_walk_gets_every_row_of_a_cohort_as_it_is(spark, rows_of):
    one = spark.createDataFrame(ONE, "trader_cohort int, name string, share double, at timestamp")
    other = spark.createDataFrame(OTHER, "trader_cohort int, parts array<bigint>, wide decimal(38,0), day date")
    walked = rows_of(walk_cohorts(one, other, seen, "cohort int, rows_0 string, rows_1 string"), "cohort")
    at = str(MOMENT)
    given = [(sorted(json.loads(row["rows_0"]), key=str), json.loads(row["rows_1"])) for row in walked]
    assert given == [
        ([{"name": "ann", "share": None, "at": at}, {"name": "ben", "share": 2.5, "at": at}], []),
        ([{"name": "cid", "share": 3.5, "at": at}], [{"parts": [1, 2], "wide": str(10**30), "day": "2026-01-05"}]),
        ([{"name": "dan", "share": 4.5, "at": at}], [{"parts": [], "wide": "-1", "day": "2026-01-06"}]),
    ]  # fmt: skip


def test_no_rows_keep_their_columns():
    kind = pa.struct([("name", pa.string()), ("at", pa.timestamp("us", "UTC"))])
    empty = unpacked(pa.table({"trader_cohort": pa.array([], pa.int32()), "row": pa.chunked_array([], kind)}))
    assert empty.schema == pa.schema(list(kind))
    assert empty.num_rows == 0
