"""Servers that are lost or absent."""

from pathlib import Path

import pytest

from pumploss.errors import StoreError
from pumploss.settings import Settings, from_environment
from pumploss.warm import (
    open_warm,
)
from pumploss.warm.connection import address


def test_a_lost_server_is_a_store_error(settings: Settings) -> None:
    with pytest.raises(StoreError, match="gave up"), open_warm(settings) as connection:
        connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def test_an_absent_server_is_named_without_its_password(tmp_path: Path) -> None:
    dsn = f"host={tmp_path} dbname=x user=u password=hunter2"
    absent = from_environment({"PUMPLOSS_HOME": str(tmp_path), "PUMPLOSS_WARM_DSN": dsn})
    with pytest.raises(StoreError, match="cannot be reached") as raised, open_warm(absent):
        pass
    assert "hunter2" not in str(raised.value)
    assert address("no dsn 'hunter2'") == "of PUMPLOSS_WARM_DSN"
