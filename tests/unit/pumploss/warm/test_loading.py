"""Rows as PostgreSQL takes them: amounts exact, missing values apart from empty text."""

from datetime import UTC, datetime
from decimal import Decimal

import psycopg
import pyarrow as pa

from pumploss.warm.loading import amounts, binary_chunks, binary_schema, csv_chunks, lamport_amounts, lamport_sum


def test_amounts_are_exact(warm: psycopg.Connection) -> None:
    units = pa.chunked_array([[9_223_372_036_854_775_807, -1, 0, None]])
    decimals = pa.chunked_array([pa.array([18, 0, 6, 9], pa.int32())])
    texts = amounts(units, decimals).to_pylist()
    assert texts[3] is None
    found = [warm.execute("SELECT %s::numeric", (text,)).fetchone() for text in texts[:3]]
    assert found == [(Decimal("9.223372036854775807"),), (Decimal(-1),), (Decimal(0),)]
    assert lamport_amounts(units).to_pylist()[1] == "-1e-9"
    assert lamport_sum(pa.chunked_array([[2**63 - 1, 2**63 - 1]])) == Decimal("18446744073.709551614")
    assert lamport_sum(pa.chunked_array([pa.array([None], pa.int64())])) == 0


def test_missing_values_are_not_empty_text() -> None:
    rows = pa.table({"text": ["", None, 'a"b,\n'], "many": [[1, 2], None, []]})
    assert b"".join(csv_chunks([rows], ["text", "many"])) == b'"","{1,2}"\n,\n"a""b,\n","{}"\n'


KINDS = {
    "name": "text", "n": "bigint", "small": "integer", "share": "double precision", "is_so": "boolean",
    "at": "timestamptz",
}  # fmt: skip
MOMENT = datetime(2026, 1, 5, 13, 0, 0, 250, tzinfo=UTC)
ROWS = [
    ("", 2**63 - 1, -(2**31), 0.1 + 0.2, True, MOMENT),
    ('a"b,\n\u00e9', -(2**63), 7, float("nan"), False, datetime(1969, 12, 31, tzinfo=UTC)),
    (None, None, None, None, None, None),
    ("c", 0, 0, -0.0, None, MOMENT),
]


def test_binary_rows_arrive_to_the_last_bit(warm: psycopg.Connection) -> None:
    schema = binary_schema(KINDS)
    assert schema is not None
    columns = [list(column) for column in zip(*ROWS, strict=True)]
    rows = pa.table(dict(zip(reversed(KINDS), reversed(columns), strict=True))).select([*KINDS]).cast(schema)
    with warm.transaction(force_rollback=True), warm.cursor() as cursor:
        cursor.execute(f"CREATE TABLE arrived ({', '.join(f'{name} {kind}' for name, kind in KINDS.items())})")
        with cursor.copy("COPY arrived FROM STDIN (FORMAT binary)") as copy:
            for chunk in binary_chunks([rows.slice(0, 3), rows.slice(3)], schema):
                copy.write(chunk)
        found = cursor.execute("SELECT * FROM arrived").fetchall()
    assert repr(found) == repr(ROWS)


def test_what_postgres_keeps_otherwise_does_not_travel_in_binary() -> None:
    assert binary_schema({"amount": "numeric"}) is None
    assert binary_schema(KINDS | {"many": "bigint[]"}) is None
    assert binary_schema({}) is None
