"""The warm store behind PgBouncer in transaction mode, which lends sessions of the server for a transaction each."""

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from pumploss.errors import StoreError
from pumploss.settings import from_environment
from pumploss.warm import open_reader, open_warm, publishing, swapping
from pumploss.warm import tables as warm_tables
from pumploss.warm.queries import named
from tests.building.losers_board import AS_OF, NOTHING_KEPT, board, publish, shown
from tests.building.loss_rows import DAY
from tests.building.pooler import pooler_of
from tests.building.postgres_pair import PUBLISHER, own_server

pytestmark = pytest.mark.skipif(
    shutil.which("pgbouncer") is None, reason="no pgbouncer is on PATH: install it (Debian: apt-get install pgbouncer)"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with own_server(tmp_path_factory.mktemp("pooled") / "server") as started:
        yield started


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("poolers")


@pytest.fixture(scope="module")
def settings(server, folder):
    with pooler_of(server, folder / "plain") as dsn:
        yield from_environment({"PUMPLOSS_HOME": str(folder / "home"), "PUMPLOSS_WARM_DSN": dsn})


QUERIES = ("expected_losers", "leaderboard", "net_losers", "market_days", "find_tokens")
VALUES = {"limit": 5, "period": "24h", "first": DAY, "last": DAY, "prefix": "e"}


def columns_of(query):
    """The columns of the answer, as the text of the query has them."""
    listed = re.search(r"SELECT(.*?)\bFROM", named(query).decode(), re.DOTALL)[1]
    return tuple(column.split()[-1] for column in listed.split(","))


def locks(server):
    return server.ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")


def test_one_of_several_publishers_is_let_in_and_nothing_of_it_stays(server, settings):
    publish(settings, 1, "ann")
    with open_warm(settings) as first, open_warm(settings) as second, publishing.exclusive(first) as staging:
        staging.load(warm_tables.EXPECTED_LOSERS, [board("bob")], 1)
        for other in (second, first):
            # Clients of the pooler are numbered by it.
            told = pytest.raises(StoreError, match=f"Another publisher \\(server process {first.info.backend_pid}\\)")
            with told, publishing.exclusive(other, wait_seconds=0.3):
                pass
        swapping.swap(first, staging.loaded, NOTHING_KEPT, publishing.Published("p2", "r", DAY, "l", "l"))
    assert server.ask("SELECT trader FROM expected_losers") == [("bob",)]
    assert locks(server) == [(0,)]
    with open_warm(settings) as warm:
        for _ in range(6):
            asked = "SELECT current_setting('synchronous_commit'), current_setting('default_statistics_target')"
            assert warm.execute(asked).fetchone() == ("on", "100")


def test_publishers_take_turns(server, settings):
    """More wait than the pooler has sessions: who waits keeps none."""
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: publish(settings, number, f"t{number}"), range(10, 18)))
    assert server.ask("SELECT count(*), count(DISTINCT publish_id) FROM publish_log WHERE publish_id ~ 'p1[0-7]'") == [
        (8, 8)
    ]
    ((last,),) = server.ask("SELECT publish_id FROM publish_log ORDER BY number DESC LIMIT 1")
    assert server.ask("SELECT trader FROM expected_losers") == [(f"t{last.removeprefix('p')}",)]
    assert locks(server) == [(0,)]


def test_a_reader_is_told_what_the_pooler_lacks_and_reads_where_it_has_it(server, settings, folder):
    publish(settings, 20, "eve")
    with pytest.raises(StoreError, match=r"cannot be reached.*unsupported startup parameter"), open_reader(settings):
        pass
    with pooler_of(server, folder / "lenient", "ignore_startup_parameters = options") as dsn:
        reading = from_environment({"PUMPLOSS_HOME": str(folder / "home"), "PUMPLOSS_WARM_READ_DSN": dsn})
        with open_reader(reading, connections=8) as reader, ThreadPoolExecutor(8) as threads:
            assert list(threads.map(lambda _: shown(reader), range(80))) == [["eve"]] * 80
            # Sessions are lent to whoever comes, and every client numbers what it prepares from 0.
            asked = [QUERIES[number % len(QUERIES)] for number in range(120)]
            found = threads.map(lambda query: reader.ask(query, **VALUES).names, asked)
            assert list(found) == [columns_of(query) for query in asked]


def test_dates_are_written_as_they_are_read_whatever_the_role_likes(server, settings, folder):
    """The pooler passes on the style of dates, and the time zone, that each client has set."""
    server.ask(f"ALTER ROLE {PUBLISHER} SET datestyle = 'SQL, DMY'")
    server.ask(f"ALTER ROLE {PUBLISHER} SET timezone = 'Asia/Kolkata'")
    try:
        with pooler_of(server, folder / "liked", "ignore_startup_parameters = options") as dsn:
            liked = from_environment({"PUMPLOSS_HOME": str(folder / "home"), "PUMPLOSS_WARM_DSN": dsn})
            publish(liked, 30, "zoe")
            with open_reader(liked, connections=8) as reader, ThreadPoolExecutor(8) as threads:
                found = list(threads.map(lambda _: reader.expected_losers().rows[0].as_of, range(40)))
            assert found == [AS_OF] * 40
            with ExitStack() as stack:
                opened = [stack.enter_context(open_warm(liked)) for _ in range(6)]
                for warm in opened * 3:
                    with warm.transaction():
                        assert warm.execute("SELECT as_of FROM expected_losers").fetchall() == [(AS_OF,)]
    finally:
        server.ask(f"ALTER ROLE {PUBLISHER} RESET ALL")
