"""A warm store for its tests: all of them run on each kind of server."""

from collections.abc import Iterator

import psycopg
import pytest

from pumploss.settings import Settings
from pumploss.warm import open_warm
from tests.building.warm_servers import SERVERS, settings_on


@pytest.fixture(scope="package", params=SERVERS)
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with settings_on(request.param, tmp_path_factory.mktemp("warm")) as settings:
        yield settings


@pytest.fixture(scope="package")
def warm(settings: Settings) -> Iterator[psycopg.Connection]:
    with open_warm(settings) as connection:
        yield connection
