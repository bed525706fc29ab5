"""Airflow with its metadata on a PostgreSQL."""

from datetime import date
from pathlib import Path

import psycopg
import pytest

from jobs import airflow
from jobs.airflow import commands
from jobs.airflow.environment import DATABASE, environment
from pumploss import embedded
from pumploss.errors import StoreError
from simulator import Market, write_dumps
from tests.building import lakes
from tests.building.postgres_pair import own_server

pytestmark = pytest.mark.slow


def test_its_database_is_made_there_by_the_one_driver_that_is_installed(tmp_path, monkeypatch):
    settings = lakes.settings_of(tmp_path / "home")
    with embedded.postgres(tmp_path / "metadata") as server:
        address = f"postgresql+psycopg://pumploss@/pumploss?host={server.socket_dir}&port=5432"
        monkeypatch.setenv(DATABASE, address)
        assert environment(settings)[f"{DATABASE}_ASYNC"] == address.replace("+psycopg:", "+psycopg_async:")
        commands.migrate(settings)
        with psycopg.connect(server.dsn) as connection:
            assert connection.execute("SELECT count(*) FROM dag_run").fetchone() == (0,)
    assert not (settings.airflow_home / "airflow.db").exists()


def test_a_night_goes_through_with_its_tasks_kept_there(tmp_path, monkeypatch):
    settings, day = lakes.settings_of(tmp_path / "home"), date(2026, 6, 25)
    write_dumps(Market(days=1, trades_per_day=120, seed=5, first_day=day), Path(settings.landing))
    with embedded.postgres(tmp_path / "metadata") as server:
        monkeypatch.setenv(DATABASE, f"postgresql+psycopg://pumploss@/pumploss?host={server.socket_dir}&port=5432")
        commands.migrate(settings)
        told = []
        airflow.test_daily(settings, day, told.append)
        with psycopg.connect(server.dsn) as connection:
            runs = connection.execute("SELECT dag_id, state FROM dag_run").fetchall()
            tasks = connection.execute("SELECT task_id, state FROM task_instance").fetchall()
    assert runs == [("pumploss_daily", "success")]
    assert {state for _, state in tasks} <= {"success", "skipped"}
    assert {(task.task_id, task.state) for task in told} == set(tasks)
    assert ("publish_warm", "success") in tasks
    assert not (settings.airflow_home / "airflow.db").exists()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server that asks for passwords, with a database that belongs to somebody else and is closed to a guest."""
    with own_server(tmp_path_factory.mktemp("metadata") / "server") as server:
        server.ask("CREATE ROLE guest LOGIN", dbname="postgres")
        server.ask("CREATE ROLE reader LOGIN", dbname="postgres")
        server.ask("ALTER ROLE reader SET default_transaction_read_only = on", dbname="postgres")
        server.ask_for_passwords()
        yield server


@pytest.mark.parametrize(
    ("login", "database", "said"),
    [
        ("publisher:canary42", "pumploss", "refuses the login.*Mend user and password"),
        ("publisher", "pumploss", "refuses the login.*Mend user and password"),
        ("nobody:canary42", "pumploss", "refuses the login"),
        ("publisher:{password}", "no_such", "is not there, though its server answers.*CREATE DATABASE"),
        ("guest:{password}", "pumploss", r"lets this user make no tables \(its schema is public\)"),
        ("reader:{password}", "pumploss", "may only be read"),
    ],
)
def test_what_a_server_refuses_is_said_in_a_sentence_before_airflow_is_asked(
    server, tmp_path, monkeypatch, login, database, said
):
    settings = lakes.settings_of(tmp_path / "home")
    address = f"postgresql+psycopg://{login.format(password=server.password)}@127.0.0.1:{server.port}/{database}"
    monkeypatch.setenv(DATABASE, address)
    for look in (airflow.require_database, commands.migrate):
        with pytest.raises(
            StoreError, match=rf"^Airflow's database 127\.0\.0\.1:{server.port}/{database} {said}"
        ) as refused:
            look(settings)
        words = str(refused.value)
        assert "\n" not in words
        assert "canary42" not in words
        assert server.password not in words
        assert "move it away" not in words
    assert not settings.airflow_home.exists()


def test_an_address_without_a_driver_means_the_one_that_is_installed(server, tmp_path, monkeypatch):
    settings = lakes.settings_of(tmp_path / "home")
    monkeypatch.setenv(DATABASE, f"postgresql://publisher:{server.password}@127.0.0.1:{server.port}/pumploss")
    commands.migrate(settings)
    assert server.ask("SELECT count(*) FROM dag_run") == [(0,)]


def test_an_address_of_its_own_for_what_waits_is_kept(tmp_path, monkeypatch):
    settings = lakes.settings_of(tmp_path / "home")
    assert f"{DATABASE}_ASYNC" not in environment(settings)
    monkeypatch.setenv(DATABASE, "postgresql+psycopg://airflow:secret@db/airflow")
    monkeypatch.setenv(f"{DATABASE}_ASYNC", "postgresql+asyncpg://airflow:secret@db/airflow")
    assert environment(settings)[f"{DATABASE}_ASYNC"] == "postgresql+asyncpg://airflow:secret@db/airflow"
