"""Airflow itself, started the way the project starts it, in one temporary home for all of these tests."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from contextlib import closing
from datetime import date
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil
import pytest

from jobs import airflow
from jobs.airflow import TaskState
from jobs.airflow.commands import sole_user
from jobs.airflow.environment import OPERATOR, SECRETS_FILE, passwords_file
from jobs.airflow.runs import Runs
from pumploss.errors import PumpLossError, StoreError
from pumploss.settings import ROOT, Settings, as_environment, from_environment

DAY = date(2026, 1, 31)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a home whose landing has the day before, with Airflow's database in place."""
    settings = from_environment({"PUMPLOSS_HOME": str(tmp_path_factory.mktemp("airflow"))})
    folder = Path(settings.landing) / "canonical" / "2026-01-30"
    folder.mkdir(parents=True)
    (folder / "trades.csv").write_text("")
    airflow.migrate(settings)
    return settings


@pytest.mark.slow
def test_a_night_without_its_dump_ends_red_and_names_source_and_day(places: Settings) -> None:
    told: list[TaskState] = []
    with pytest.raises(PumpLossError) as caught:
        airflow.test_daily(places, DAY, told.append, wait_minutes=0.02)
    assert "failed in wait_for_dump: Waited 0.02 minutes" in str(caught.value)
    assert "canonical/2026-01-31" in str(caught.value)
    log = Path(str(caught.value).rpartition("The whole log: ")[2])
    assert "LandingError" in log.read_text()
    assert [(task.task_id, task.state) for task in told if task.state != "upstream_failed"] == [
        ("wait_for_dump", "failed")
    ]
    (run,) = Runs(places, "pumploss_daily").all()
    assert run.state == "failed"
    assert {task.state for task in Runs(places, "pumploss_daily").tasks(run)} == {"failed", "upstream_failed"}


def test_a_night_that_was_cut_off_is_not_left_to_a_scheduler(places: Settings) -> None:
    def cut(_: TaskState) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        airflow.test_daily(places, DAY, cut)
    (run,) = Runs(places, "pumploss_daily").all()  # the same night again takes the place of the first
    assert run.state == "failed"
    with sole_user(places):
        pass  # nobody holds the home any more


def test_only_one_at_a_time_runs_tasks(places: Settings) -> None:
    with sole_user(places):
        with pytest.raises(StoreError, match="running already"):
            airflow.test_daily(places, DAY)
        with pytest.raises(StoreError, match="running already"):
            airflow.standalone(places, lambda _: None)


def test_the_home_is_private_and_made_once(places: Settings) -> None:
    home = places.airflow_home
    kept, login = home / SECRETS_FILE, passwords_file(places)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE(kept.stat().st_mode) == stat.S_IMODE(login.stat().st_mode) == 0o600
    assert len(json.loads(login.read_text())[OPERATOR]) >= 32
    before = kept.read_text() + login.read_text(), (home / "logs" / "commands" / "migrate.log").stat().st_mtime_ns
    airflow.migrate(places)
    assert (
        kept.read_text() + login.read_text(),
        (home / "logs" / "commands" / "migrate.log").stat().st_mtime_ns,
    ) == before
    assert "fernet_key" in before[0]
    assert sorted(path.name for path in home.glob(f"{SECRETS_FILE}*")) == [SECRETS_FILE]


