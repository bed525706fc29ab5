"""The training frame: matrix, outcomes and times in one fixed order, and its split along time."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from pumploss.errors import ModelError
from pumploss.money import LAMPORTS_PER_SOL

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

KEY = ("trader_address", "event_timestamp")
OUTCOMES = ("is_loss", "is_severe_loss", "is_exposed", "outcome_lamports")

TEST_DAYS = 7
CALIBRATION_DAYS = 7
MOST_TRAINING_DAYS = 90
FEWEST_TRAINING_DAYS = 14
FULL_TRAINING_DAYS = 28

#: A calibration or a test on fewer outcomes of one kind says nothing.
FEWEST_OUTCOMES = 20


class UntrainableError(ModelError):
    """There is not enough data yet; time, not a repair, will help."""


class NotEnoughDaysError(UntrainableError):
    """Too few as-of days with a full history and a matured label."""


class TooFewOutcomesError(UntrainableError):
    """A slice has too few rows of one class."""


@dataclass(frozen=True, eq=False)
class TrainingFrame:
    """Rows sorted by (T, trader): `x` has one float64 column per name, missing values are NaN.

    `pnl_sol` is the equity change over the label window; `formula` and `volume` are the two rankings to beat.
    """

    names: tuple[str, ...]
    x: Floats
    as_of: npt.NDArray[np.datetime64]
    trader: npt.NDArray[np.str_]
    is_loss: Flags
    is_severe_loss: Flags
    is_exposed: Flags
    pnl_sol: Floats
    formula: Floats
    volume: Floats

    def __len__(self) -> int:
        return len(self.as_of)

    def target(self, column: str) -> Flags:
        """The outcome of this label column."""
        flags: Flags = getattr(self, column)
        return flags

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The distinct as-of days, in order."""
        return tuple(np.unique(self.as_of).astype("datetime64[D]").tolist())

    @cached_property
    def sha256(self) -> str:
        """Digest over names, order and every value; the same rows give the same digest in whichever order they came."""
        digest = hashlib.sha256(json.dumps(self.names).encode())
        digest.update("\n".join(self.trader.tolist()).encode())
        for values in (self.as_of.astype(np.int64), self.is_loss, self.is_severe_loss, self.is_exposed):
            digest.update(np.ascontiguousarray(values).tobytes())
        for floats in (self.x, self.pnl_sol, self.formula, self.volume):
            digest.update(canonical(floats).tobytes())
        return digest.hexdigest()


def canonical(values: Floats) -> Floats:
    """The values with one bit pattern for NaN and one for zero, C-ordered and little-endian: fit for hashing."""
    plain = np.ascontiguousarray(values, dtype="<f8") + 0.0
    plain[np.isnan(plain)] = np.nan
    return plain


def formula_score(loss_24h_sol: Floats, loss_trades_24h: Floats) -> Floats:
    """The requester's baseline, LEAST(100, ABS(loss_24h) x 10 + loss_trades_24h x 2); missing counts as none."""
    raised = np.abs(np.nan_to_num(loss_24h_sol)) * 10 + np.nan_to_num(loss_trades_24h) * 2
    return np.minimum(100.0, raised)


def assemble(rows: pl.DataFrame, names: Sequence[str]) -> TrainingFrame:
    """The frame of retrieved rows, which hold labels, features by name, and `event_timestamp` = T.

    Raises ModelError where a column is missing or a (trader, T) stands twice.
    """
    missing = sorted({*KEY, *OUTCOMES, *names} - set(rows.columns))
    if missing:
        raise ModelError(f"The training rows lack {', '.join(missing)}: build gold_labels and gold_trader_features.")
    ordered = rows.sort("event_timestamp", "trader_address")
    keys = ordered.select("event_timestamp", "trader_address")
    if keys.is_duplicated().any():
        twice = keys.filter(keys.is_duplicated()).row(0)
        raise ModelError(f"gold_labels: trader {twice[1]} stands twice at T = {twice[0]}: build the label day again.")

    def floats(name: str) -> Floats:
        if name not in ordered.columns:
            return np.zeros(len(ordered))
        return ordered[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()

    def flags(name: str) -> Flags:
        return ordered[name].to_numpy().astype(np.bool_)

    return TrainingFrame(
        names=tuple(names),
        x=matrix(ordered, names),
        as_of=ordered["event_timestamp"].dt.date().to_numpy().astype("datetime64[D]"),
        trader=ordered["trader_address"].to_numpy().astype(np.str_),
        is_loss=flags("is_loss"),
        is_severe_loss=flags("is_severe_loss"),
        is_exposed=flags("is_exposed"),
        pnl_sol=floats("outcome_lamports") / LAMPORTS_PER_SOL,
        formula=formula_score(floats("loss_24h_sol"), floats("loss_trades_24h")),
        volume=np.nan_to_num(floats("buy_sol_7d")),
    )


def matrix(rows: pl.DataFrame, names: Sequence[str]) -> Floats:
    """Float64 values of the columns in this order, NaN where missing. Raises ModelError for absent or text columns."""
    absent = [name for name in names if name not in rows.columns]
    odd = [name for name in names if name not in absent and not _is_number(rows.schema[name])]
    if absent or odd:
        raise ModelError(
            f"The model's inputs do not fit the features: absent {absent}, not numeric {odd}. Train again on the "
            "current feature set, or score with the code that the model was trained with."
        )
    if not names:
        return np.empty((len(rows), 0))
    columns = [pl.col(name).cast(pl.Float64).fill_null(float("nan")) for name in names]
    return np.ascontiguousarray(rows.select(columns).to_numpy(), dtype=np.float64)


def _is_number(kind: Any) -> bool:

    return bool(kind.is_numeric() or kind == pl.Boolean)


@dataclass(frozen=True)
class Split:
    """As-of days of training, calibration and test, in this order; no label window reaches into the next slice."""

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
        """Whether training has fewer days than a month of market weather."""
        return len(self.train) < FULL_TRAINING_DAYS

    def rows(self, frame: TrainingFrame, days: tuple[date, ...]) -> Flags:
        """Which rows of the frame lie on these days."""
        return np.isin(frame.as_of, np.array(days, dtype="datetime64[D]"))

    def ranges(self) -> dict[str, str]:
        """First and last day of each slice, and how many days it has."""
        slices = {"train": self.train, "calibrate": self.calibrate, "test": self.test}
        return {name: f"{days[0]}..{days[-1]} ({len(days)} days)" for name, days in slices.items()}


def split(days: Sequence[date], horizon_days: int) -> Split:
    """The latest days are the test, those a horizon before them calibrate, all earlier ones (at most 90) train.

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
    return Split(train, calibrate, test, horizon_days)


def refuse_too_few(frame: TrainingFrame, parts: Split, column: str) -> None:
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
