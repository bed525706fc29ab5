"""Nights as people start them, without Airflow, and the fixed market that they are started on."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from jobs import commands
from pumploss.days import shift
from tests.building import lakes
from tests.building.shared import shared

#: The fixed market: its tables are recorded in `tests/golden/content_digests.json`.
DAYS, TRADES = 90, 450
#: A seed whose few traders have enough severe losses to train the risk model on.
SEED = 15
FIRST = date(2026, 1, 1)
LAST = shift(FIRST, DAYS - 1)


@contextmanager
def environment_of(home: Path) -> Iterator[None]:
    """Lets the commands see a home and nothing else that the environment names."""
    with pytest.MonkeyPatch.context() as patch:
        for name in (
            "PUMPLOSS_LAKE",
            "PUMPLOSS_LANDING",
            "PUMPLOSS_WARM_DSN",
            "PUMPLOSS_HOT_URL",
            "MLFLOW_TRACKING_URI",
        ):
            patch.delenv(name, raising=False)
        patch.setenv("PUMPLOSS_HOME", str(home))
        yield


def nightly() -> int:
    """Runs a night of the fixed market in this process; answers the exit code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of libraries; each step's own test turns them into errors
        size = ("--days", str(DAYS), "--trades", str(TRADES), "--seed", str(SEED), "--last-day", LAST.isoformat())
        return commands.main(["nightly", *size, "--no-airflow"])


def promoted() -> None:
    """Lets the models of a first night serve by hand, as the gate rightly refuses what so few traders can show."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in ("loss-prediction", "risk-score"):
            assert commands.main(["model", "promote", name]) == 0
        for step in ("gold_scores", "gold_monitoring", "publish_warm", "materialize_features", "publish_hot"):
            assert commands.main(["run", step, "--day", LAST.isoformat()]) == 0


def fixed_market(factory: pytest.TempPathFactory) -> Path:
    """Copies the home of the fixed market after a first night, with models that serve."""

    def make(folder: Path) -> None:
        with environment_of(folder / "home"):
            assert nightly() == 0
            promoted()

    return lakes.copied(shared(factory, "fixed_market", make) / "home", factory.mktemp("fixed_market") / "home")
