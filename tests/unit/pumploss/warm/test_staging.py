"""Wrong rows are not shown."""

from decimal import Decimal

import psycopg
import pytest

from pumploss.errors import CheckError
from pumploss.warm import (
    publishing,
)
from pumploss.warm.loading import Slice
from pumploss.warm.tables import DAILY_LOSSES
from tests.building.loss_rows import DAY, losses


@pytest.mark.parametrize(
    ("found", "expected", "said"),
    [
        (losses(("a", "-1", 1), ("b", "-2", 1)), 3, "rows is 2, not 3"),
        (
            Slice(losses(("a", "-1", 1)).rows, {"daily_loss": Decimal(-2)}),
            1,
            "daily_loss is -1, not -2",
        ),
        (losses(("a", "-1", 1), ("a", "-2", 1)), 2, "duplicate|unique"),
        (losses(("a", "1", 1)), 1, "daily_loss"),
        (losses((None, "-1", 1)), 1, "null value"),
        (losses(("a\0b", "-1", 1)), 1, "0x00"),
        (losses(("a", "-1", None)), 1, "null value"),
    ],
)
def test_wrong_rows_are_not_shown(warm: psycopg.Connection, found: Slice, expected: int, said: str) -> None:
    with (
        publishing.exclusive(warm) as staging,
        pytest.raises(CheckError, match=f"(?s)daily_losses of 2026-01-31 was not published.*({said})"),
    ):
        staging.load(DAILY_LOSSES, [found], expected, DAY)
    assert warm.execute("SELECT count(*) FROM daily_losses").fetchone() == (0,)
