"""`env`: shell lines after which `airflow`, `mlflow`, `psql` and `redis-cli` work on the stores of these settings."""

import argparse
import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from jobs.airflow.environment import environment, keep_secrets, news
from jobs.commands.serve import program
from pumploss import embedded
from pumploss.settings import Settings, from_environment

#: What libpq reads from the environment, by the name of a connection's part.
_LIBPQ = {"host": "PGHOST", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER"}


def run(_: argparse.Namespace) -> int:
    """Prints what differs from the environment as it is: `eval "$(pumploss env)"` in a shell."""
    settings = from_environment()
    keep_secrets(settings)
    home = {"PUMPLOSS_HOME": str(settings.home)}
    for name, value in sorted({**news(variables(settings)), **home}.items()):
        print(f"export {name}={shlex.quote(value)}")
    if settings.hot_url is None:
        redis = embedded.redis(settings.hot_dir)
        print(f"alias redis-cli={shlex.quote(f'redis-cli -s {shlex.quote(str(redis.socket_path))}')}")
    print("# Embedded servers run while `pumploss serve` does. `python -m feature_repo` stands for `feast`.")
    return 0


def variables(settings: Settings) -> Mapping[str, str]:
    """Name the variables; passwords are in none that was not set already."""
    found = {**environment(settings), "MLFLOW_TRACKING_URI": settings.tracking_uri}
    if settings.warm_dsn is None:
        parts = conninfo_to_dict(embedded.postgres(settings.warm_dir).dsn)
        found |= {_LIBPQ[name]: str(value) for name, value in parts.items() if name in _LIBPQ}
    clients = [Path(program("psql")).parent, Path(program("redis-cli")).parent]
    folders = [str(folder) for folder in clients if folder.is_absolute()]
    return {**found, "PATH": os.pathsep.join(dict.fromkeys([*found["PATH"].split(os.pathsep), *folders]))}
