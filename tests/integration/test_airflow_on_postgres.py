"""Airflow with its metadata on a PostgreSQL."""

from datetime import date
from pathlib import Path

import psycopg
import pytest

from jobs import airflow
from jobs.airflow import commands
from jobs.airflow.environment import DATABASE, environment
from pumploss import embedded
from simulator import Market, write_dumps
from tests.building import lakes

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


def test_an_address_of_its_own_for_what_waits_is_kept(tmp_path, monkeypatch):
    settings = lakes.settings_of(tmp_path / "home")
    assert f"{DATABASE}_ASYNC" not in environment(settings)
    monkeypatch.setenv(DATABASE, "postgresql+psycopg://airflow:secret@db/airflow")
    monkeypatch.setenv(f"{DATABASE}_ASYNC", "postgresql+asyncpg://airflow:secret@db/airflow")
    assert environment(settings)[f"{DATABASE}_ASYNC"] == "postgresql+asyncpg://airflow:secret@db/airflow"
