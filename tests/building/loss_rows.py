"""Rows of the warm table of daily losses."""

from datetime import date
from decimal import Decimal

import pyarrow as pa

from pumploss.warm.loading import Slice

LOSSES = ("day", "trader_address", "daily_loss", "loss_count")
DAY = date(2026, 1, 31)


def losses(*found: tuple[str | None, str, int | None]) -> Slice:
    """Rows of one day from trader, loss and count, with the sum that they must have when they are loaded."""
    traders, amounts, counts = zip(*found, strict=True)
    days = [DAY] * len(found)
    rows = pa.table([days, pa.array(traders, pa.string()), amounts, counts], names=list(LOSSES))
    return Slice(rows, {"daily_loss": sum(map(Decimal, amounts), start=Decimal(0))})
