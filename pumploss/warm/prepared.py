"""Tells whether what a connection prepares is still there when it asks again."""

from typing import Any, Final

import psycopg
from psycopg import sql

#: What is prepared to see under which name the server has it.
_PROBE: Final = "SELECT pg_backend_pid() AS asked_by_pumploss"


def keeps_prepared(connection: "psycopg.Connection[Any]") -> bool:
    """Tell whether statements may be prepared on such connections: on a server itself they may.

    A pooler that lends a session for a transaction has to know what each client prepared, as PgBouncer does from 1.21
    on with `max_prepared_statements` above 0: it gives statements names of its own. Behind another one, a client would
    run what somebody else prepared under the same name on the session that it is lent: the rows of another query.
    """
    answer = connection.execute("SELECT pg_backend_pid()").fetchone()
    if answer is not None and answer[0] == connection.info.backend_pid:
        return True
    try:
        # In one transaction, which is one session also behind a pooler.
        with connection.transaction():
            connection.execute(_PROBE, prepare=True)
            listed = connection.execute("SELECT name FROM pg_prepared_statements WHERE statement = %s", [_PROBE])
            ours = [name for (name,) in listed.fetchall() if name.startswith("_pg3_")]
            for name in ours:
                connection.execute(sql.SQL("DEALLOCATE {}").format(sql.Identifier(name)))
    except psycopg.errors.DuplicatePreparedStatement:
        return False
    return not ours
