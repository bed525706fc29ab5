"""What a role or a database sets changes no answer."""

from collections.abc import Iterator

import pytest

from pumploss.settings import Settings, from_environment
from pumploss.warm import open_reader, open_warm, publishing
from pumploss.warm.connection import beside
from pumploss.warm.session import RELIED_ON
from tests.building.losers_board import AS_OF, publish
from tests.building.postgres_pair import PUBLISHER, own_server

#: What somebody likes better, of every setting that is relied on.
LIKED = {
    "search_path": "pg_catalog",
    "timezone": "Asia/Kolkata",
    "datestyle": "SQL, DMY",
    "intervalstyle": "iso_8601",
    "extra_float_digits": "-15",
    "client_encoding": "LATIN1",
    "standard_conforming_strings": "off",
    "transform_null_equals": "on",
    "array_nulls": "off",
    "default_transaction_isolation": "serializable",
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    folder = tmp_path_factory.mktemp("session")
    with own_server(folder / "server") as server:
        for name, liked in LIKED.items():
            server.ask(f"ALTER ROLE {PUBLISHER} SET {name} = '{liked}'".replace("'pg_catalog'", "pg_catalog"))
        yield from_environment({"PUMPLOSS_HOME": str(folder / "home"), "PUMPLOSS_WARM_DSN": server.dsn()})


def test_every_setting_that_is_relied_on_is_tried() -> None:
    assert LIKED.keys() == RELIED_ON.keys()


def test_every_connection_has_what_is_relied_on(settings: Settings) -> None:
    asked = "SELECT " + ", ".join(f"current_setting('{name}')" for name in RELIED_ON)
    with (
        open_warm(settings) as warm,
        beside(warm) as another,
        open_reader(settings) as reader,
        reader._pool.connection() as read,
    ):
        for connection in (warm, another, read):
            assert connection.execute(asked.encode()).fetchone() == tuple(RELIED_ON.values())
            answer = connection.execute("SELECT timestamptz '2026-02-01 00:00Z', 0.1::float8 + 0.2, 'ш'::text")
            assert answer.fetchone() == (AS_OF, 0.1 + 0.2, "ш")


def test_a_store_is_published_and_read(settings: Settings) -> None:
    publish(settings, 1, "ann")
    with open_reader(settings) as reader:
        assert [(row.trader, row.as_of) for row in reader.expected_losers().rows] == [("ann", AS_OF)]
    with open_warm(settings) as warm:
        assert [row for (row,) in warm.execute("SELECT as_of FROM expected_losers").fetchall()] == [AS_OF]
        shown = publishing.latest(warm)
        assert shown is not None
        assert shown.publish_id == "p1"
