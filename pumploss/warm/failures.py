"""Says what PostgreSQL refused, why, and what to do: of damaged files, of rights, of tables that were changed."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import psycopg
from psycopg import errors

from pumploss.errors import StoreError
from pumploss.warm.tables import TABLES
from pumploss.warm.warm_table import LIVE, READER

#: How PostgreSQL calls data, indexes and files that are not as it wrote them, and a disk that does not read.
_DAMAGED: Final = {"XX001", "XX002", "58P01", "58030"}

#: A table, a column or what else a statement names is not there, is there already, or is another kind of thing.
CHANGED: Final = (
    *(errors.UndefinedTable, errors.UndefinedColumn, errors.UndefinedObject, errors.UndefinedFunction),
    *(errors.InvalidSchemaName, errors.InvalidTableDefinition, errors.InvalidObjectDefinition),
    *(errors.DuplicateTable, errors.DuplicateColumn, errors.DuplicateObject, errors.DuplicateSchema),
    *(errors.WrongObjectType, errors.DatatypeMismatch),
)

_COLUMNS: Final = """
SELECT c.relname, a.attname FROM pg_class c LEFT JOIN pg_attribute a
    ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = to_regnamespace(%s)
"""
#: What migrations make beside the published tables.
_RECORDS: Final = ("publish_log", "schema_migrations")


def told(
    error: psycopg.Error, connection: "psycopg.Connection[Any]", where: str, repair: str, what: str = "do this"
) -> StoreError | None:
    """Make the error for what the store of a connection refused or lost; None for what is a fault of the code.

    `repair` says what to do where the store itself cannot be used as it is, `what` was asked of it.
    """
    said = str(error).strip()
    if error.sqlstate in _DAMAGED:
        return StoreError(f"The warm store {where} is damaged: {said}. Where its files are damaged, {repair}")
    if isinstance(error, errors.InsufficientPrivilege):
        return StoreError(
            f"The warm store {where} does not let this user {what}: {said}. It was asked as {connection.info.user}. "
            f"Readers use the role {READER}; one that was made since the last publish gets its rights with the next. "
            "Whoever publishes, by PUMPLOSS_WARM_DSN, owns what was published, and the database, or may make schemas "
            "in it and tables in public."
        )
    if isinstance(error, CHANGED):
        return _changed(error.diag.message_primary or said, where, _lacking(connection), repair)
    if isinstance(error, errors.DependentObjectsStillExist):
        return StoreError(
            f"The warm store {where} cannot be changed: {said}. Readers keep what they have. Drop what somebody has "
            "made of published tables, then run again; what is to last reads copies, or is made anew after a publish."
        )
    # How the server ends an idle transaction is no operational error to psycopg.
    if isinstance(error, psycopg.OperationalError) or connection.closed:
        return StoreError(
            f"The warm store {where} gave up: {said}. Readers keep what they have; run again when it answers."
        )
    return None


def _changed(said: str, where: str, lacking: Sequence[str], repair: str) -> StoreError:
    """Make the error for a store that somebody else has changed, or that nothing was ever published to."""
    if set(_RECORDS) <= set(lacking):
        said = f"{said}. Where nothing was ever published there, run `pumploss nightly`"
    lacks = f" It lacks {', '.join(lacking)}." if lacking else ""
    return StoreError(
        f"The warm store {where} is not as its migrations left it: {said}.{lacks} Undo what was changed, or "
        f"{repair} All that it showed comes from the lake."
    )


def _lacking(connection: "psycopg.Connection[Any]") -> list[str]:
    """List published tables, and columns of others, that are not there; none where that cannot be asked any more."""
    there: dict[str, set[str]] = {}
    with suppress(psycopg.Error):
        for table, column in connection.execute(_COLUMNS, (LIVE,)).fetchall():
            there.setdefault(table, set()).add(column)
        wanted: dict[str, tuple[str, ...]] = {table.name: table.names for table in TABLES}
        tables = [name for name in (*wanted, *_RECORDS) if name not in there]
        columns = [(name, one) for name, of_it in wanted.items() for one in of_it if name in there]
        return tables + [f"{name}.{one}" for name, one in columns if one not in there[name]]
    return []
