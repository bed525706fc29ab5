"""The schema and its versions."""

import psycopg
import pytest

from pumploss.errors import StoreError
from pumploss.settings import Settings
from pumploss.warm import (
    open_warm,
)
from pumploss.warm.migrate import migrate, migrations


def test_migrations_are_applied_once(warm: psycopg.Connection) -> None:
    assert migrate(warm) == []
    found = warm.execute("SELECT version, name FROM schema_migrations ORDER BY version").fetchall()
    assert found == [(number, name) for number, (name, _) in sorted(migrations().items())]
    assert list(migrations()) == list(range(1, len(migrations()) + 1))


def test_a_newer_schema_is_refused(warm: psycopg.Connection, settings: Settings) -> None:
    warm.execute("INSERT INTO schema_migrations (version, name) VALUES (999, 'from the future')")
    try:
        with pytest.raises(StoreError, match="schema version 999"), open_warm(settings):
            pass
    finally:
        warm.execute("DELETE FROM schema_migrations WHERE version = 999")
