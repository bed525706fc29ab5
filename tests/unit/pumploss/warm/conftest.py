"""One PostgreSQL for the tests of the warm store."""

from collections.abc import Iterator

import psycopg
import pytest

from pumploss.settings import Settings, from_environment
from pumploss.warm import open_warm


@pytest.fixture(scope="package")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return from_environment({"PUMPLOSS_HOME": str(tmp_path_factory.mktemp("warm"))})


@pytest.fixture(scope="package")
def warm(settings: Settings) -> Iterator[psycopg.Connection]:
    with open_warm(settings) as connection:
        yield connection
