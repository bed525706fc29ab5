"""Lets one publisher at a time change the warm store, also behind a pooler that lends a server for each transaction.

There a lock of a session protects nobody: who asks next may be lent the same server, which has the lock already. So it
is a transaction's, which a connection of its own, the guard, keeps open for as long as the publish takes. Where the
guard is lost, the publish must not be shown: another publisher may have begun. `require` sees to that within the
transaction that shows it.
"""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final

import psycopg
from psycopg.conninfo import make_conninfo

from pumploss.errors import StoreError

#: Held for a publish, and for the transaction that shows it.
_PUBLISHING: Final = 7_045_118_003
_SHOWING: Final = 7_045_118_004

_SHOWING_SECONDS: Final = 60

#: How a guard names itself, with the process that it guards.
_GUARD: Final = "pumploss publisher "

_HOLDER: Final = (
    "SELECT coalesce(substring(a.application_name FROM '^pumploss publisher (-?[0-9]+)$'), l.pid::text) "
    "FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.granted AND "
    "(l.classid::bigint << 32) + l.objid::bigint = %s"
)


@contextmanager
def held(connection: psycopg.Connection, wait_seconds: float) -> Iterator[None]:
    """Hold the lock for the publisher of this connection. Raises StoreError naming another that does not end."""
    with closing(connect_again(connection, f"{_GUARD}{connection.info.backend_pid}")) as guard:
        _take(guard, wait_seconds)
        # One that lost its guard may be about to show what it has; what is shown is only read after that.
        with connection.transaction():
            _wait_for_shown(connection)
        yield


def require(connection: psycopg.Connection) -> None:
    """Within the transaction that shows a publish: raise StoreError where its guard is gone.

    Whoever takes the lock afterwards waits for the end of this transaction.
    """
    _wait_for_shown(connection)
    row = connection.execute(_HOLDER, (_PUBLISHING,)).fetchone()
    if row is None or row[0] != str(connection.info.backend_pid):
        raise StoreError(
            "The connection that kept other publishers away was lost, so nothing was shown; readers keep what they "
            "have. See whether the server or a pooler ends idle transactions, then publish again."
        )


def _wait_for_shown(connection: psycopg.Connection) -> None:
    """Take, for this transaction, the lock of what is shown. Raises StoreError naming who keeps it for too long.

    Any role that may connect can take a lock by its number.
    """
    row = connection.execute("SELECT current_setting('lock_timeout')").fetchone()
    connection.execute("SELECT set_config('lock_timeout', %s, true)", (f"{_SHOWING_SECONDS}s",))
    try:
        # Within a savepoint, so that the transaction can still be asked who it is.
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_SHOWING,))
    except psycopg.errors.LockNotAvailable as error:
        holder = connection.execute(_HOLDER, (_SHOWING,)).fetchone()
        raise StoreError(
            f"Server process {holder[0] if holder else '?'} kept what is published locked for {_SHOWING_SECONDS} s. "
            "Nothing was shown; readers keep what they have. If it is no publisher, end it (pg_terminate_backend), "
            "then publish again."
        ) from error
    connection.execute("SELECT set_config('lock_timeout', %s, true)", (row[0] if row else "0",))


def connect_again(connection: psycopg.Connection, name: str, *, autocommit: bool = False) -> psycopg.Connection:
    """Connect once more to the server of a connection, under this name."""
    info = connection.info
    parts = {option.keyword.decode(): option.val.decode() for option in connection.pgconn.info if option.val}
    # Of several hosts that were named it is the one that was connected to.
    parts |= {"host": info.host, "port": str(info.port), "application_name": name}
    if "hostaddr" in parts:
        parts["hostaddr"] = info.hostaddr
    return psycopg.connect(make_conninfo(**parts), autocommit=autocommit, prepare_threshold=None)


def _take(guard: psycopg.Connection, wait_seconds: float) -> None:
    """Begin a transaction that has the lock, and that nothing ends for being idle."""
    deadline = time.monotonic() + wait_seconds
    while not _asked(guard, "SELECT pg_try_advisory_xact_lock(%s)"):
        if time.monotonic() > deadline:
            raise StoreError(
                f"Another publisher (server process {_asked(guard, _HOLDER)}) is writing to the warm store, waited "
                f"{wait_seconds:.0f} s. Run again when it has ended; `pumploss status` shows what runs."
            )
        # Who waits must not keep a session of a pooler: whoever is waited for may need it to end.
        guard.rollback()
        time.sleep(0.1)
    guard.execute(
        "SELECT set_config(name, '0', true) FROM pg_settings WHERE name IN "
        "('idle_in_transaction_session_timeout', 'transaction_timeout', 'statement_timeout')"
    )


def _asked(guard: psycopg.Connection, query: str) -> object:
    row = guard.execute(query.encode(), (_PUBLISHING,)).fetchone()
    return row[0] if row else None
