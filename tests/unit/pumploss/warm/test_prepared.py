"""Whether what is prepared is still there when it is asked for again."""

from types import SimpleNamespace

import psycopg
import pytest

from pumploss.settings import Settings
from pumploss.warm import open_warm
from pumploss.warm.prepared import keeps_prepared


class Behind:
    """A connection as it is behind a pooler, which has a number of its own for it and lends it this session."""

    def __init__(self, session: psycopg.Connection) -> None:
        self._session = session
        self.info = SimpleNamespace(backend_pid=-1)

    def __getattr__(self, name):
        return getattr(self._session, name)


@pytest.fixture
def session(settings: Settings, warm: psycopg.Connection):
    with open_warm(settings) as opened:
        opened.prepare_threshold = 5  # as connections have it that are opened without a word about it
        yield opened


def prepared(session: psycopg.Connection) -> list[str]:
    return [name for (name,) in session.execute("SELECT name FROM pg_prepared_statements", prepare=False).fetchall()]


def test_a_server_itself_keeps_it_and_nothing_is_left_there(session):
    assert keeps_prepared(session)
    assert prepared(session) == []


def test_a_pooler_that_passes_names_on_does_not_and_nothing_is_left_there(session):
    assert not keeps_prepared(Behind(session))
    assert prepared(session) == []


def test_nor_where_another_client_has_left_a_statement_of_that_name(session):
    session.execute("PREPARE _pg3_0 AS SELECT 1")
    assert not keeps_prepared(Behind(session))
    assert session.execute("EXECUTE _pg3_0").fetchone() == (1,)
