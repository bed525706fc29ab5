"""Reads the clock, which only says when something happened: no result and no order follows from it."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return this moment in UTC, as the machine has it: it may jump, in either direction."""
    return datetime.now(UTC)