def test_children_see_the_settings_and_nothing_else_of_ours(places: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SPARK_REMOTE", "PUMPLOSS_WARM_DSN", "PYTHONDONTWRITEBYTECODE", "AIRFLOW_HOME"):
        monkeypatch.setenv(name, "elsewhere")
    found = airflow.environment(places)
    assert not {"SPARK_REMOTE", "PUMPLOSS_WARM_DSN", "PYTHONDONTWRITEBYTECODE"} & found.keys()
    assert found.items() >= as_environment(places).items()
    assert found["AIRFLOW_HOME"] == str(places.airflow_home)
    assert found["AIRFLOW__CORE__DAGS_FOLDER"] == str(ROOT / "dags")
    assert found["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)


def test_airflows_own_variables_win(places: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert airflow.environment(places)["AIRFLOW__API__HOST"] == "127.0.0.1"
    monkeypatch.setenv("AIRFLOW__API__HOST", "0.0.0.0")
    monkeypatch.setenv("AIRFLOW__API__PORT", "9090")
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql://db/airflow")
    found = airflow.environment(places)
    assert found["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == "postgresql://db/airflow"
    assert found["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:9090/execution/"


def runs(process: psutil.Process) -> bool:
    """Whether a process does anything; one that has ended stays in the list until whoever inherited it has looked."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def listening(process: psutil.Process) -> set[tuple[str, int]]:
    """Addresses at which a process listens; none where it has ended meanwhile, as parsers of DAG files do."""
    try:
        found = process.net_connections("inet")
    except psutil.NoSuchProcess:
        return set()
    return {(at.laddr.ip, at.laddr.port) for at in found if at.status == psutil.CONN_LISTEN}


def asked(port: int, path: str, name: str = "127.0.0.1", body: dict[str, str] | None = None, token: str = "") -> Any:
    """Status and text of what the interface answers to somebody who calls it by this name."""
    headers = {"Host": f"{name}:{port}", "Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET" if body is None else "POST", path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def walls(places: Settings, port: int) -> dict[str, Any]:
    """What the running interface tells those who know the password and those who do not."""
    mine = {"username": OPERATOR, "password": json.loads(passwords_file(places).read_text())[OPERATOR]}
    status, answer = asked(port, "/auth/token", body=mine)
    assert status == HTTPStatus.CREATED, answer
    token = json.loads(answer)["access_token"]
    return {
        "token without a password": asked(port, "/auth/token")[0],
        "login without a password": asked(port, "/auth/token/login")[0],
        "token for a wrong password": asked(port, "/auth/token", body={**mine, "password": "guessed"})[0],
        "token for none": asked(port, "/auth/token/cli", body={**mine, "password": ""})[0],
        "dags without a token": asked(port, "/api/v2/dags")[0],
        "dags": asked(port, "/api/v2/dags", token=token)[0],
        "dags by localhost": asked(port, "/api/v2/dags", "localhost", token=token)[0],
        "dags by another name": asked(port, "/api/v2/dags", "pages.example.com", token=token)[0],
        "token by another name": asked(port, "/auth/token", "pages.example.com", mine)[0],
        "page by another name": asked(port, "/", "127.0.0.1.example.com")[0],
    }


@pytest.mark.slow
def test_airflow_starts_on_this_machine_only_and_leaves_nothing_behind(places: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    child = subprocess.Popen(
        [sys.executable, "-m", "jobs.airflow"],
        cwd=ROOT,
        env={**os.environ, **as_environment(places), "AIRFLOW__API__PORT": str(port), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    # Ends a start that never becomes ready, so that the loop below ends as well.
    guard = threading.Timer(120, child.terminate)
    guard.start()
    lines, started, reached, told = [], [], set(), {}
    assert child.stdout is not None
    try:
        for line in child.stdout:
            lines.append(line)
            if "Airflow is ready at" in line:
                started = psutil.Process(child.pid).children(recursive=True)
                reached = {place for one in started for place in listening(one)}
                told = walls(places, port)
                child.send_signal(signal.SIGTERM)
        assert child.wait() == 0, "".join(lines)
        assert ("127.0.0.1", port) in reached
        assert {host for host, _ in reached} == {"127.0.0.1"}
    finally:
        guard.cancel()
        child.terminate()
        child.wait()
        child.stdout.close()
    assert len(started) > 4
    assert told == {
        "token without a password": HTTPStatus.FORBIDDEN,
        "login without a password": HTTPStatus.FORBIDDEN,
        "token for a wrong password": HTTPStatus.UNAUTHORIZED,
        "token for none": HTTPStatus.BAD_REQUEST,
        "dags without a token": HTTPStatus.UNAUTHORIZED,
        "dags": HTTPStatus.OK,
        "dags by localhost": HTTPStatus.OK,
        "dags by another name": HTTPStatus.BAD_REQUEST,
        "token by another name": HTTPStatus.BAD_REQUEST,
        "page by another name": HTTPStatus.BAD_REQUEST,
    }
    said = "".join(lines) + "".join(path.read_text() for path in (places.airflow_home / "logs").rglob("*.log"))
    assert str(passwords_file(places)) in said
    assert json.loads(passwords_file(places).read_text())[OPERATOR] not in said
    assert [one for one in started if runs(one)] == []
    with sole_user(places):
        pass
