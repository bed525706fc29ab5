"""Handles UTC days: spans, midnights, and days as text."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from pumploss.errors import SettingsError

Days = tuple[date, ...]

#: The first day of Solana's chain: no trade is dated before it.
CHAIN_START = date(2020, 3, 16)


def span(first: date, last: date) -> Days:
    """List every day from first to last, both included; empty where last is earlier."""
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


def shift(day: date, days: int) -> date:
    """Return the day so many days later."""
    return day + timedelta(days=days)


def midnight(day: date) -> datetime:
    """Return 00:00 UTC at which the day starts."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def parse(text: str) -> date:
    """Read a day written as YYYY-MM-DD. Raises SettingsError for anything else."""
    try:
        # `fromisoformat` alone would take weeks, such as 2026-W09-5, and digits run together.
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise SettingsError(f"{text!r} is not a day: write it as YYYY-MM-DD, for example 2026-01-31.")


def listed(days: Iterable[object], first: int = 5) -> str:
    """Name the first few of days, or of whatever has one, and how many more there are."""
    names = [str(day) for day in days]
    more = f" and {len(names) - first} more" if names[first:] else ""
    return f"{', '.join(names[:first])}{more}"


def as_options(days: Iterable[date]) -> str:
    """Write days as the options of a command that takes them all, and those between."""
    first, last = min(chosen := list(days)), max(chosen)
    return f"--day {first}" if first == last else f"--from {first} --to {last}"


def ordered(days: Iterable[date]) -> Days:
    """Sort the days, each once."""
    return tuple(sorted(set(days)))
