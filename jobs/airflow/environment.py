"""The environment of every process of Airflow, and the secrets that it needs."""

import base64
import json
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from pumploss.redaction import redacted
from pumploss.settings import ROOT, Settings, as_environment

#: Holds nothing but secrets, so that they are in no environment; what else is set is in `environment`.
SECRETS_FILE = "airflow.cfg"

#: Who the operator logs in as, and the file with the password: Airflow reads it, and writes those of other users there.
OPERATOR = "admin"
PASSWORDS_FILE = "passwords.json"

#: Airflow's variable of its metadata database.
DATABASE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"

_NOT_INHERITED = (
    "PYTHONDONTWRITEBYTECODE",  # each task imports the same libraries again
    "SPARK_REMOTE",
    "MLFLOW_TRACKING_URI",
)


def environment(settings: Settings) -> dict[str, str]:
    """Names all variables of a process of Airflow, for `subprocess`.

    Variables named `AIRFLOW__...` that are set already win, so a metadata database, an address or a port is given the
    way Airflow documents it; only its home and the folder of DAGs are always ours.
    """
    given = {name: value for name, value in os.environ.items() if _is_inherited(name)}
    address = host(given), port(given)
    defaults = {**_defaults(settings, *address), **_asynchronous(given), **_observed(settings)}
    return {**defaults, **given, **_ours(settings, given)}


def news(variables: Mapping[str, str]) -> dict[str, str]:
    """Leaves out what this process has as it is: whoever started it knows. So does what holds one of its secrets."""
    return {
        name: value for name, value in variables.items() if os.environ.get(name) != value and redacted(value) == value
    }


def host(variables: dict[str, str]) -> str:
    """Answers where the interface listens."""
    return variables.get("AIRFLOW__API__HOST", "127.0.0.1")


def port(variables: dict[str, str]) -> str:
    """Answers the interface's port."""
    return variables.get("AIRFLOW__API__PORT", "8080")


def url(variables: dict[str, str]) -> str:
    """Answers where a browser on this machine finds the interface."""
    name = host(variables)
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(name, name)  # noqa: S104 - not bound here
    return f"http://{shown}:{port(variables)}"


def passwords_file(settings: Settings) -> Path:
    """Names the file with the password of `OPERATOR`."""
    return settings.airflow_home / PASSWORDS_FILE


def keep_secrets(settings: Settings) -> None:
    """Makes Airflow's home, private to its owner, and new secrets where it has none."""
    home = settings.airflow_home
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    fernet = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    _keep(
        home / SECRETS_FILE,
        f"[core]\nfernet_key = {fernet}\n\n"
        f"[api]\nsecret_key = {secrets.token_urlsafe(64)}\n\n"
        f"[api_auth]\njwt_secret = {secrets.token_urlsafe(64)}\n",
    )
    # Airflow draws a missing password by itself, but prints it, and leaves its file open to others.
    _keep(passwords_file(settings), json.dumps({OPERATOR: secrets.token_urlsafe(24)}) + "\n")


def _keep(path: Path, text: str) -> None:
    # Linked whole: whoever is second finds a whole file and leaves it alone.
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as handle:
            handle.write(text)
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _is_inherited(name: str) -> bool:
    # The settings speak for the whole of these: a variable that they leave out is unset.
    return name not in _NOT_INHERITED and not name.startswith("PUMPLOSS_")


def _defaults(settings: Settings, name: str, number: str) -> dict[str, str]:
    where = url({"AIRFLOW__API__HOST": name, "AIRFLOW__API__PORT": number})
    return {
        DATABASE: f"sqlite:///{settings.airflow_home / 'airflow.db'}",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "2",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "True",
        # The name of this machine without asking a name server, which may be away or slow.
        "AIRFLOW__CORE__HOSTNAME_CALLABLE": "socket.gethostname",
        # Other users of this machine reach the interface as well.
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{OPERATOR}:admin",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{where}/execution/",
        "AIRFLOW__API__HOST": name,
        "AIRFLOW__API__PORT": number,
        "AIRFLOW__API__BASE_URL": where,
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        # What steps print is for people.
        "AIRFLOW__LOGGING__NAMESPACE_LEVELS": "task=INFO",
        "DO_NOT_TRACK": "1",
    }


def _asynchronous(given: Mapping[str, str]) -> dict[str, str]:
    """Answers the address of the same PostgreSQL for the half of Airflow that waits.

    From `postgresql://`, which means psycopg, and `postgresql+psycopg://` Airflow would derive one for asyncpg, another
    driver, which is not installed.
    """
    scheme, _, rest = given.get(DATABASE, "").partition("://")
    is_ours = scheme in ("postgresql", "postgresql+psycopg")
    return {f"{DATABASE}_ASYNC": f"postgresql+psycopg_async://{rest}"} if is_ours else {}


def _observed(settings: Settings) -> dict[str, str]:
    """Has Airflow send its own metrics and traces where those of steps go."""
    if settings.otlp_endpoint is None:
        return {}
    return {"AIRFLOW__METRICS__OTEL_ON": "True", "AIRFLOW__TRACES__OTEL_ON": "True"}


def _ours(settings: Settings, given: dict[str, str]) -> dict[str, str]:
    folders = [str(ROOT), str(ROOT / "dags"), *filter(None, given.get("PYTHONPATH", "").split(os.pathsep))]
    programs = [str(Path(sys.executable).parent), given.get("PATH", os.defpath)]
    return {
        "AIRFLOW_HOME": str(settings.airflow_home),
        "AIRFLOW_CONFIG": str(settings.airflow_home / SECRETS_FILE),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "jobs" / "airflow" / "plugins"),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords_file(settings)),
        # The project need not be installed, and the triggerer imports triggers without loading any DAG.
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(folders)),
        "PATH": os.pathsep.join(programs),
        **as_environment(settings),
    }
