"""Answers a frame of features from a registered version's own files: what whoever loads it from the registry runs."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .answers import both, risks
from .arrays import Floats
from .errors import ScoringError
from .served import Served, from_files

#: Where the loss model lies that goes with a risk model, and which version it is.
LOSS_FOLDER, LOSS_VERSION = "loss", "loss_version.json"


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
        column that is absent or holds something else than numbers.
        """
        risk, loss = self._risk, self._loss
        if loss is None:
            assert risk is not None
            return vars(risks(risk, matrix(frame, risk.names), np.ones(len(frame))))
        losses = loss.predictor.losses(matrix(frame, loss.names))
        if risk is None:
            return vars(losses)
        losses, severe = both(losses, loss, risk, matrix(frame, risk.names))
        return {**vars(losses), **vars(severe), "loss_model_version": [loss.version] * len(frame)}


def _read(folder: Path, name: str, version: str) -> Served:
    content = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.is_file()}
    return from_files(name, version, content, {})


def matrix(frame: Any, names: Sequence[str]) -> Floats:
    """Take the columns of a pandas frame as float64 in this order, NaN where missing.

    Raises ScoringError for columns that are absent or no numbers.
    """
    if absent := [name for name in names if name not in frame.columns]:
        raise ScoringError(f"The frame lacks what the model asks for: {', '.join(absent)}.")
    x = np.empty((len(frame), len(names)))
    odd = []
    for place, name in enumerate(names):
        column = frame[name]
        try:
            if column.dtype == object and column.map(type).eq(str).any():
                raise TypeError(name)
            x[:, place] = column.to_numpy(dtype=np.float64, na_value=np.nan)
        except (TypeError, ValueError):
            odd.append(name)
    if odd:
        raise ScoringError(f"The model asks for numbers: {', '.join(odd)} of the frame are none.")
    return x
