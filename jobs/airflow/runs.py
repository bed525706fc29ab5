"""What Airflow's own database says about a run: exit codes and log lines say less, and sometimes otherwise."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from jobs.airflow.environment import DATABASE, environment
from jobs.airflow.metadata import answered
from pumploss.settings import Settings

FINISHED = ("success", "failed", "skipped", "upstream_failed", "removed")

_GIVE_UP = (
    """
    UPDATE task_instance SET state = 'failed' WHERE dag_id = :dag AND run_id = :run
    AND state IN ('running', 'queued', 'scheduled', 'deferred', 'up_for_retry')
    """,
    "UPDATE dag_run SET state = 'failed' WHERE dag_id = :dag AND run_id = :run",
)


@dataclass(frozen=True)
class TaskState:
    """How a task stands; `seconds` of its last try, 0 where it never ran."""

    task_id: str
    state: str
    seconds: float


@dataclass(frozen=True)
class Run:
    """One run of a DAG."""

    run_id: str
    state: str


class Runs:
    """The runs of one DAG in the metadata database; raises StoreError where that is away."""

    def __init__(self, settings: Settings, dag_id: str) -> None:
        self._address = environment(settings)[DATABASE]
        self._engine = create_engine(self._address, poolclass=NullPool)
        self._dag_id = dag_id

    def all(self) -> list[Run]:
        """Lists every run.

        New ones are told by their names: testing a day again deletes its earlier run, and SQLite then gives the new one
        the same number.
        """
        rows = self._rows("SELECT run_id, state FROM dag_run WHERE dag_id = :dag ORDER BY id", {})
        return [Run(row.run_id, row.state) for row in rows]

    def tasks(self, run: Run) -> list[TaskState]:
        """Lists every task of a run, in the order in which they ended; those that have not are last."""
        rows = self._rows(
            "SELECT task_id, state, duration FROM task_instance WHERE dag_id = :dag AND run_id = :run "
            "ORDER BY end_date IS NULL, end_date, task_id",
            {"run": run.run_id},
        )
        return [TaskState(row.task_id, row.state or "waiting", float(row.duration or 0.0)) for row in rows]

    def failure(self, run: Run, task_id: str) -> str | None:
        """Reads the message that a failed task left."""
        rows = self._rows(
            "SELECT value FROM xcom WHERE dag_id = :dag AND run_id = :run AND task_id = :task AND key = 'failure'",
            {"run": run.run_id, "task": task_id},
        )
        return _plain(rows[0].value) if rows else None

    def give_up(self, run: Run) -> None:
        """Calls a run failed whose process is gone, so that a scheduler does not go on with it later."""
        with answered(self._address), self._engine.begin() as connection:
            for statement in _GIVE_UP:
                connection.execute(text(statement), {"dag": self._dag_id, "run": run.run_id})

    def _rows(self, query: str, values: Mapping[str, Any]) -> list[Any]:
        with answered(self._address), self._engine.connect() as connection:
            return list(connection.execute(text(query), {"dag": self._dag_id, **values}))


def _plain(value: Any) -> str:
    """Reads the text of an XCom, which drivers hand over as JSON, encoded once or twice, or decoded."""
    while isinstance(value, str | bytes):
        try:
            value = json.loads(value)
        except ValueError:
            break
    return value if isinstance(value, str) else str(value)
