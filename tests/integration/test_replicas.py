"""The warm store on a PostgreSQL of one's own with a standby: who publishes and reads where, what outlives whom."""

import signal

import psycopg
import pytest

from pumploss.errors import StoreError
from pumploss.settings import from_environment
from pumploss.warm import READER, open_reader, open_warm, publisher_lock, publishing, swapping
from pumploss.warm import tables as warm_tables
from pumploss.warm.queries import named
from tests.building.losers_board import NOTHING_KEPT, board, publish, shown
from tests.building.loss_rows import DAY
from tests.building.postgres_pair import PUBLISHER, caught_up, own_server, standby_of, until

READABLE = f"SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND \
has_table_privilege('{READER}', oid, 'SELECT')"


@pytest.fixture(scope="module")
def primary(tmp_path_factory):
    with own_server(tmp_path_factory.mktemp("primary") / "server") as server:
        yield server


@pytest.fixture(scope="module")
def standby(primary, tmp_path_factory):
    with standby_of(primary, tmp_path_factory.mktemp("standby") / "server") as server:
        yield server


@pytest.fixture
def settings_of(tmp_path):
    """`settings_of(dsn)`: settings that publish to, and `settings_of(dsn, read)` that read from, these servers."""

    def made(dsn, read=""):
        own = {"PUMPLOSS_WARM_DSN": dsn, "PUMPLOSS_WARM_READ_DSN": read}
        return from_environment({"PUMPLOSS_HOME": str(tmp_path), **own})

    return made


def hosts(first, second, attributes="prefer-standby"):
    """An address that names both servers, in this order."""
    return (
        f"host=127.0.0.1,127.0.0.1 port={first.port},{second.port} user={PUBLISHER} dbname=pumploss connect_timeout=5 "
        f"target_session_attrs={attributes}"
    )


