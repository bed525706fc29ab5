"""Tells whether figures are still spread as they were at training: population stability (PSI) over frozen bins."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from models.dataset import Flags, Floats, TrainingFrame
from models.scoring.arrays import Matrix
from pumploss.errors import ModelError

Counts = npt.NDArray[np.int64]

#: Bins of equally many values that are neither missing nor zero; those two have bins of their own before them.
QUANTILE_BINS = 10
MISSING_BIN, ZERO_BIN, FIRST_BIN = 0, 1, 2

#: Of more rows than this every second, third, ... is taken: quantiles of so many are as good as exact.
MOST_ROWS = 60_000
#: Where nothing drifts, PSI is on average (bins - 1) x (1 / rows + 1 / rows of the reference); alarms begin at this
#: many times as much.
NOISE_TIMES = 10.0
#: A figure of which single training days lay as far off the others as this is no alarm until it passes them by half.
USUAL_TIMES = 1.5


@dataclass(frozen=True)
class Spread:
    """Holds how a figure was spread over rows: inner edges of the quantile bins, and rows per bin.

    `usual_psi` is the farthest that one of the days of the reference lay off all of them. A figure of the whole market,
    which is the same for everybody, lies far off on every day, and so never alarms.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    usual_psi: float

    def psi(self, values: Floats) -> float:
        """Compute how far these values are from the reference; 0 is equal, 0.1 is worth a look, 0.25 is another."""
        return psi(binned(values, self.edges), np.array(self.counts))

    def least_bound(self, rows: int, traders: int) -> float:
        """Compute the lowest PSI that says anything, for so many rows now and so many traders in the reference."""
        used = sum(count > 0 for count in self.counts)
        noise = max(0, used - 1) * (1 / max(rows, 1) + 1 / max(traders, 1))
        return max(NOISE_TIMES * noise, USUAL_TIMES * self.usual_psi)


@dataclass(frozen=True)
class Reference:
    """Holds how inputs were spread over the training days, and probabilities over later days.

    Probabilities of rows that the trees have learned from are surer than any later ones, so none of them are taken.
    `daily_rows` are the traders of an average training day, `traders` those of all of them; `mean_probability` is that
    of the later days.
    """

    rows: int
    traders: int
    daily_rows: float
    mean_probability: float
    inputs: Mapping[str, Spread]
    score: Spread

    @classmethod
    def of(cls, evidence: Mapping[str, Any]) -> Self:
        """Read the reference out of a version's evidence, where it stands as `asdict` has it.

        Raises ModelError where it is lacking, or is something else.
        """
        given = evidence.get("reference")
        if given is None:
            raise ModelError("the version has no reference distribution to be compared with: train it again")
        try:
            inputs = {name: _spread(one) for name, one in given["inputs"].items()}
            plain = {name: given[name] for name in ("rows", "traders", "daily_rows", "mean_probability")}
            return cls(**plain, inputs=inputs, score=_spread(given["score"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(f"the version's reference cannot be read: {error!r}. Train it again.") from error


def _spread(given: Mapping[str, Any]) -> Spread:
    return Spread(tuple(map(float, given["edges"])), tuple(map(int, given["counts"])), float(given["usual_psi"]))


def reference(frame: TrainingFrame, fit: Flags, later: Flags, probability: Floats) -> Reference:
    """Describe the rows that trees have learned from, and the probabilities of later rows that they have not seen."""
    learned = np.flatnonzero(fit)
    taken = learned[:: 1 + len(learned) // MOST_ROWS]
    return Reference(
        rows=len(learned),
        traders=len(np.unique(frame.trader_number[learned])),
        daily_rows=round(len(learned) / len(np.unique(frame.as_of[learned])), 1),
        mean_probability=round(float(probability.mean()), 9),
        inputs={name: spread(frame.x[taken, place], frame.as_of[taken]) for place, name in enumerate(frame.names)},
        score=spread(probability, frame.as_of[later]),
    )


def spread(values: Matrix, day: npt.NDArray[np.datetime64]) -> Spread:
    """Describe values of several days; the edges are frozen from here on."""
    plain = _single(values)
    known = plain[~np.isnan(plain) & (plain != 0)]
    shares = np.arange(1, QUANTILE_BINS) / QUANTILE_BINS
    edges = tuple(np.unique(_single(np.quantile(known, shares))).tolist()) if len(known) else ()
    days, number = np.unique(day, return_inverse=True)
    width = len(edges) + 1 + FIRST_BIN
    by_day = np.bincount(number * width + _bin(plain, edges), minlength=len(days) * width).reshape(len(days), width)
    counts = by_day.sum(axis=0)
    usual = max((psi(of_day, counts) for of_day in by_day), default=0.0)
    return Spread(edges, tuple(counts.tolist()), round(usual, 6))


def binned(values: Floats, edges: tuple[float, ...]) -> Counts:
    """Count the values per bin: missing, zero, then between the edges."""
    return np.bincount(_bin(_single(values), edges), minlength=len(edges) + 1 + FIRST_BIN)


def psi(now: Counts, before: Counts) -> float:
    """Compute the population stability index of two counts over the same bins; half a row is added to each bin used."""
    used = (now + before) > 0
    now, before = now[used], before[used]
    p, q = ((counts + 0.5) / (counts.sum() + 0.5 * len(counts)) for counts in (now, before))
    return float(((p - q) * np.log(p / q)).sum())


def _single(values: Matrix) -> Floats:
    """Round to single precision, in which training may hold its matrix: ties with an edge must fall the same way."""
    with np.errstate(over="ignore"):
        single: Floats = values.astype(np.float32).astype(np.float64)
    return single


def _bin(values: Floats, edges: tuple[float, ...]) -> Counts:
    number = np.searchsorted(np.array(edges), values, side="right") + FIRST_BIN
    number[values == 0] = ZERO_BIN
    number[np.isnan(values)] = MISSING_BIN
    return number
