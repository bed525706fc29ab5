"""Logs a model with MLflow, so that whoever loads it gets the published answers: files and code, never a pickle."""

import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from models import artifacts
from models.dataset import TrainingFrame
from models.scoring.answers import Risks
from models.scoring.coherent import Losses
from models.scoring.served import Served

if TYPE_CHECKING:
    from models.training import Trained

#: What the logged code imports.
REQUIREMENTS = ("mlflow", "lightgbm", "numpy", "pandas", "pyarrow")
_TEXTS = ("risk_band", "reasons", "loss_model_version")


def log_model(trained: "Trained", content: Mapping[str, str], loss: Served | None, frame: TrainingFrame) -> str:
    """Log the model of these files into the open run; answers its address."""
    import mlflow.pyfunc
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema
    from mlflow.types.schema import AnyType

    names = list(dict.fromkeys([*(() if loss is None else loss.names), *(given.name for given in trained.inputs)]))
    # Of a column that is said to be a double MLflow refuses whole numbers of 64 bits; the code takes any number.
    given = Schema([ColSpec(AnyType(), name) for name in names])
    said = [ColSpec(DataType.string if name in _TEXTS else DataType.double, name) for name in answered(trained, loss)]
    (package,) = {Path(name).parent.name for name in content if name.startswith(f"{artifacts.CODE}/")}
    # MLflow runs the script itself, so only what the script reads can be held against digests by it.
    digests = {name: artifacts.sha256(text) for name, text in content.items() if name != artifacts.SCRIPT}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        artifacts.write(content, folder)
        logged: Any = mlflow.pyfunc.log_model(
            name="model",
            python_model=str(folder / artifacts.SCRIPT),
            code_paths=[str(folder / artifacts.CODE / package)],
            artifacts={"model": str(folder / artifacts.MODEL)},
            model_config={"package": package, "digests": digests},
            signature=ModelSignature(given, Schema(said)),
            input_example=example(frame, names),
            pip_requirements=[f"{name}=={version(name)}" for name in REQUIREMENTS],
        )
    return str(logged.model_uri)


def answered(trained: "Trained", loss: Served | None) -> list[str]:
    """Name what the model answers, in order."""
    losses = list(Losses.__annotations__) if trained.spec.is_hurdle or loss is not None else []
    risks = list(Risks.__annotations__) if trained.spec.has_score else []
    return [*losses, *risks, *(() if loss is None else ("loss_model_version",))]


def example(frame: TrainingFrame, names: list[str]) -> pd.DataFrame:
    """Take the newest row of the frame as an example of what is given; missing where the frame lacks a column."""
    known = dict(zip(frame.names, frame.x[-1].tolist(), strict=True))
    return pd.DataFrame({name: [known.get(name, np.nan)] for name in names})
