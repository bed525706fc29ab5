"""The fixtures that tests of tables and steps share; what they build with stands in `tests/building`."""

import gc
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import feature_repo  # noqa: F401 - before any test loads Feast, so that each worker loads it as the product does
from jobs.running.context import Context, open_context
from pumploss import engine
from pumploss.contract import Table
from pumploss.garbage import look_seldom
from pumploss.settings import Settings, from_environment
from tests.building import addresses, dumps, frames, lakes, markets, nights, real_data
from tests.building.scheduling import pytest_collection_modifyitems, pytest_xdist_make_scheduler

__all__ = ["pytest_collection_modifyitems", "pytest_xdist_make_scheduler"]

#: Warnings of other people's imports, which no change of ours can mend.
FOREIGN_WARNINGS = (
    r"ignore:module 'sre_\w+' is deprecated:DeprecationWarning",  # great_expectations
    r"ignore:'imghdr' is deprecated:DeprecationWarning",  # apprise
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of `make digests`, `make pictures` and `make faults`."""
    parser.addoption("--rewrite-digests", action="store_true", help="record the content digests that are found anew")
    parser.addoption("--rewrite-pictures", action="store_true", help="take the pictures of the tutorial anew")
    parser.addoption("--rounds", type=int, default=0, help="trials of each kind of fault; 0 for the few of the suite")
    parser.addoption("--first-seed", type=int, default=0, help="seed of the first of those trials")


def pytest_configure(config: pytest.Config) -> None:
    """Everything else that warns is an error; garbage is looked for as the product's processes do."""
    look_seldom()
    for line in FOREIGN_WARNINGS:
        config.addinivalue_line("filterwarnings", line)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Loads every test without looking for garbage: what is loaded stays, and to look takes a third of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


@pytest.fixture(scope="session")
def spark() -> Any:
    """The engine that `SPARK_REMOTE` names; embedded where it is unset."""
    return engine.session(from_environment())


@pytest.fixture(scope="session")
def arrow() -> Callable[..., Any]:
    """`arrow(TABLE, {...}, ...)`: an Arrow table with the table's columns, filled up with neutral values."""
    return frames.arrow_of


@pytest.fixture(scope="session")
def frame(spark: Any) -> Callable[..., frames.Frame]:
    """`frame(TABLE, {...}, ...)`: a frame with the table's columns, filled up with neutral values."""

    def build(table: Table, *rows: dict[str, Any]) -> frames.Frame:
        return frames.frame_of(spark, table, *rows)

    return build


@pytest.fixture(scope="session")
def rows_of() -> Callable[..., list[dict[str, Any]]]:
    """`rows_of(frame, "key", ...)`: a frame's rows as dictionaries, sorted by these columns, times in UTC."""
    return frames.rows_of


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty folder for every store."""
    return tmp_path / "home"


@pytest.fixture
def settings(home: Path) -> Settings:
    """Settings with every store below `home`, on the engine of the whole run."""
    return lakes.settings_of(home)


@pytest.fixture
def context(settings: Settings, spark: Any) -> Iterator[Context]:
    """A context on an empty lake."""
    with open_context(settings) as opened:
        yield opened


@pytest.fixture(scope="session")
def land() -> Callable[..., Path]:
    """`land(landing, day, trades)`: trades as a dump; short names of traders, mints and signatures become addresses."""
    return dumps.land_day


@pytest.fixture(scope="session")
def base58() -> Callable[..., str]:
    """`base58("ann")`: the address that `land` writes for a short name."""
    return addresses.address


@pytest.fixture(scope="session")
def market() -> Callable[..., dict[date, list[dict[str, Any]]]]:
    """`market(rng, days, trades)`: a random market's dumps by day, for `land`."""
    return markets.random_dumps


@pytest.fixture(scope="session")
def digests() -> Callable[[Any], dict[tuple[str, date], str]]:
    """`digests(context)`: content digest of every built day of every table of the lake."""
    return lakes.contents


@pytest.fixture(scope="session")
def fixed_market(tmp_path_factory: pytest.TempPathFactory, spark: Any) -> Path:
    """The home of the fixed market after a first night: each worker has a copy of what was made once."""
    return nights.fixed_market(tmp_path_factory)


@pytest.fixture(scope="session")
def real_samples(tmp_path_factory: pytest.TempPathFactory, spark: Any) -> Iterator[Context]:
    """A context whose lake holds every day of both landed samples of real trades."""
    with real_data.built(tmp_path_factory, "real_samples", lambda _: real_data.LANDING) as context:
        yield context


@pytest.fixture(scope="session")
def bots_trades(tmp_path_factory: pytest.TempPathFactory, spark: Any) -> Iterator[Context]:
    """A context whose lake holds the trades of the thirty bots, landed as one dump."""
    with real_data.built(tmp_path_factory, "bots_trades", real_data.landed_bots) as context:
        yield context
