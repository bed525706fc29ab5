"""Rows as PostgreSQL takes them: amounts exact, missing values apart from empty text."""

from decimal import Decimal

import psycopg
import pyarrow as pa

from pumploss.warm.loading import amounts, csv_chunks, lamport_amounts, lamport_sum


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
    assert b"".join(csv_chunks(rows)) == b'"","{1,2}"\n,\n"a""b,\n","{}"\n'
