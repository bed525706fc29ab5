"""Assembles the training frame: matrix, outcomes and times in one fixed order."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from pumploss.baseline import baseline_score
from pumploss.errors import ModelError
from pumploss.money import LAMPORTS_PER_SOL

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

KEY = ("trader_address", "event_timestamp")
#: What an outcome may rest on, where the labels say so.
DOUBTS = ("is_last_price_marked", "is_unmatched")
OUTCOMES = ("is_loss", "is_severe_loss", "is_exposed", "outcome_lamports")


@dataclass(frozen=True, eq=False)
class TrainingFrame:
    """Holds rows sorted by (T, trader): `x` has one float64 column per name, missing values are NaN.

    `pnl_sol` is the equity change over the label window; `formula` and `volume` are the two rankings to beat. The last
    two mark rows whose outcome rests on a last price, or on sells of what was never bought, where that is known.
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
    is_last_price_marked: Flags | None = None
    is_unmatched: Flags | None = None

    def __len__(self) -> int:
        return len(self.as_of)

    def target(self, column: str) -> Flags:
        """Return the outcome of this label column."""
        flags: Flags = getattr(self, column)
        return flags

    @cached_property
    def loss_sol(self) -> Floats:
        """Return what was lost, 0 where nothing was."""
        lost: Floats = np.maximum(0.0, -self.pnl_sol)
        return lost

    @cached_property
    def days(self) -> tuple[date, ...]:
        """List the distinct as-of days, in order."""
        return tuple(np.unique(self.as_of).astype("datetime64[D]").tolist())

    @cached_property
    def sha256(self) -> str:
        """Digest names, order and every value; the same rows give the same digest in whichever order they came."""
        digest = hashlib.sha256(json.dumps(self.names).encode())
        digest.update("\n".join(self.trader.tolist()).encode())
        for values in (self.as_of.astype(np.int64), self.is_loss, self.is_severe_loss, self.is_exposed):
            digest.update(np.ascontiguousarray(values).tobytes())
        for floats in (self.x, self.pnl_sol, self.formula, self.volume):
            digest.update(canonical(floats).tobytes())
        return digest.hexdigest()


def canonical(values: Floats) -> Floats:
    """Give NaN and zero one bit pattern each, C-ordered and little-endian: fit for hashing."""
    plain = np.ascontiguousarray(values, dtype="<f8") + 0.0
    plain[np.isnan(plain)] = np.nan
    return plain


def formula_score(loss_24h_sol: Floats, loss_trades_24h: Floats) -> Floats:
    """Compute the baseline asked for, per row; missing counts as none."""
    return baseline_score(np.nan_to_num(loss_24h_sol), np.nan_to_num(loss_trades_24h))


def assemble(rows: pl.DataFrame, names: Sequence[str]) -> TrainingFrame:
    """Make the frame of retrieved rows, which hold labels, features by name, and `event_timestamp` = T.

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
        **{name: flags(name) for name in DOUBTS if name in ordered.columns},
    )


def matrix(rows: pl.DataFrame, names: Sequence[str]) -> Floats:
    """Take the columns as float64 in this order, NaN where missing. Raises ModelError for absent or text columns."""
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
