"""The schema and its versions."""

from datetime import date
from pathlib import Path

import psycopg
import pytest

from pumploss import embedded
from pumploss.errors import StoreError
from pumploss.settings import Settings, from_environment
from pumploss.warm import READER, leaderboard, net_losers, open_warm, top_losers
from pumploss.warm.migrate import migrate, migrations

#: What the release of the third migration left: a reader without login, days beside their tables, a board.
OF_BEFORE = """
CREATE ROLE pumploss_reader NOLOGIN;
GRANT USAGE ON SCHEMA public TO pumploss_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO pumploss_reader;
CREATE TABLE daily_losses_20260131 PARTITION OF daily_losses FOR VALUES FROM ('2026-01-31') TO ('2026-02-01');
INSERT INTO daily_losses VALUES ('2026-01-31', 'a', -1, 1);
INSERT INTO leaderboards VALUES ('24h', 1, 'a', -1, 1, -1, -1, 1, -1, 1, NULL, 10, NULL, '2026-02-01');
"""


def test_migrations_are_applied_once(warm: psycopg.Connection) -> None:
    assert migrate(warm) == []
    found = warm.execute("SELECT version, name FROM schema_migrations ORDER BY version").fetchall()
    assert found == [(number, name) for number, (name, _) in sorted(migrations().items())]
    assert list(migrations()) == list(range(1, len(migrations()) + 1))


def test_a_store_of_before_is_brought_up_to_date_with_what_it_shows(tmp_path: Path) -> None:
    settings = from_environment({"PUMPLOSS_HOME": str(tmp_path)})
    old = {number: kept for number, kept in migrations().items() if number <= 3}
    with embedded.postgres(settings.warm_dir) as server, psycopg.connect(server.dsn, autocommit=True) as before:
        before.execute("CREATE TABLE schema_migrations (version int PRIMARY KEY, name text, applied_at timestamptz)")
        for number, (name, script) in old.items():
            before.execute(script.encode())
            before.execute("INSERT INTO schema_migrations VALUES (%s, %s, now())", (number, name))
        before.execute(OF_BEFORE)
        with open_warm(settings) as after:
            assert leaderboard(after, "24h")[0]["net_amount"] is None
            assert [row["baseline_score"] for row in leaderboard(after, "24h")] == [10]
            found = after.execute("SELECT day, trader_address, daily_loss FROM daily_losses").fetchall()
            parts = "SELECT schemaname, tablename FROM pg_tables WHERE tablename LIKE 'daily_losses_%%'"
            assert found == [(date(2026, 1, 31), "a", -1)]
            assert after.execute(parts).fetchall() == [("pumploss_parts", "daily_losses_20260131")]
        with psycopg.connect(server.dsn_of(READER)) as reader:
            assert top_losers(reader, "24h")[0]["trader"] == "a"
            assert net_losers(reader, "24h") == []


def test_a_newer_schema_is_refused(warm: psycopg.Connection, settings: Settings) -> None:
    warm.execute("INSERT INTO schema_migrations (version, name) VALUES (999, 'from the future')")
    try:
        with pytest.raises(StoreError, match="schema version 999"), open_warm(settings):
            pass
    finally:
        warm.execute("DELETE FROM schema_migrations WHERE version = 999")
