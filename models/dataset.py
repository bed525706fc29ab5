"""Assembles the training frame: matrix, outcomes and times in one fixed order."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from models.scoring.arrays import Matrix
from pumploss.baseline import baseline_score
from pumploss.errors import ModelError
from pumploss.money import LAMPORTS_PER_SOL

if TYPE_CHECKING:
    from lightgbm import Dataset

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

#: Rows that are digested, or taken out of a frame, at once.
ROWS_AT_ONCE = 100_000

KEY = ("trader_address", "event_timestamp")
#: What an outcome may rest on, where the labels say so.
DOUBTS = ("is_last_price_marked", "is_unmatched")
OUTCOMES = ("is_loss", "is_severe_loss", "is_exposed", "outcome_lamports")


#: Where labels have the amounts of `Uncertain`, in lamports.
AMOUNTS = {
    "capital": "capital_lamports",
    "last_price_start": "equity_last_price_start_lamports",
    "last_price_end": "equity_last_price_end_lamports",
    "unmatched": "unmatched_lamports",
}


@dataclass(frozen=True, eq=False)
class Uncertain:
    """Holds, per row and in SOL, the capital at risk and what of an outcome rests on something uncertain.

    That is the exit value at both ends of the window that a last price marks, which the outcome counts, and what sells
    of what was never bought brought, which it leaves out.
    """

    capital: Floats
    last_price_start: Floats
    last_price_end: Floats
    unmatched: Floats


@dataclass(frozen=True, eq=False)
class TrainingFrame:
    """Holds rows sorted by (T, trader): `x` has one float32 column per name, missing values are NaN.

    `trader_number` points into `addresses`, the sorted wallets.
    `pnl_sol` is the equity change over the label window; `formula` and `volume` are the two rankings to beat. The last
    three say which rows rest on a last price, which had sells of what was never bought, and by how much, where that is
    known.
    """

    names: tuple[str, ...]
    x: Matrix
    as_of: npt.NDArray[np.datetime64]
    trader_number: npt.NDArray[np.int32]
    addresses: npt.NDArray[np.str_]
    is_loss: Flags
    is_severe_loss: Flags
    is_exposed: Flags
    pnl_sol: Floats
    formula: Floats
    volume: Floats
    is_last_price_marked: Flags | None = None
    is_unmatched: Flags | None = None
    uncertain: Uncertain | None = None
    #: Rows of this frame as trees learn from them, by what decides the bins; a frame that is derived has its own.
    binned: "dict[str, Dataset]" = field(default_factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        return len(self.as_of)

    def target(self, column: str) -> Flags:
        """Return the outcome of this label column."""
        flags: Flags = getattr(self, column)
        return flags

    @property
    def trader(self) -> npt.NDArray[np.str_]:
        """Return the wallet of each row: many times the size of its number, so made anew each time."""
        wallets: npt.NDArray[np.str_] = self.addresses[self.trader_number]
        return wallets

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
        digest.update("\n".join(self.addresses.tolist()).encode())
        whole = (self.trader_number, self.as_of.astype(np.int64), self.is_loss, self.is_severe_loss, self.is_exposed)
        for values in whole:
            digest.update(np.ascontiguousarray(values).tobytes())
        for floats in (self.x, self.pnl_sol, self.formula, self.volume):
            # Piece by piece, or the digest would need as much memory as all rows.
            for start in range(0, len(floats), ROWS_AT_ONCE):
                digest.update(canonical(floats[start : start + ROWS_AT_ONCE]).tobytes())
        return digest.hexdigest()


def canonical(values: Matrix) -> Floats:
    """Give NaN and zero one bit pattern each, C-ordered, little-endian and double: fit for hashing."""
    plain: Floats = np.ascontiguousarray(values, dtype="<f8") + 0.0
    plain[np.isnan(plain)] = np.nan
    return plain


def numbered(trader: npt.NDArray[np.str_]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.str_]]:
    """Number wallets by their order; answers the number of each, and the wallets."""
    addresses, number = np.unique(trader, return_inverse=True)
    return number.astype(np.int32), addresses


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
    keys = rows.select("event_timestamp", "trader_address")
    is_sorted = keys.equals(keys.sort("event_timestamp", "trader_address"))
    # Sorting what is sorted would hold all rows twice.
    ordered = rows if is_sorted else rows.sort("event_timestamp", "trader_address")
    if (repeated := keys.is_duplicated()).any():
        twice = keys.filter(repeated).sort("event_timestamp", "trader_address").row(0)
        raise ModelError(f"gold_labels: trader {twice[1]} stands twice at T = {twice[0]}: build the label day again.")

    def floats(name: str) -> Floats:
        if name not in ordered.columns:
            return np.zeros(len(ordered))
        return ordered[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()

    def flags(name: str) -> Flags:
        return ordered[name].to_numpy().astype(np.bool_)

    number, addresses = _traders(ordered["trader_address"])
    return TrainingFrame(
        names=tuple(names),
        x=_taken(ordered, names, pl.Float32),
        as_of=ordered["event_timestamp"].dt.date().to_numpy().astype("datetime64[D]"),
        trader_number=number,
        addresses=addresses,
        is_loss=flags("is_loss"),
        is_severe_loss=flags("is_severe_loss"),
        is_exposed=flags("is_exposed"),
        pnl_sol=floats("outcome_lamports") / LAMPORTS_PER_SOL,
        formula=formula_score(floats("loss_24h_sol"), floats("loss_trades_24h")),
        volume=np.nan_to_num(floats("buy_sol_7d")),
        **{name: flags(name) for name in DOUBTS if name in ordered.columns},
        uncertain=_uncertain(ordered),
    )


def _uncertain(rows: pl.DataFrame) -> Uncertain | None:
    """Take the uncertain amounts, none where a label does not say it; None of rows without such columns."""
    if not set(AMOUNTS.values()) <= set(rows.columns):
        return None
    lamports = {name: rows[column].cast(pl.Float64).fill_null(0.0).to_numpy() for name, column in AMOUNTS.items()}
    return Uncertain(**{name: amounts / LAMPORTS_PER_SOL for name, amounts in lamports.items()})


def _traders(wallets: pl.Series) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.str_]]:
    """Number wallets as `numbered` does, without an array of all texts."""
    addresses = wallets.unique().sort()
    number = wallets.replace_strict(addresses, pl.int_range(len(addresses), dtype=pl.Int32, eager=True))
    return number.to_numpy(), addresses.to_numpy().astype(np.str_)


def matrix(rows: pl.DataFrame, names: Sequence[str]) -> Floats:
    """Take the columns as float64 in this order, NaN where missing. Raises ModelError for absent or text columns."""
    taken: Floats = _taken(rows, names, pl.Float64)
    return taken


def _taken(rows: pl.DataFrame, names: Sequence[str], precision: type[pl.DataType]) -> npt.NDArray[Any]:
    kinds = rows.schema  # made anew each time that it is asked for
    absent = [name for name in names if name not in kinds]
    odd = [name for name in names if name in kinds and not _is_number(kinds[name])]
    if absent or odd:
        raise ModelError(
            f"The model's inputs do not fit the features: absent {absent}, not numeric {odd}. Train again on the "
            "current feature set, or score with the code that the model was trained with."
        )
    if not names:
        return np.empty((len(rows), 0))
    columns = [pl.col(name).cast(precision).fill_null(float("nan")) for name in names]
    taken = np.empty((len(rows), len(names)), dtype=np.float32 if precision == pl.Float32 else np.float64)
    # Piece by piece, or columns without missing values and their rows would lie in memory beside the matrix.
    for number, piece in enumerate(rows.iter_slices(ROWS_AT_ONCE)):
        taken[number * ROWS_AT_ONCE :][: len(piece)] = piece.select(columns).to_numpy()
    return taken


def _is_number(kind: Any) -> bool:
    return bool(kind.is_numeric() or kind == pl.Boolean)
