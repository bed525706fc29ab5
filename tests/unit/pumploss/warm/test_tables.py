"""Tables, their keys and indexes."""

import psycopg

from pumploss.warm import tables as warm_tables


def test_every_table_is_there_and_has_its_key_and_indexes(warm: psycopg.Connection) -> None:
    for table in warm_tables.TABLES:
        found = warm.execute(
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = %s",
            (table.name,),
        ).fetchall()
        columns = {definition.partition(" USING btree ")[2].replace('"', "") for (definition,) in found}
        assert columns == {f"({', '.join(names)})" for names in (table.key, *table.indexes)}
