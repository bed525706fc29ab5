"""Starts MLflow as this project uses it: without chatter, without telemetry, and known to this process alone.

MLflow loads for seconds, so nothing of it is imported before it is used.
"""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

#: Read by MLflow when it is imported.
_SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "GIT_PYTHON_REFRESH": "quiet",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    # Of a server that is not there, people hear within half a minute.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}


def started(address: str) -> Any:
    """Import MLflow and tell it where to log."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.ERROR)
    import mlflow

    for logger in ("mlflow.store.db.utils", "mlflow.utils.environment", "mlflow.models.model"):
        logging.getLogger(logger).setLevel(logging.ERROR)
    _track(mlflow, address)
    return mlflow


def _track(mlflow: ModuleType, address: str) -> None:
    """Set the address, but leave the environment as it was: processes that are started later would inherit it."""
    from mlflow.environment_variables import MLFLOW_TRACKING_URI

    given = MLFLOW_TRACKING_URI.get_raw()
    mlflow.set_tracking_uri(address)
    if given is None:
        MLFLOW_TRACKING_URI.unset()
    else:
        MLFLOW_TRACKING_URI.set(given)


@contextmanager
def calm() -> Iterator[None]:
    """Let pass what MLflow says about its own type hints and its use of SQLAlchemy when it is first used."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", UserWarning)
        yield
