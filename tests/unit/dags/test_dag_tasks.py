"""What the tasks do: which day they take, what they try again, how the backfill chooses, and the wait for a dump."""

import asyncio
import importlib
import json
import os
import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jobs import airflow
from jobs.airflow.environment import keep_secrets
from jobs.pipeline import BY_NAME
from jobs.running.step_context import StepContext
from pumploss.errors import CheckError, LockedError, SettingsError
from pumploss.report import RunReport
from pumploss.settings import ROOT, Settings, from_environment
from pumploss.tables import gold_market_day

DAY = date(2026, 1, 31)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings below a temporary home, with Airflow's home in it."""
    settings = from_environment({"PUMPLOSS_HOME": str(tmp_path_factory.mktemp("dags"))})
    keep_secrets(settings)
    return settings


@pytest.fixture(scope="module")
def load(places: Settings) -> Iterator[Any]:
    """`load(name)`: a module of the folder, imported with Airflow's home in a temporary place."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Airflow's own deprecations
        for name, value in airflow.environment(places).items():
            if name.startswith(("AIRFLOW", "PUMPLOSS")):
                patch.setenv(name, value)
        patch.syspath_prepend(str(ROOT / "dags"))
        yield importlib.import_module


# Which day a run is about


@pytest.mark.parametrize(
    ("day", "logical", "after", "expected"),
    [
        ("2025-05-05", datetime(2026, 1, 31, 0, 30, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC), date(2025, 5, 5)),
        (None, datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 6, 6, 7, tzinfo=UTC), DAY),  # airflow dags test D
        (None, datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 1, 31, 7, tzinfo=UTC), DAY),  # the same on D itself
        (None, datetime(2026, 1, 31, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC), DAY),  # simulated days to come
        (None, datetime(2026, 2, 1, 9, 5, tzinfo=UTC), datetime(2026, 2, 1, 9, 5, tzinfo=UTC), DAY),  # triggered "now"
        (None, datetime(2026, 1, 31, 9, 5, tzinfo=UTC), datetime(2026, 2, 5, tzinfo=UTC), DAY),  # an earlier moment
        (None, None, datetime(2026, 2, 1, 9, 5, tzinfo=UTC), DAY),
    ],
)
def test_day_of_a_run(load: Any, day: str | None, logical: datetime | None, after: datetime, expected: date) -> None:
    assert load("building").dump_day(day, logical, after) == expected


# How tasks end


class Sent:
    """The part of a task instance that keeps what is pushed."""

    def __init__(self) -> None:
        self.pushed: dict[str, Any] = {}

    def xcom_push(self, key: str, value: Any) -> None:
        self.pushed[key] = value


def running(**params: Any) -> dict[str, Any]:
    run = SimpleNamespace(logical_date=datetime(2026, 1, 31, tzinfo=UTC), run_after=datetime(2026, 2, 1, tzinfo=UTC))
    return {"ti": Sent(), "params": params, "dag_run": run}


@pytest.mark.parametrize(
    ("error", "params", "is_final"),
    [
        (SettingsError("no such day"), {}, True),
        (LockedError("held by another run"), {}, False),
        (OSError("disk full"), {}, False),
        (OSError("disk full"), {"retry": False}, True),
    ],
)
def test_only_what_may_pass_is_tried_again(load: Any, error: Exception, params: dict[str, Any], is_final: bool) -> None:
    building, context = load("building"), running(**params)
    final = load("airflow.sdk.exceptions").AirflowFailException
    with pytest.raises(final if is_final else type(error), match=str(error)):
        building.give_up_or_raise(context, error)
    assert str(error) in context["ti"].pushed["failure"]


def test_a_stopped_task_shows_the_rows_that_stopped_it(load: Any, context: Any, frame: Any) -> None:
    table, task = gold_market_day.TABLE, running()
    wrong = frame(table, {"day": DAY, "buy_count": -5, "trade_count": -5})
    with pytest.raises(CheckError) as stopped:
        StepContext(context, (DAY,), RunReport(table.name)).publish(table, wrong, [DAY])
    assert context.lake.version(table) is None
    with pytest.raises(load("airflow.sdk.exceptions").AirflowFailException) as failed:
        load("building").give_up_or_raise(task, stopped.value)
    for message in (str(failed.value), task["ti"].pushed["failure"]):
        assert "nothing is counted fewer than 0 times" in message
        assert "'buy_count': -5" in message


def test_a_skipped_step_is_a_success_with_a_reason(load: Any) -> None:
    report = RunReport("gold_scores", skipped="no champion yet", warnings=["w"] * 50)
    said = report.figures("run", load("building").LINES_KEPT)
    assert (said["skipped"], said["rows_written"], said["first_day"]) == ("no champion yet", 0, None)
    assert len(json.dumps(said)) < 1000


@pytest.mark.parametrize(
    ("params", "reason"),
    [({"dry_run": True, "steps": ["all"]}, "dry run"), ({"dry_run": False, "steps": ["gold_labels"]}, "not among")],
)
def test_backfill_touches_only_what_was_asked_for(load: Any, params: dict[str, Any], reason: str) -> None:
    task = load("ranges").range_task(BY_NAME["silver_trades"])
    with pytest.raises(load("airflow.sdk.exceptions").AirflowSkipException, match=reason):
        task.execute(running(**params))


def test_backfill_trains_anew_only_what_is_named(load: Any) -> None:
    chosen = load("ranges").chosen
    assert chosen(["publish_hot", "gold_labels"]) == {"gold_labels": {}, "publish_hot": {}}
    everything = chosen(["all", "train_risk_model"])
    assert list(everything) == list(BY_NAME)
    assert {name: options for name, options in everything.items() if options} == {
        "train_loss_model": {"if_missing": True}
    }


def test_the_plan_counts_what_would_be_replaced(load: Any) -> None:
    days = (DAY, DAY + timedelta(days=1))
    lines = load("ranges").plan_lines(["gold_labels"], days, {"gold_labels": {DAY, date(2020, 1, 1)}})
    assert lines == [
        "2 dump days, 2026-01-31 to 2026-02-01",
        "gold_labels: 2 days, of which 1 are built and would be replaced in gold_labels",
    ]


# Waiting for the dump


def landed(root: Path, source: str, day: date) -> None:
    folder = root / source / day.isoformat()
    folder.mkdir(parents=True)
    (folder / "trades.csv").write_text("")


def fire(load: Any, root: Path, seconds: float, after_first_look: Any = None) -> dict[str, Any]:
    """What the trigger says, made again from what it serialises, as the triggerer does."""
    wait, serde = load("landing_wait"), load("airflow.sdk.serde")
    deadline = datetime.now(UTC) + timedelta(seconds=seconds)
    path, arguments = wait.LandingTrigger(str(root), DAY.isoformat(), deadline.isoformat(), 0.01).serialize()
    module, _, name = path.rpartition(".")
    again = getattr(load(module), name)(**serde.deserialize(json.loads(json.dumps(serde.serialize(arguments)))))
    assert again.serialize() == (path, arguments)

    async def first() -> Any:
        if after_first_look:
            asyncio.get_running_loop().call_later(0.05, after_first_look)
        return await anext(again.run())

    payload: dict[str, Any] = asyncio.run(first()).payload
    return payload


def test_trigger_fires_when_the_day_lands(load: Any, tmp_path: Path) -> None:
    landed(tmp_path, "canonical", DAY - timedelta(days=1))
    payload = fire(load, tmp_path, 60, lambda: landed(tmp_path, "canonical", DAY))
    assert payload == {"missing": None, "is_broken": False}


def test_trigger_names_source_and_day_when_time_is_up(load: Any, tmp_path: Path) -> None:
    landed(tmp_path, "canonical", DAY - timedelta(days=1))
    payload = fire(load, tmp_path, 0.05)
    assert "canonical/2026-01-31" in payload["missing"]
    assert payload["is_broken"] is False


def test_trigger_waits_for_a_landing_that_is_not_there_yet(load: Any, tmp_path: Path) -> None:
    payload = fire(load, tmp_path / "later", 60, lambda: landed(tmp_path / "later", "canonical", DAY))
    assert payload["missing"] is None


def test_trigger_does_not_wait_for_a_broken_landing_to_mend_itself(load: Any, tmp_path: Path) -> None:
    landed(tmp_path, "unheard_of", DAY)
    payload = fire(load, tmp_path, 3600)
    assert payload["is_broken"] is True
    assert "unheard_of" in payload["missing"]


def test_a_sample_need_not_land_every_source_but_a_file(load: Any, tmp_path: Path) -> None:
    look = load("landing_wait").look
    (tmp_path / "pumpswap_capture" / DAY.isoformat()).mkdir(parents=True)
    assert f"pumpswap_capture/{DAY}" in look(str(tmp_path), DAY), "a folder without a file is not a dump"
    landed(tmp_path, "curve_deltas", DAY)
    assert look(str(tmp_path), DAY) is None
    assert "2026-02-01" in look(str(tmp_path), DAY + timedelta(days=1))


def test_a_day_that_has_landed_is_not_waited_for(load: Any, places: Settings) -> None:
    landed(Path(places.landing), "canonical", DAY)
    task = load("landing_wait").WaitForDump(task_id="wait_for_dump")
    assert task.execute(running(wait_minutes=360)) == {"day": "2026-01-31"}
    assert os.environ["PUMPLOSS_LANDING"] == places.landing
    deferred = load("airflow.sdk.exceptions").TaskDeferred
    with pytest.raises(deferred) as caught:
        task.execute(running(day="2026-02-01", wait_minutes=360))
    assert type(caught.value.trigger).__name__ == "LandingTrigger"
    assert caught.value.method_name == "arrived"


def test_the_wait_ends_with_what_is_missing(load: Any) -> None:
    task, context = load("landing_wait").WaitForDump(task_id="wait_for_dump"), running(wait_minutes=90)
    with pytest.raises(
        load("airflow.sdk.exceptions").AirflowFailException,
        match=r"Waited 90 minutes for the dump of 2026-01-31\.",
    ):
        task.arrived(context, {"missing": "No dump of canonical/2026-01-31", "is_broken": False})
    assert task.arrived(context, {"missing": None, "is_broken": False}) == {"day": "2026-01-31"}
    assert context["ti"].pushed["failure"].startswith("Waited 90 minutes")
