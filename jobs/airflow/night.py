"""One night by hand: the daily DAG for one dump day in one process, with no scheduler."""

import json
import subprocess
import time
from collections.abc import Callable, Sequence
from datetime import date

from jobs.airflow.commands import command, log_file, migrate, sole_user, stop, tail
from jobs.airflow.environment import environment
from jobs.airflow.runs import FINISHED, Run, Runs, TaskState
from pumploss.errors import PumpLossError
from pumploss.settings import ROOT, Settings

DAG_ID = "pumploss_daily"
_POLL_SECONDS = 0.5


def test_daily(
    settings: Settings,
    day: date,
    progress: Callable[[TaskState], None] = lambda _: None,  # noqa: PT028 - named after Airflow's command, no test
    wait_minutes: float = 0.0,  # noqa: PT028 - as above
    kept_open: Sequence[int] = (),  # noqa: PT028 - as above
) -> None:
    """Runs the daily DAG for a dump day; `progress` is told of each task as it ends.

    A day that has not landed is waited for only as long as told. Errors are final: somebody is watching, so nothing is
    tried again. Open files of `kept_open` are the process's as well: with them it holds the lake should we be killed.
    Raises PumpLossError with the failed task's message and where the log is.
    """
    migrate(settings)
    log = log_file(settings, f"night-{day}")
    runs = Runs(settings, DAG_ID)
    options = {"day": day.isoformat(), "wait_minutes": wait_minutes, "retry": False, "retrain": False}
    words = command("dags", "test", DAG_ID, day.isoformat(), "--conf", json.dumps(options))
    with sole_user(settings) as lock, log.open("wb") as output:
        before = {run.run_id for run in runs.all()}
        child = subprocess.Popen(
            words,
            cwd=ROOT,
            env=environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            pass_fds=(
                lock.descriptor,
                *kept_open,
            ),  # the home stays taken for as long as the night lives, whatever happens to us
        )
        try:
            _follow(child, runs, before, progress)
        finally:
            if child.poll() is None:
                stop(child)
            run = _made_since(runs, before)
            if run is not None and run.state not in FINISHED:
                runs.give_up(run)
    if run is None or run.state != "success":
        reason = _reason(runs, run, child.returncode)
        raise PumpLossError(f"The night of {day} failed{reason or f':{chr(10)}{tail(log)}'}\nThe whole log: {log}")


def _follow(
    child: "subprocess.Popen[bytes]", runs: Runs, before: set[str], progress: Callable[[TaskState], None]
) -> None:
    """Tells of each task once, until the process has ended."""
    told: set[str] = set()
    is_over = False
    while not is_over:
        is_over = child.poll() is not None
        run = _made_since(runs, before)
        for task in runs.tasks(run) if run else []:
            if task.state in FINISHED and task.task_id not in told:
                told.add(task.task_id)
                progress(task)
        if not is_over:
            time.sleep(_POLL_SECONDS)


def _made_since(runs: Runs, before: set[str]) -> Run | None:
    return next((run for run in runs.all() if run.run_id not in before), None)


def _reason(runs: Runs, run: Run | None, code: int) -> str | None:
    """Says which task failed and its own words, or that the process was killed; None where only the log knows."""
    if code < 0:
        return f": its process was ended by signal {-code} (9 is most often lack of memory)."
    for task in runs.tasks(run) if run else []:
        if task.state == "failed" and run is not None:
            message = runs.failure(run, task.task_id)
            return f" in {task.task_id}: {message}" if message else None
    return None
