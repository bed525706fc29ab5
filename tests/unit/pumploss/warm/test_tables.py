"""Tables, their columns, meaning, keys and indexes: what the migrations made is what the contracts say."""

import psycopg
import pytest

from pumploss.warm.tables import FEATURES, TABLES
from pumploss.warm.warm_table import WarmTable

#: Every table by its own name in the output; features take their columns from the lake's contract at each publish.
ALL = pytest.mark.parametrize("table", TABLES, ids=[table.name for table in TABLES])


@ALL
def test_every_table_is_there_and_has_its_key_and_indexes(warm: psycopg.Connection, table: WarmTable) -> None:
    found = warm.execute(
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = %s",
        (table.name,),
    ).fetchall()
    columns = {definition.partition(" USING btree ")[2].replace('"', "") for (definition,) in found}
    assert columns == {f"({', '.join(names)})" for names in (table.key, *table.indexes)}


@ALL
def test_columns_types_and_comments_are_those_of_the_contract(warm: psycopg.Connection, table: WarmTable) -> None:
    live = f"public.{table.name}"
    assert warm.execute("SELECT obj_description(to_regclass(%s))", (live,)).fetchone() == (table.description,)
    if table == FEATURES:
        return
    found = warm.execute(
        "SELECT attname::text, format_type(atttypid, atttypmod), col_description(attrelid, attnum), NOT attnotnull "
        "FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        (live,),
    ).fetchall()
    long = {"timestamptz": "timestamp with time zone"}
    assert found == [(c.name, long.get(c.kind, c.kind), c.description, c.nullable) for c in table.columns]


def test_days_are_out_of_the_readers_sight(warm: psycopg.Connection) -> None:
    listed = warm.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    named = {table.name for table in TABLES} | {"publish_log", "schema_migrations"}
    assert {name for (name,) in listed} <= named
