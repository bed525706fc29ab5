"""A small lake, published into servers that stay up."""

from collections.abc import Iterator
from datetime import date

import pytest

from jobs.running.runner import run_pass
from pumploss import hot
from pumploss.days import shift
from pumploss.report import RunReport
from pumploss.warm import open_warm
from tests.building.town import DAY, INJECTION, SOL, Town
from tests.building.warm_servers import NAMED_SERVERS, settings_on


@pytest.fixture(scope="package", params=NAMED_SERVERS)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Four days over four months: B and C tie on the last one, D lost long ago, INJECTION is a trader."""
    with settings_on(request.param, tmp_path_factory.mktemp("home")) as settings:
        town = Town(settings)
        town.trade_day(date(2025, 10, 1), [("D", "m1", -9 * SOL)])
        town.trade_day(date(2026, 1, 5), [("A", "m1", -4 * SOL), ("D", "m1", 2 * SOL)])
        town.trade_day(date(2026, 1, 26), [("A", "m1", -1), ("B", "m1", -2 * SOL)])
        last = [
            *[("A", "m1", None), ("A", "m2", -1 * SOL), ("A", "m1", -2 * SOL)],
            *[("C", "m1", -500_000_000), ("B", "m3", -500_000_000), ("E", "m1", 7 * SOL)],
            *[(INJECTION, INJECTION, -7), (INJECTION, "m1", None)],
        ]
        town.trade_day(DAY, last)
        town.score_day(shift(DAY, 1), {"A": 81.5, "B": 12.0})
        with open_warm(settings), hot.open_hot(settings):  # keeps both servers up
            run_pass(town.context, RunReport("publish_warm"), (DAY,))
            yield town
        town.context.lake.unstage()
