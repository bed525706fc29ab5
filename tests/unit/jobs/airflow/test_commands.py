"""Airflow's own commands, and what keeps it from being made ready."""

import subprocess

import pytest

from jobs.airflow import command, environment
from jobs.airflow.commands import migrate
from pumploss.errors import StoreError
from pumploss.settings import ROOT


@pytest.mark.parametrize("damage", [b"noise" * 1000, b"SQLite format 3\0" + bytes(range(256)) * 40])
def test_a_damaged_database_is_named_with_its_repair(settings, monkeypatch, damage):
    monkeypatch.delenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", raising=False)
    file = settings.airflow_home / "airflow.db"
    file.parent.mkdir(parents=True)
    file.write_bytes(damage)
    with pytest.raises(StoreError, match=r"airflow.db is damaged \(.*\). Move it away, then run again"):
        migrate(settings)


def test_a_folder_in_place_of_the_database_is_named(settings, monkeypatch):
    monkeypatch.delenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", raising=False)
    (settings.airflow_home / "airflow.db").mkdir(parents=True)
    with pytest.raises(StoreError, match=r"airflow.db is damaged .* Move it away"):
        migrate(settings)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("config", "get-value", "core", "load_examples"), 0, "False"),
        (("pools", "list"), 1, "no such table"),  # its database was never made
        (("no_such_command",), 2, "no_such_command"),
    ],
)
def test_a_command_answers_and_ends_as_airflows(settings, words, code, said):
    found = subprocess.run(
        command(*words), env=environment(settings), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (found.returncode, said in found.stdout + found.stderr) == (code, True)
