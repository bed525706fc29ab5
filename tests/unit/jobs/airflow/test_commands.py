"""What keeps Airflow from being made ready."""

import pytest

from jobs.airflow.commands import migrate
from pumploss.errors import StoreError


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
