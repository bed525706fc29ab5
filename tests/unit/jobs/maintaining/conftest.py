"""Three built days, copied for each test."""

import pytest

from tests.building import built_days, lakes


@pytest.fixture
def built(spark, tmp_path, tmp_path_factory):
    """A context on a lake of three built days."""
    with lakes.opened(lakes.copied(built_days.built(tmp_path_factory)[0], tmp_path / "home")) as context:
        yield context


@pytest.fixture
def golden(spark, tmp_path_factory):
    """What the lake's tables hold, by table and day."""
    return built_days.built(tmp_path_factory)[1]
