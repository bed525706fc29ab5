"""Tells a server that only answers reads, a standby above all, from one that can be published to."""

import psycopg

from pumploss.errors import StoreError


def is_read_only(connection: psycopg.Connection) -> bool:
    """Tell whether the server takes no changes now: a standby, or one that is set to be read only."""
    row = connection.execute("SHOW transaction_read_only").fetchone()
    return row is not None and row[0] == "on"


def refuse_read_only(connection: psycopg.Connection) -> None:
    """Raise StoreError where the server takes no changes."""
    if is_read_only(connection):
        info = connection.info
        raise StoreError(
            f"The warm store {info.host or 'of this machine'}:{info.port}/{info.dbname} is a standby, or read only, "
            "and cannot be published to; readers keep what it has. Set PUMPLOSS_WARM_DSN to the primary, or name all "
            "servers in it with target_session_attrs=read-write; PUMPLOSS_WARM_READ_DSN may name standbys."
        )
