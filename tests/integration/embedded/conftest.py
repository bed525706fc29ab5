"""Folders of embedded servers; every test must let go of what it holds."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pumploss import embedded
from tests.building.embedded_stores import Store, memory_folder, stopped_afterwards


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose path is short, as paths of sockets must be."""
    with tempfile.TemporaryDirectory(dir=memory_folder()) as path:
        yield Path(path)


@pytest.fixture(scope="package")
def database() -> Iterator[Path]:
    """A database as the first start makes it; to copy it costs less than to make each anew."""
    with tempfile.TemporaryDirectory(dir=memory_folder()) as folder:
        with embedded.postgres(Path(folder)):
            pass
        yield Path(folder) / "data"


@pytest.fixture(params=["postgres", "redis"])
def store(request: pytest.FixtureRequest, folder: Path, database: Path) -> Iterator[Store]:
    if request.param == "postgres":
        shutil.copytree(database, folder / "store" / "data")
    yield from stopped_afterwards(request.param, folder / "store")


@pytest.fixture
def warm(folder: Path, database: Path) -> Iterator[Store]:
    shutil.copytree(database, folder / "store" / "data")
    yield from stopped_afterwards("postgres", folder / "store")
