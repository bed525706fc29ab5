"""Asks MLflow, and says in the project's words that it failed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pumploss.errors import ModelError
from pumploss.redaction import redacted


@contextmanager
def asking(address: str, advice: str) -> Iterator[None]:
    """Raise ModelError, with the registry's address but no password, for whatever MLflow raises meanwhile.

    `advice` says what to do about a registry that does not answer. What the disk of this machine refuses is no failure
    of the registry, and passes.
    """
    from mlflow.exceptions import MlflowException

    try:
        yield
    except MlflowException as error:
        is_unknown = error.error_code == "RESOURCE_DOES_NOT_EXIST"
        advice = "`pumploss model list` shows what it has." if is_unknown else advice
        raise ModelError(redacted(f"The registry {address} failed: {str(error).rstrip('.')}. {advice}")) from error
    except OSError as error:
        if error.errno is not None:  # a connection that breaks while files are fetched or sent has no number
            raise
        raise ModelError(redacted(f"The registry {address} failed: {str(error).rstrip('.')}. {advice}")) from error


def repair(address: str, folder: Path) -> str:
    """Say what to do about a registry that does not answer: a server's, or one in a folder of its own."""
    if str(folder) not in address:
        return "See to that server, or mend or unset MLFLOW_TRACKING_URI, then run the command again."
    return (
        f"Put {folder} back from its backup. Without one, move it away: the next training starts a new registry, and "
        "days that were scored keep their scores."
    )
