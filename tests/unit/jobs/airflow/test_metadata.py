"""What is said of a database of Airflow's that cannot be used."""

import socket

import pytest

from jobs.airflow.environment import DATABASE, environment
from jobs.airflow.metadata import place, remedy, require_usable
from jobs.airflow.runs import Runs
from pumploss.errors import SettingsError, StoreError

LOGIN = "airflow:canary42"


@pytest.fixture
def nobody():
    """A port at which nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.mark.parametrize("host", ["127.0.0.1:{port}/airflow", "/airflow?host=127.0.0.1&port={port}"])
def test_a_server_that_is_away_is_named_without_the_password(settings, monkeypatch, nobody, host):
    address = f"postgresql+psycopg://{LOGIN}@{host.format(port=nobody)}"
    said = (
        rf"^Airflow's database 127\.0\.0\.1:{nobody}/airflow cannot be reached: nobody answers there \(.*\)\. Start the"
    )
    monkeypatch.setenv(DATABASE, address)
    for look in (lambda: require_usable(address), Runs(settings, "pumploss_daily").all):
        with pytest.raises(StoreError, match=said) as refused:
            look()
        assert "canary" not in str(refused.value)
        assert "\n" not in str(refused.value)


def test_a_host_that_nobody_knows_is_named():
    with pytest.raises(StoreError, match=r"database nohost\.invalid/airflow cannot be reached.*mend host and port"):
        require_usable(f"postgresql+psycopg://{LOGIN}@nohost.invalid/airflow")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql+psycopg2", "postgresql+asyncpg", "mysql", "nonsense"])
def test_a_driver_that_is_not_installed_is_named_with_ours(scheme):
    with pytest.raises(SettingsError, match=rf"{DATABASE} names a driver.*write postgresql\+psycopg://") as refused:
        require_usable(f"{scheme}://{LOGIN}@host/airflow")
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize("address", ["nonsense", f"postgresql+psycopg://{LOGIN}@host:port/airflow"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(SettingsError, match=rf"{DATABASE} is no address of a database") as refused:
        require_usable(address)
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_both_ways_to_name_our_driver_mean_it_for_what_waits_too(settings, monkeypatch, scheme):
    monkeypatch.setenv(DATABASE, f"{scheme}://{LOGIN}@host/airflow")
    told = environment(settings)
    assert told[DATABASE] == f"{scheme}://{LOGIN}@host/airflow", "Airflow's own variables win"
    assert told[f"{DATABASE}_ASYNC"] == f"postgresql+psycopg_async://{LOGIN}@host/airflow"


def test_only_a_file_is_moved_away():
    assert "move it away" in remedy("sqlite:////home/airflow.db")
    assert "away" not in remedy(f"postgresql+psycopg://{LOGIN}@host/airflow")
    assert place(f"postgresql+psycopg://{LOGIN}@host:5433/airflow") == "host:5433/airflow"
