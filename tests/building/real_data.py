"""Real trades, which lie outside the checkout because their licences allow no copies in it.

`PUMPLOSS_TEST_DATA` names their folder; this is the one place that reads it.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from jobs.running.context import Context
from tests.building import lakes
from tests.building.shared import shared

VARIABLE = "PUMPLOSS_TEST_DATA"
IS_GIVEN = bool(os.environ.get(VARIABLE))
FOLDER = Path(os.environ.get(VARIABLE) or "unset").resolve()

#: Dumps of two sources, as a landing.
LANDING = FOLDER / "landing"
#: One file per bot, as they were published.
BOTS = FOLDER / "dune_bot_trades"

#: For tests that need the data. A folder that is named and lacks them is an error of theirs.
needed = pytest.mark.skipif(
    not IS_GIVEN, reason=f"set {VARIABLE} to the folder with real trades (landing/, dune_bot_trades/)"
)

#: The day that the bots' trades land on: the last block time of all files is 2024-12-15 07:06:47.
BOTS_DAY = date(2024, 12, 15)
BOTS_ENDING = "_solana_trades_seed.csv"


def landed_bots(landing: Path) -> Path:
    """Lands the bots' files as one dump, unless they are there; answers the landing."""
    folder = landing / "dune_bot_trades" / BOTS_DAY.isoformat()
    if not folder.exists():
        folder.mkdir(parents=True)
        for path in BOTS.glob(f"*{BOTS_ENDING}"):
            shutil.copy(path, folder)
    return landing


@contextmanager
def built(factory: pytest.TempPathFactory, name: str, landed: Callable[[Path], Path]) -> Iterator[Context]:
    """Opens a copy of a home in which every day of a landing was built: `landed` makes it in a folder, or has one."""

    def make(folder: Path) -> None:
        with lakes.opened(folder / "home", landed(folder / "in")) as context:
            lakes.build(context)

    folder = shared(factory, name, make)
    with lakes.opened(lakes.copied(folder / "home", factory.mktemp(name) / "home"), landed(folder / "in")) as context:
        yield context
