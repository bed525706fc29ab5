"""Three days built by every step that needs no model, and what they hold where one of them is corrected: made once."""

import pickle
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from jobs.running import nightly
from jobs.running.context import Context
from tests.building import lakes, markets
from tests.building.dumps import land_day
from tests.building.shared import shared
from tests.building.three_days import DAYS, more

Contents = dict[tuple[str, date], str]

TRADES = markets.random_dumps(Random(11), list(DAYS), 120)


class Silence:
    """Looks on and says nothing."""

    @contextmanager
    def phase(self, *_):
        yield

    def say(self, text):
        pass

    at = done = say


def correct(context: Context, day: date) -> None:
    """Lands the day again with one more trade."""
    land_day(context.settings.landing, day, [*TRADES[day], more(day)])


def made_up(context: Context) -> Contents:
    """Brings every day up to date, as a night does; answers what the tables then hold."""
    nightly._build(context, DAYS, Silence())
    return lakes.contents(context)


def built(factory: pytest.TempPathFactory) -> tuple[Path, Contents]:
    """Answers the home of the built days, to be copied by who changes anything, and what its tables hold."""

    def build(folder: Path) -> None:
        with lakes.opened(folder / "home") as context:
            for day, trades in TRADES.items():
                land_day(context.settings.landing, day, trades)
            lakes.build(context)
            _keep(folder, lakes.contents(context))

    folder = shared(factory, "three_days", build)
    return folder / "home", _kept(folder)


def corrected(factory: pytest.TempPathFactory, day: date) -> Contents:
    """Answers what the tables hold once the correction of a day is built."""

    def build(folder: Path) -> None:
        with lakes.opened(lakes.copied(built(factory)[0], folder / "home")) as context:
            correct(context, day)
            _keep(folder, made_up(context))

    return _kept(shared(factory, f"corrected_{day}", build))


def _keep(folder: Path, contents: Contents) -> None:
    (folder / "contents").write_bytes(pickle.dumps(contents))


def _kept(folder: Path) -> Any:
    return pickle.loads((folder / "contents").read_bytes())
