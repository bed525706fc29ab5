"""What is said where PostgreSQL refuses something: rights that a role lacks, tables that somebody changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pumploss.errors import StoreError
from pumploss.settings import Settings, from_environment
from pumploss.warm import READER, leaderboard, open_reader, open_warm, publishing
from tests.building.losers_board import publish
from tests.building.postgres_pair import PUBLISHER, Server, own_server

#: What somebody does to a store, and what is said to be lacking.
CHANGES = {
    "DROP TABLE trader_features CASCADE": "trader_features",
    "ALTER TABLE expected_losers DROP COLUMN rank CASCADE": "expected_losers.rank",
    "ALTER TABLE expected_losers RENAME COLUMN trader TO wallet": "expected_losers.trader",
    "DROP TABLE publish_log": "publish_log",
    "DROP TABLE schema_migrations": "schema_migrations",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with own_server(tmp_path_factory.mktemp("failures") / "server") as started:
        yield started


def of(folder: Path, dsn: str, **more: str) -> Settings:
    return from_environment({"PUMPLOSS_HOME": str(folder), "PUMPLOSS_WARM_DSN": dsn, **more})


@pytest.fixture
def settings(server: Server, tmp_path: Path) -> Settings:
    """A store of its own, published."""
    name = f"db_{tmp_path.name.lower().replace('-', '_')}"[:60]
    server.ask(f'CREATE DATABASE "{name}" OWNER {PUBLISHER}', dbname="postgres")
    made = of(tmp_path, server.dsn(dbname=name))
    publish(made, 1, "ann")
    return made


def database(settings: Settings) -> str:
    return str(settings.warm_dsn).partition("dbname=")[2].split()[0]


@pytest.mark.parametrize("role", [READER, "somebody"])
def test_a_role_without_rights_is_told_so_wherever_it_comes_in(
    server: Server, settings: Settings, tmp_path: Path, role: str
) -> None:
    server.ask(f"DROP ROLE IF EXISTS {role}", dbname="postgres")
    server.ask(f"CREATE ROLE {role} LOGIN", dbname="postgres")
    as_role = of(tmp_path, server.dsn(role, database(settings)))
    said = f"does not let this user .*: permission denied for .* asked as {role}.* made since the last publish gets"
    with pytest.raises(StoreError, match=f"(?s){said}"), open_warm(as_role) as warm:
        leaderboard(warm)
    with pytest.raises(StoreError, match=f"(?s){said}"), open_reader(as_role) as reader:
        reader.expected_losers()
    with pytest.raises(StoreError, match=f"(?s){said}"):
        publish(as_role, 2, "bob")
    publish(settings, 3, "eve")
    if role == READER:
        with open_reader(as_role) as reader:
            assert [row.trader for row in reader.expected_losers().rows] == ["eve"]


def ask_all(settings: Settings) -> None:
    with open_warm(settings) as warm:
        warm.execute("SELECT rank, trader FROM expected_losers")
        warm.execute("SELECT FROM trader_features")
        publishing.latest(warm)


@pytest.mark.parametrize("change", CHANGES)
def test_a_store_that_somebody_changed_is_named_with_what_it_lacks(
    server: Server, settings: Settings, change: str
) -> None:
    server.ask(change, PUBLISHER, database(settings))
    with pytest.raises(StoreError, match="is not as its migrations left it") as told:
        ask_all(settings)
    assert f"It lacks {CHANGES[change]}. Undo what was changed, or put the server back" in str(told.value)


def test_a_publish_and_a_reader_say_it_too(server: Server, settings: Settings) -> None:
    server.ask("ALTER TABLE expected_losers DROP COLUMN rank CASCADE", PUBLISHER, database(settings))
    with pytest.raises(StoreError, match=r"It lacks expected_losers\.rank\."):
        publish(settings, 2, "bob")
    with pytest.raises(StoreError, match=r"It lacks expected_losers\.rank\."), open_reader(settings) as reader:
        reader.expected_losers()


def test_what_others_made_of_a_published_table_is_named(server: Server, settings: Settings) -> None:
    server.ask("CREATE VIEW mine AS SELECT trader FROM expected_losers", PUBLISHER, database(settings))
    with pytest.raises(StoreError, match=r"(?s)view mine depends on .*Drop what somebody has made"):
        publish(settings, 2, "bob")


def test_a_reader_of_an_empty_database_is_told_to_publish(server: Server, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing was ever published there, run `pumploss nightly`"):  # noqa: SIM117
        with open_reader(of(tmp_path, server.dsn())) as reader:
            reader.leaderboard()


def test_the_embedded_store_says_where_its_files_are(tmp_path: Path) -> None:
    settings = from_environment({"PUMPLOSS_HOME": str(tmp_path)})
    with open_warm(settings) as warm:
        warm.execute("DROP TABLE net_losers CASCADE")
    with pytest.raises(StoreError, match=f"It lacks net_losers.*move {tmp_path}/warm/data away") as told:  # noqa: SIM117
        with open_warm(settings) as warm:
            warm.execute("SELECT FROM net_losers")
    assert "the next night publishes everything in it again from the lake" in str(told.value)


def test_a_fault_of_the_code_stays_one(tmp_path: Path) -> None:
    settings = from_environment({"PUMPLOSS_HOME": str(tmp_path)})
    with pytest.raises(Exception, match="syntax error") as told, open_warm(settings) as warm:
        warm.execute("SELEC 1")
    assert not isinstance(told.value, StoreError)
