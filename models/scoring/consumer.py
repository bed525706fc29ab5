"""Answers a frame of features from a registered version's own files: what whoever loads it from the registry runs."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .answers import both, risks
from .arrays import Floats
from .errors import ScoringError
from .numbers import numbers
from .served import Served, from_files

#: Where the loss model lies that goes with a risk model, and which version it is.
LOSS_FOLDER, LOSS_VERSION = "loss", "loss_version.json"
#: So many rows are named of those that cannot be answered.
_SHOWN = 5


class Consumer:
    """Answers with the files of a folder: those of a loss model, or of a risk model and its loss model."""

    def __init__(self, folder: Path) -> None:
        own = _read(folder, "", "")
        self._risk: Served | None = None if own.score_map is None else own
        self._loss: Served | None = own if own.score_map is None else None
        if self._loss is None and (folder / LOSS_VERSION).exists():
            said = json.loads((folder / LOSS_VERSION).read_text(encoding="utf-8"))
            self._loss = _read(folder / LOSS_FOLDER, said["name"], said["version"])

    def answers(self, frame: Any) -> dict[str, Any]:
        """Answer each row of a pandas frame: arrays by name, as `gold_scores` publishes them.

        Columns are taken by name, of any numeric type, values may be missing. Raises ScoringError that names every
        column that is absent, given twice or holds something else than numbers, and rows of which no input is known.
        """
        risk, loss = self._risk, self._loss
        of_loss, of_risk = (None if model is None else matrix(frame, model.names) for model in (loss, risk))
        _refuse_unknown(len(frame), of_loss, of_risk)
        if loss is None or of_loss is None:
            assert risk is not None
            assert of_risk is not None
            return vars(risks(risk, of_risk, np.ones(len(frame))))
        losses = loss.predictor.losses(of_loss)
        if risk is None or of_risk is None:
            return vars(losses)
        losses, severe = both(losses, loss, risk, of_risk)
        return {**vars(losses), **vars(severe), "loss_model_version": [loss.version] * len(frame)}


def _read(folder: Path, name: str, version: str) -> Served:
    content = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.is_file()}
    return from_files(name, version, content, {})


def matrix(frame: Any, names: Sequence[str]) -> Floats:
    """Take the columns of a pandas frame as float64 in this order, NaN where missing.

    Raises ScoringError for columns that are absent, there more than once, no numbers, or infinite in a row: no feature
    is, so a ratio went wrong.
    """
    if absent := [name for name in names if name not in frame.columns]:
        raise ScoringError(f"The frame lacks what the model asks for: {', '.join(absent)}.")
    count = Counter(frame.columns)
    if repeated := [name for name in names if count[name] > 1]:
        raise ScoringError(f"The frame has columns of one name more than once: {', '.join(repeated)}.")
    taken = {name: numbers(frame[name]) for name in names}
    if odd := [name for name, column in taken.items() if column is None]:
        raise ScoringError(f"The model asks for numbers: {', '.join(odd)} of the frame are none.")
    places = {name: np.flatnonzero(np.isinf(column)) for name, column in taken.items() if column is not None}
    if infinite := [f"{name} in row {rows[0]}" for name, rows in places.items() if len(rows)]:
        raise ScoringError(
            f"The model asks for finite numbers: infinite is {', '.join(infinite)} (first of each, counted from 0). "
            "Where a ratio has no value, leave it missing."
        )
    x = np.empty((len(frame), len(names)))
    for place, column in enumerate(taken.values()):
        x[:, place] = column
    return x


def _refuse_unknown(count: int, *inputs: Floats | None) -> None:
    """Raise ScoringError with the places, from 0, of rows of which no input is known: an answer would say nothing."""
    unknown = np.ones(count, dtype=bool)
    for x in inputs:
        if x is not None:
            unknown &= np.isnan(x).all(axis=1)
    places = np.flatnonzero(unknown).tolist()
    if places:
        named, more = ", ".join(map(str, places[:_SHOWN])), len(places) - _SHOWN
        raise ScoringError(
            f"Rows {named}{f' and {more} more' if more > 0 else ''} (counted from 0) have no known input: the join "
            "found nothing. Leave them out, or look at the keys and times that it joins by."
        )
