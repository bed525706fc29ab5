"""What a published table is made of, as statements."""

from datetime import date

import psycopg
from psycopg import sql

from pumploss.contract import Column, Type
from pumploss.warm.warm_table import WarmTable, comments, definitions, warm_columns

COLUMNS = warm_columns([Column("a", Type.STRING, "it's; DROP TABLE x; --"), Column("b", Type.BIGINTS, "many", True)])
TABLE = WarmTable("t", "of 'tests'", COLUMNS, ("a",), day_column="b")


def test_columns_of_a_lake_become_those_of_a_store(warm: psycopg.Connection) -> None:
    with warm.transaction(force_rollback=True):
        warm.execute(sql.SQL("CREATE TEMP TABLE t ({})").format(definitions(COLUMNS)))
        warm.execute(comments(sql.Identifier("t"), TABLE, COLUMNS))
        found = warm.execute(
            "SELECT attname::text, format_type(atttypid, NULL), attnotnull, attcollation = '\"C\"'::regcollation, "
            "col_description(attrelid, attnum) FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0"
        ).fetchall()
        said = warm.execute("SELECT obj_description('t'::regclass)").fetchone()
    assert found == [("a", "text", True, True, "it's; DROP TABLE x; --"), ("b", "bigint[]", False, False, "many")]
    assert said == ("of 'tests'",)


def test_a_part_is_named_by_its_day() -> None:
    assert TABLE.part(date(2026, 1, 5)) == "t_20260105"
    assert TABLE.part_day("t_20260105") == date(2026, 1, 5)
    assert TABLE.names == ("a", "b")
