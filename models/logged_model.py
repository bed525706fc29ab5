"""Answers as a registered version: MLflow runs this file, logged with each, when a consumer loads one.

The scoring code lies beside it under a name that holds its digest, so that it collides neither with a consumer's own
packages nor with the code of another version.
"""

import importlib
import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel, PythonModelContext


class LoggedModel(PythonModel):  # type: ignore[misc]  # MLflow has no types
    """Gives what `gold_scores` publishes of rows of features."""

    def load_context(self, context: PythonModelContext) -> None:
        """Read the version's files."""
        writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
        try:
            consumer = importlib.import_module(f"{context.model_config['package']}.consumer")
        finally:
            sys.dont_write_bytecode = writes
        self._consumer = consumer.Consumer(Path(context.artifacts["model"]))

    def predict(
        self, context: PythonModelContext, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """Answer each row of a frame of features."""
        del context, params
        return pd.DataFrame(self._consumer.answers(model_input), index=model_input.index)


# A registry may be a folder: no bytecode is left among the files whose digests are kept.
with suppress(OSError):
    Path(cache_from_source(__file__)).unlink()
set_model(LoggedModel())
