"""What a task of a DAG is given."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

DAY = date(2026, 1, 31)


class Sent:
    """The part of a task instance that keeps what is pushed."""

    def __init__(self) -> None:
        self.pushed: dict[str, Any] = {}

    def xcom_push(self, key: str, value: Any) -> None:
        self.pushed[key] = value


def running(**params: Any) -> dict[str, Any]:
    run = SimpleNamespace(
        logical_date=datetime(2026, 1, 31, tzinfo=UTC),
        run_after=datetime(2026, 2, 1, tzinfo=UTC),
        dag_id="pumploss_daily",
        run_id="manual",
    )
    return {"ti": Sent(), "params": params, "dag_run": run}
