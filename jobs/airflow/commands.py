"""Single commands of Airflow, the preparation of its database, and who may use it at a time."""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path

from jobs.airflow.environment import DATABASE, environment, keep_secrets
from jobs.airflow.metadata import remedy, require_usable
from pumploss.embedded import locks
from pumploss.errors import StoreError
from pumploss.settings import ROOT, Settings
from pumploss.whole_files import write_whole

TAIL_LINES = 15
MIGRATE_SECONDS = 600.0
_STOP_SECONDS = 20.0


def command(*words: str) -> list[str]:
    """Names an Airflow command of this interpreter, whatever `PATH` says."""
    return [sys.executable, "-m", "pumploss.program", "airflow", *words]


def migrate(settings: Settings, started: Callable[["subprocess.Popen[bytes]"], None] = lambda _: None) -> None:
    """Makes Airflow's home, secrets and database ready for this version; nothing is done where they are already.

    `started` is told of the process that does it, for whoever may have to end it. Raises StoreError with the end of
    Airflow's output, and where its database is damaged or cannot be used.
    """
    home, variables = settings.airflow_home, environment(settings)
    require_usable(variables[DATABASE])
    keep_secrets(settings)
    stamp, wanted = home / "migrated", _fingerprint(variables[DATABASE])
    log = log_file(settings, "migrate")
    with locks.critical(home / "migrate.lock", MIGRATE_SECONDS):
        if _is_migrated(stamp, wanted, variables):
            return
        with log.open("wb") as output:
            child = subprocess.Popen(
                command("db", "migrate"),
                cwd=ROOT,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
            started(child)
            code = child.wait()
        if code:
            raise StoreError(
                f"`airflow db migrate` failed with exit code {code} in {home}:\n{tail(log)}\n"
                f"The whole output is in {log}. {remedy(variables[DATABASE])}"
            )
        write_whole(stamp, wanted)


def require_database(settings: Settings) -> None:
    """Looks at Airflow's database before anything rests on it; its home is left as it is.

    Raises StoreError with one sentence on what is wrong with it, and what to do.
    """
    require_usable(environment(settings)[DATABASE])


def _fingerprint(database: str) -> str:
    """Names this version of Airflow and this database; hashed, because the address may hold a password."""
    return f"{version('apache-airflow')} {hashlib.sha256(database.encode()).hexdigest()}"


def _is_migrated(stamp: Path, wanted: str, variables: dict[str, str]) -> bool:
    database = variables[DATABASE]
    is_gone = database.startswith("sqlite:///") and not Path(database.removeprefix("sqlite:///")).is_file()
    return not is_gone and stamp.is_file() and stamp.read_text() == wanted


@contextmanager
def sole_user(settings: Settings) -> Iterator[locks.FileLock]:
    """Keeps others from running tasks from this home: a scheduler would run the tasks of a tested run as well.

    Raises StoreError where another does.
    """
    path = settings.airflow_home / "running.lock"
    try:
        lock = locks.acquire(path, 0)
    except StoreError as error:
        if locks.misplaced(path) is not None:
            raise
        raise StoreError(
            f"Airflow is running already in {settings.airflow_home} (`make airflow` or another night). Wait until it "
            f"ends or stop it (`fuser {path}` finds its processes); while the scheduler runs, trigger the DAG there."
        ) from error
    try:
        yield lock
    finally:
        lock.release()


def log_file(settings: Settings, name: str) -> Path:
    """Names where a command's output goes; its folder is made."""
    folder = settings.airflow_home / "logs" / "commands"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.log"


def tail(log: Path) -> str:
    """Reads the last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-TAIL_LINES:])


def stop(child: subprocess.Popen[bytes]) -> None:
    """Ends a child and all of its group: asked first, forced after 20 seconds."""
    with suppress(ProcessLookupError):
        child.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        child.wait(_STOP_SECONDS)
    kill_group(child)


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """Forces what is left of a child that leads its own group."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
