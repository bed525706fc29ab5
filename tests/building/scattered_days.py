"""Days that lie in more files than their rows are worth, as a pass over a range with one large day leaves them."""

import pytest

from jobs.running import step_context
from jobs.running.context import Context
from jobs.running.runner import run_step
from tests.building.three_days import DAYS

#: A table that is split by its traders' cohorts, and a day's files of it.
TABLE, FILES = "gold_trader_day", 4


def scatter(context: Context) -> None:
    """Writes every day of the table again, in four files; the rows are the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(step_context, "splits_of", lambda _: FILES)
        run_step(context, TABLE, DAYS)
