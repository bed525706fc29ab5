"""Splits a training frame along time: folds walk forward, and the last matured days are locked away until the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from models.dataset import Flags, TrainingFrame
from pumploss.errors import ModelError

#: Locked days, on which a version is judged and by which nothing is chosen; a short history locks fewer.
LOCKED_DAYS, FEWEST_LOCKED_DAYS = 14, 7
#: Each fold asks about a week, and folds are a week apart.
FOLD_DAYS, MOST_FOLDS = 7, 4
MOST_TRAINING_DAYS = 90
FEWEST_TRAINING_DAYS = 14
FULL_TRAINING_DAYS = 28

#: A calibration or a test on fewer outcomes of one kind says nothing.
FEWEST_OUTCOMES = 20

Dates = tuple[date, ...]


class UntrainableError(ModelError):
    """Says that there is not enough data yet; time, not a repair, will help."""


class NotEnoughDaysError(UntrainableError):
    """Says that there are too few as-of days with a full history and a matured label."""


class TooFewOutcomesError(UntrainableError):
    """Says that a slice has too few rows of one class."""


def refuse_overlap(earlier: Dates, later: Dates, horizon_days: int, names: str) -> None:
    """Raise ModelError where labels of the earlier days end after the first of the later ones."""
    if max(earlier) + timedelta(days=horizon_days) > min(later):
        raise ModelError(
            f"{names} overlap: labels of T = {max(earlier)} end {horizon_days} days later, after "
            f"T = {min(later)}. Leave at least the horizon between the slices."
        )


@dataclass(frozen=True)
class Fold:
    """Lists as-of days to learn from and the later ones that are asked about; no label window reaches across."""

    train: Dates
    test: Dates
    horizon_days: int

    def __post_init__(self) -> None:
        refuse_overlap(self.train, self.test, self.horizon_days, "training and test")


@dataclass(frozen=True)
class TimeSplit:
    """Lists the folds, the fold whose test days are locked, and the days of the refit: all, at most 90."""

    folds: tuple[Fold, ...]
    locked: Fold
    refit: Dates

    def __post_init__(self) -> None:
        refuse_overlap(self.calibrate, self.test, self.horizon_days, "calibration and test")

    @property
    def train(self) -> Dates:
        """Return the days that the judged trees learn from."""
        return self.locked.train

    @property
    def test(self) -> Dates:
        """Return the locked days."""
        return self.locked.test

    @property
    def calibrate(self) -> Dates:
        """Return the days that the folds ask about: each is answered by trees that have not seen it."""
        return tuple(day for fold in self.folds for day in fold.test)

    @property
    def horizon_days(self) -> int:
        """Return the length of a label's window."""
        return self.locked.horizon_days

    @property
    def is_short(self) -> bool:
        """Tell whether training has fewer days than a month of market weather."""
        return len(self.train) < FULL_TRAINING_DAYS

    @property
    def shortfalls(self) -> list[str]:
        """Name what a longer history would have more of."""
        wanted = (
            ("training days", len(self.train), FULL_TRAINING_DAYS),
            ("folds", len(self.folds), MOST_FOLDS),
            ("locked days", len(self.test), LOCKED_DAYS),
        )
        return [f"{count} of {full} {name}" for name, count, full in wanted if count < full]

    def rows(self, frame: TrainingFrame, days: Sequence[date]) -> Flags:
        """Mark the rows of the frame that lie on these days."""
        return np.isin(frame.as_of, np.array(days, dtype="datetime64[D]"))

    def ranges(self) -> dict[str, str]:
        """Name first and last day of each slice, and how many days it has."""
        slices = {"train": self.train, "calibrate": self.calibrate, "test": self.test, "refit": self.refit}
        return {name: f"{days[0]}..{days[-1]} ({len(days)} days)" for name, days in slices.items()}


def last_day(tags: Mapping[str, str]) -> date | None:
    """Read the newest as-of day that a version knows out of its tags `range_*`, as `ranges` writes them."""
    ends = [text.partition("..")[2][:10] for name, text in tags.items() if name.startswith("range_") and ".." in text]
    return max(map(date.fromisoformat, ends), default=None)


def split_by_time(days: Sequence[date], horizon_days: int) -> TimeSplit:
    """Lock the latest 14 days, or 7 of a short history, and walk forward in up to 4 folds over those before.

    Everything that the locked days are judged by has matured before the first of them. Raises NotEnoughDaysError
    saying how many as-of days there are and how many are needed.
    """
    for count in (LOCKED_DAYS, FEWEST_LOCKED_DAYS):
        test = tuple(days[-count:])
        known = _matured(days, test, horizon_days)
        folds = _walk_forward(known, horizon_days)
        if len(test) == count and folds:
            locked = Fold(known[-MOST_TRAINING_DAYS:], test, horizon_days)
            return TimeSplit(folds, locked, tuple(days[-MOST_TRAINING_DAYS:]))
    calibrate = known[-FOLD_DAYS:]
    train = _matured(known, calibrate, horizon_days)
    needed = FEWEST_TRAINING_DAYS + FOLD_DAYS + FEWEST_LOCKED_DAYS + 2 * (horizon_days - 1)
    raise NotEnoughDaysError(
        f"{len(days)} as-of days with a full history and a matured label, {needed} in a row are needed: "
        f"{FEWEST_TRAINING_DAYS} to train (there are {len(train)}), {FOLD_DAYS} to calibrate "
        f"({len(calibrate)}), {FEWEST_LOCKED_DAYS} to test ({len(test)}), and {horizon_days - 1} left out between each"
    )


def _walk_forward(days: Dates, horizon_days: int) -> tuple[Fold, ...]:
    """Make the latest folds with enough days to learn from, the earliest first."""
    folds: list[Fold] = []
    for number in range(MOST_FOLDS):
        test = days[: len(days) - number * FOLD_DAYS][-FOLD_DAYS:]
        train = _matured(days, test, horizon_days)[-MOST_TRAINING_DAYS:]
        if len(test) < FOLD_DAYS or len(train) < FEWEST_TRAINING_DAYS:
            break
        folds.insert(0, Fold(train, test, horizon_days))
    return tuple(folds)


def _matured(days: Sequence[date], before: Dates, horizon_days: int) -> Dates:
    """List the days whose labels were known on the first of these."""
    return tuple(day for day in days if before and day + timedelta(days=horizon_days) <= before[0])


def refuse_too_few(frame: TrainingFrame, parts: TimeSplit, column: str) -> None:
    """Raise TooFewOutcomesError where a slice has too few rows of one class to learn or judge anything."""
    outcome = frame.target(column)
    first = parts.folds[0].train
    for name, days in (("training", first), ("calibration", parts.calibrate), ("test", parts.test)):
        rows = parts.rows(frame, days) & (frame.is_exposed if name == "test" else True)
        positive, total = int(outcome[rows].sum()), int(rows.sum())
        if min(positive, total - positive) < FEWEST_OUTCOMES:
            raise TooFewOutcomesError(
                f"{column}: the {name} days {days[0]}..{days[-1]} have {positive} of {total} rows with the outcome; at "
                f"least {FEWEST_OUTCOMES} with it and as many without are needed"
            )
