"""Airflow itself, started the way the project starts it, in one temporary home for all of these tests."""

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import psutil
import pytest

from jobs import airflow
from jobs.airflow import TaskState
from jobs.airflow.commands import sole_user
from jobs.airflow.environment import SECRETS_FILE
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
    kept = home / SECRETS_FILE
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    before = kept.read_text(), (home / "logs" / "commands" / "migrate.log").stat().st_mtime_ns
    airflow.migrate(places)
    assert (kept.read_text(), (home / "logs" / "commands" / "migrate.log").stat().st_mtime_ns) == before
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


def test_airflows_own_variables_win_but_strangers_are_no_administrators(
    places: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = airflow.environment(places)
    assert (here["AIRFLOW__API__HOST"], here["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"]) == ("127.0.0.1", "True")
    monkeypatch.setenv("AIRFLOW__API__HOST", "0.0.0.0")
    monkeypatch.setenv("AIRFLOW__API__PORT", "9090")
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql://db/airflow")
    found = airflow.environment(places)
    assert found["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == "postgresql://db/airflow"
    assert found["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:9090/execution/"
    assert found["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"] == "False"


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
    lines, started, reached = [], [], set()
    assert child.stdout is not None
    try:
        for line in child.stdout:
            lines.append(line)
            if "Airflow is ready at" in line:
                started = psutil.Process(child.pid).children(recursive=True)
                reached = {place for one in started for place in listening(one)}
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
    assert [one for one in started if runs(one)] == []
    with sole_user(places):
        pass