def test_a_reading_role_that_is_made_later_gets_its_rights_and_no_more(primary, settings_of):
    settings = settings_of(primary.dsn())
    publish(settings, 1, "ann")
    primary.ask("CREATE TABLE public.of_others AS SELECT 1 AS x")
    primary.ask(f"CREATE ROLE {READER} LOGIN")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        primary.ask("SELECT * FROM public.expected_losers", READER)
    with (
        open_reader(settings_of(primary.dsn(), primary.dsn(READER))) as reader,
        pytest.raises(StoreError, match=r"not let this user read expected_losers: .* gets its rights with the next"),
    ):
        reader.expected_losers()
    for _ in range(2):
        with open_warm(settings):
            pass
        assert primary.ask(READABLE) == primary.ask(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND "
            f"pg_get_userbyid(relowner) = '{PUBLISHER}'"
        )
    assert primary.ask("SELECT trader FROM public.expected_losers", READER) == [("ann",)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        primary.ask("SELECT * FROM public.of_others", READER)
    publish(settings, 2, "bob")
    assert primary.ask("SELECT trader FROM public.expected_losers", READER) == [("bob",)]


def test_a_standby_is_read_and_never_published_to(primary, standby, settings_of):
    both = settings_of(hosts(standby, primary, "read-write"))
    publish(both, 3, "cid")
    caught_up(primary, standby)
    alone = settings_of(standby.dsn())
    with pytest.raises(StoreError, match=r"is a standby, or read only.*target_session_attrs=read-write"):
        publish(alone, 4, "dan")
    with open_warm(alone) as warm:
        assert publishing.latest(warm).publish_id == "p3"
    primary.ask("CREATE DATABASE empty", dbname="postgres")
    caught_up(primary, standby)
    with pytest.raises(StoreError, match="is a standby"), open_warm(settings_of(standby.dsn(dbname="empty"))):
        pass


def test_reads_outlive_the_standby_and_a_restart_of_the_primary(primary, standby, settings_of):
    settings = settings_of(primary.dsn(), hosts(primary, standby))
    publish(settings, 5, "dee")
    caught_up(primary, standby)

    def reads(server):
        return server.ask("SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'pumploss_reader'")

    with open_reader(settings) as reader:
        assert shown(reader) == ["dee"]
        assert (reads(standby), reads(primary)) == ([(True,)], [(False,)])
        publish(settings, 6, "eve")
        caught_up(primary, standby)
        assert shown(reader) == ["eve"]
        primary.stop(signal.SIGQUIT)
        assert shown(reader) == ["eve"]
        primary.start()
        standby.stop(signal.SIGQUIT)
        assert shown(reader) == ["eve"]
        assert reads(primary) == [(True,)]
        primary.stop()
        primary.start()
        assert shown(reader) == ["eve"]
        standby.start()
        publish(settings, 7, "fay")
        caught_up(primary, standby)
        assert shown(reader) == ["fay"]


def test_an_answer_that_is_cut_off_is_asked_for_again(primary, standby, settings_of, monkeypatch):
    settings = settings_of(primary.dsn(), hosts(primary, standby))
    publish(settings, 8, "gil")
    caught_up(primary, standby)
    with open_reader(settings, connections=1) as reader:
        cut, execute = [], psycopg.Cursor.execute

        def cut_once(self, query, *given, **more):
            if not cut and query == named("expected_losers"):
                cut.append(self.connection.info.backend_pid)
                assert standby.ask(f"SELECT pg_terminate_backend({cut[0]})") == [(True,)]
            return execute(self, query, *given, **more)

        monkeypatch.setattr(psycopg.Cursor, "execute", cut_once)
        assert shown(reader) == ["gil"]
        assert cut


def test_who_shares_a_session_does_not_share_the_lock(primary, settings_of):
    """What a pooler that lends sessions for a transaction does: two publishers ask one session for the lock."""
    with open_warm(settings_of(primary.dsn())) as warm, publishing.exclusive(warm):
        told = pytest.raises(StoreError, match=f"Another publisher \\(server process {warm.info.backend_pid}\\)")
        with told, publishing.exclusive(warm, wait_seconds=0.2):
            pass
    assert primary.ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == [(0,)]


def test_who_keeps_the_lock_of_what_is_shown_is_named_and_not_waited_for_forever(primary, settings_of, monkeypatch):
    """Any role that may connect can take it: the lock is a number."""
    monkeypatch.setattr(publisher_lock, "_SHOWING_SECONDS", 1)
    settings = settings_of(primary.dsn())
    publish(settings, 10, "ivy")
    before = primary.ask("SELECT * FROM expected_losers")
    with open_warm(settings) as warm, psycopg.connect(primary.dsn()) as rude:
        rude.execute("SELECT pg_advisory_xact_lock(%s)", (publisher_lock._SHOWING,))
        kept = rf"Server process {rude.info.backend_pid} kept what is published locked for 1 s\..*pg_terminate_backend"
        with pytest.raises(StoreError, match=kept), publishing.exclusive(warm):
            pass
        rude.rollback()
        with publishing.exclusive(warm):
            rude.execute("SELECT pg_advisory_xact_lock(%s)", (publisher_lock._SHOWING,))
            with pytest.raises(StoreError, match=kept):
                swapping.swap(warm, [], NOTHING_KEPT, publishing.Published("kept", "r", DAY, "l", "l"))
    assert primary.ask("SELECT * FROM expected_losers") == before
    publish(settings, 11, "jim")


def test_a_publisher_whose_guard_is_gone_shows_nothing(primary, settings_of):
    settings = settings_of(primary.dsn())
    publish(settings, 9, "hal")
    before = primary.ask("SELECT * FROM expected_losers")
    guards = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'pumploss publisher %'"
    with open_warm(settings) as warm, open_warm(settings) as other, publishing.exclusive(warm):
        ((guard,),) = primary.ask(guards)
        primary.ask(f"SELECT pg_terminate_backend({guard})")
        until(lambda: primary.ask(guards) == [], "the guard stays")
        entry = publishing.Published("lost", "r", DAY, "l", "l")
        with pytest.raises(StoreError, match="kept other publishers away was lost"):
            swapping.swap(warm, [], NOTHING_KEPT, entry)
        with publishing.exclusive(other, wait_seconds=0.2), pytest.raises(StoreError, match="was lost"):
            swapping.swap(warm, [], NOTHING_KEPT, entry)
    assert primary.ask("SELECT * FROM expected_losers") == before
    assert primary.ask("SELECT count(*) FROM publish_log WHERE publish_id = 'lost'") == [(0,)]


def test_settings_of_a_publish_end_with_its_transactions(primary, settings_of):
    """A pooler lends the session to others next."""
    asked = "SELECT current_setting('synchronous_commit'), current_setting('default_statistics_target')"
    with open_warm(settings_of(primary.dsn())) as warm:
        before = warm.execute(asked).fetchone()
        with publishing.exclusive(warm) as staging:
            staging.load(warm_tables.EXPECTED_LOSERS, [board()], 0)
            assert warm.execute(asked).fetchone() == before == ("on", "100")
