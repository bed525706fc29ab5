"""Answers as a registered version: MLflow runs this file, logged with each, when a consumer loads one.

The scoring code lies beside it under a name that holds its digest, so that it collides neither with a consumer's own
packages nor with the code of another version. Files and code are held against the digests that were logged with them
before any of them is read: a tree that somebody has changed must not score.
"""

import hashlib
import importlib
import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel, PythonModelContext

#: Where a version keeps what it answers with, and so many odd files are named.
_FOLDERS, _SHOWN = ("artifacts", "code"), 3


class LoggedModel(PythonModel):  # type: ignore[misc]  # MLflow has no types
    """Gives what `gold_scores` publishes of rows of features."""

    def load_context(self, context: PythonModelContext) -> None:
        """Read the version's files. Raises ValueError where they are not what was registered."""
        folder = Path(context.artifacts["model"])
        _refuse_changed(folder.parents[1], (context.model_config or {}).get("digests", {}))
        writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
        try:
            consumer = importlib.import_module(f"{context.model_config['package']}.consumer")
        finally:
            sys.dont_write_bytecode = writes
        self._consumer = consumer.Consumer(folder)

    def predict(
        self, context: PythonModelContext, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """Answer each row of a frame of features."""
        del context, params
        answers = self._consumer.answers(model_input)
        texts = pd.Series(["text"]).dtype  # also of no rows, of which pandas would make numbers
        columns = {
            name: pd.Series(values, model_input.index, dtype=texts if isinstance(values, list) else None)
            for name, values in answers.items()
        }
        return pd.DataFrame(columns, index=model_input.index)


def _refuse_changed(root: Path, registered: dict[str, str]) -> None:
    """Raise ValueError where a file of a version is changed, missing, or was not registered with it.

    A link is never registered: what it leads to, a file or a folder of code, would be read unseen.
    """
    held = {
        path.relative_to(root).as_posix(): "" if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in _FOLDERS
        for path in (root / folder).rglob("*")
        if path.is_symlink() or path.is_file()
    }
    odd = sorted(name for name in held.keys() | registered.keys() if held.get(name) != registered.get(name))
    if odd:
        more = f" and {len(odd) - _SHOWN} more" if len(odd) > _SHOWN else ""
        raise ValueError(
            f"{', '.join(odd[:_SHOWN])}{more} in {root}: not what was registered (sha256 differs, missing, or added). "
            "Nothing is scored with it: fetch the version again, and tell who runs the registry."
        )


# A registry may be a folder: no bytecode is left among the files whose digests are kept.
with suppress(OSError):
    Path(cache_from_source(__file__)).unlink()
set_model(LoggedModel())
