"""A home with three landed days, of which two are built by every step that needs no model, and published."""

from datetime import date
from pathlib import Path
from random import Random

import pytest

from jobs.running.context import Context
from jobs.running.nightly import DATA_STEPS
from jobs.running.runner import run_step, run_steps
from tests.building import lakes, markets
from tests.building.dumps import land_day
from tests.building.shared import shared
from tests.building.three_days import D1, D2, DAYS


def published(factory: pytest.TempPathFactory) -> Path:
    """Answers a home whose first two days were built and published, to be copied by who changes anything in it."""

    def publish(folder: Path) -> None:
        with lakes.opened(folder / "home") as context:
            for day, trades in markets.random_dumps(Random(3), list(DAYS), 60).items():
                land_day(context.settings.landing, day, trades)
            run_steps(context, [step.name for step in DATA_STEPS], [D1, D2])
            run_step(context, "publish_warm", [D2])

    return shared(factory, "published_days", publish) / "home"


def night(context: Context, day: date) -> None:
    """Builds a day and publishes it."""
    run_steps(context, [step.name for step in DATA_STEPS], [day])
    run_step(context, "publish_warm", [day])
