"""Splits a training frame along time: early days train, later ones calibrate, the last ones test."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from models.dataset import Flags, TrainingFrame
from pumploss.errors import ModelError

TEST_DAYS = 7
CALIBRATION_DAYS = 7
MOST_TRAINING_DAYS = 90
FEWEST_TRAINING_DAYS = 14
FULL_TRAINING_DAYS = 28

#: A calibration or a test on fewer outcomes of one kind says nothing.
FEWEST_OUTCOMES = 20


class UntrainableError(ModelError):
    """Says that there is not enough data yet; time, not a repair, will help."""


class NotEnoughDaysError(UntrainableError):
    """Says that there are too few as-of days with a full history and a matured label."""


class TooFewOutcomesError(UntrainableError):
    """Says that a slice has too few rows of one class."""


@dataclass(frozen=True)
class TimeSplit:
    """Lists the as-of days of training, calibration and test; no label window reaches into the next slice."""

    train: tuple[date, ...]
    calibrate: tuple[date, ...]
    test: tuple[date, ...]
    horizon_days: int

    def __post_init__(self) -> None:
        for earlier, later, names in (
            (self.train, self.calibrate, "training and calibration"),
            (self.calibrate, self.test, "calibration and test"),
        ):
            if max(earlier) + timedelta(days=self.horizon_days) > min(later):
                raise ModelError(
                    f"{names} overlap: labels of T = {max(earlier)} end {self.horizon_days} days later, after "
                    f"T = {min(later)}. Leave at least the horizon between the slices."
                )

    @property
    def is_short(self) -> bool:
        """Tell whether training has fewer days than a month of market weather."""
        return len(self.train) < FULL_TRAINING_DAYS

    def rows(self, frame: TrainingFrame, days: tuple[date, ...]) -> Flags:
        """Mark the rows of the frame that lie on these days."""
        return np.isin(frame.as_of, np.array(days, dtype="datetime64[D]"))

    def ranges(self) -> dict[str, str]:
        """Name first and last day of each slice, and how many days it has."""
        slices = {"train": self.train, "calibrate": self.calibrate, "test": self.test}
        return {name: f"{days[0]}..{days[-1]} ({len(days)} days)" for name, days in slices.items()}


def split_by_time(days: Sequence[date], horizon_days: int) -> TimeSplit:
    """Take the latest days as test, those a horizon before them to calibrate, all earlier (at most 90) to train.

    Raises NotEnoughDaysError saying how many as-of days there are and how many are needed.
    """
    purge = timedelta(days=horizon_days)
    test = tuple(days[-TEST_DAYS:])
    calibrate = tuple(day for day in days if test and day + purge <= test[0])[-CALIBRATION_DAYS:]
    train = tuple(day for day in days if calibrate and day + purge <= calibrate[0])[-MOST_TRAINING_DAYS:]
    if len(test) < TEST_DAYS or len(calibrate) < CALIBRATION_DAYS or len(train) < FEWEST_TRAINING_DAYS:
        needed = FEWEST_TRAINING_DAYS + CALIBRATION_DAYS + TEST_DAYS + 2 * (horizon_days - 1)
        raise NotEnoughDaysError(
            f"{len(days)} as-of days with a full history and a matured label, {needed} in a row are needed: "
            f"{FEWEST_TRAINING_DAYS} to train (there are {len(train)}), {CALIBRATION_DAYS} to calibrate "
            f"({len(calibrate)}), {TEST_DAYS} to test ({len(test)}), and {horizon_days - 1} left out between each"
        )
    return TimeSplit(train, calibrate, test, horizon_days)


def refuse_too_few(frame: TrainingFrame, parts: TimeSplit, column: str) -> None:
    """Raise TooFewOutcomesError where a slice has too few rows of one class to learn or judge anything."""
    outcome = frame.target(column)
    for name, days in (("training", parts.train), ("calibration", parts.calibrate), ("test", parts.test)):
        rows = parts.rows(frame, days) & (frame.is_exposed if name == "test" else True)
        positive, total = int(outcome[rows].sum()), int(rows.sum())
        if min(positive, total - positive) < FEWEST_OUTCOMES:
            raise TooFewOutcomesError(
                f"{column}: the {name} days {days[0]}..{days[-1]} have {positive} of {total} rows with the outcome; at "
                f"least {FEWEST_OUTCOMES} with it and as many without are needed"
            )
