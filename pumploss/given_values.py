"""Takes what a setting may be given as: a horizon, a time of day, minutes, rows."""

import re

from pumploss.errors import SettingsError

#: How many days outcomes may be watched for. A lake has labels of one horizon.
HORIZONS = (1, 7, 30)
_MOST_MINUTES = 1440
#: How many rows of a day are sorted together unless it is said.
ROWS_AT_ONCE = 2_000_000


def horizon(text: str) -> int:
    """Take how many days outcomes are watched for. Raises SettingsError for what HORIZONS lacks."""
    if text not in map(str, HORIZONS):
        known = ", ".join(map(str, HORIZONS))
        raise SettingsError(f"PUMPLOSS_HORIZON_DAYS={text!r}: outcomes are watched for one of {known} days.")
    return int(text)


def hour(text: str | None) -> str | None:
    """Take a time of day. Raises SettingsError for what is none."""
    if text is not None and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise SettingsError(f"PUMPLOSS_PUBLISH_BY={text!r} is no time of day: give it as HH:MM, in UTC, such as 06:00.")
    return text


def minutes(text: str) -> float:
    """Take a number of minutes in plain decimals. Raises SettingsError for anything else, or more than a day."""
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,6})?", text) or float(text) > _MOST_MINUTES:
        raise SettingsError(
            f"PUMPLOSS_SEARCH_MINUTES={text!r}: give a number of minutes between 0 and {_MOST_MINUTES}, in plain "
            "decimals, such as 90 or 2.5."
        )
    return float(text)


def as_minutes(given: float) -> str:
    """Write minutes so that `minutes` takes the same number."""
    return f"{given:.6f}".rstrip("0").rstrip(".")


def rows_at_once(text: str) -> int:
    """Take a number of rows. Raises SettingsError for what is none."""
    if not re.fullmatch(r"[1-9][0-9]{0,11}", text):
        raise SettingsError(f"PUMPLOSS_ROWS_AT_ONCE={text!r} is no number of rows: give one such as {ROWS_AT_ONCE}.")
    return int(text)
