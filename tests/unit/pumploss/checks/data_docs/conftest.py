"""A folder of Data Docs, and results to keep in it."""

import pytest

from pumploss.checks import data_docs
from tests.building.judged import NIGHT, judged


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "docs"


@pytest.fixture
def keep(folder):
    """`keep(night, ...)`: a result of that night, by default of a sound table."""

    def result(night=NIGHT, found=None, failed=None):
        data_docs.keep(folder, found or judged(0, 0, 0), night, (night,), failed or {})

    return result
