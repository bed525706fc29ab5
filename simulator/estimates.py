"""Estimates effects from rows of many wallets, with the uncertainty that comes from there being so many wallets."""

from typing import Final, NamedTuple

import numpy as np
import polars as pl

#: Half the width of a 95 % interval in standard errors.
_INTERVAL: Final = 1.96


class Estimate(NamedTuple):
    """Holds an estimate and its standard error."""

    value: float
    error: float

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval."""
        return self.value - _INTERVAL * self.error

    @property
    def high(self) -> float:
        """Upper end of the 95 % interval."""
        return self.value + _INTERVAL * self.error


def within(rows: pl.DataFrame, outcome: str, causes: list[str], group: str = "trader") -> list[Estimate]:
    """Estimate how `outcome` moves with each of `causes` within groups, by least squares; all columns are numbers.

    What differs between groups drops out; errors are robust to any dependence of the rows of a group. NaN where there
    are too few rows to tell.
    """
    names = [outcome, *causes]
    columns = [pl.col(name).cast(pl.Float64) for name in names]
    centred = rows.select(pl.col(group), *columns).with_columns(
        pl.col(name) - pl.col(name).mean().over(group) for name in names
    )
    matrix, target = centred.select(causes).to_numpy(), centred[outcome].to_numpy()
    spread = matrix.T @ matrix
    if len(rows) <= len(causes) or np.linalg.matrix_rank(spread) < len(causes):
        return [Estimate(float("nan"), float("nan"))] * len(causes)
    effects = np.linalg.solve(spread, matrix.T @ target)
    scores = matrix * (target - matrix @ effects)[:, None]
    _, groups = np.unique(centred[group].to_numpy(), return_inverse=True)
    sums = np.stack([np.bincount(groups, column) for column in scores.T])
    inverse = np.linalg.inv(spread)
    errors = np.sqrt(np.diag(inverse @ (sums @ sums.T) @ inverse))
    return [Estimate(float(value), float(error)) for value, error in zip(effects, errors, strict=True)]


def share(flags: pl.Series) -> Estimate:
    """Estimate a share from independent rows."""
    n = len(flags)
    value = float(flags.sum()) / n if n else float("nan")
    return Estimate(value, float(np.sqrt(value * (1 - value) / n)) if n else float("nan"))
