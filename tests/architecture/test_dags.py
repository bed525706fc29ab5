"""The DAGs keep to the project's policy: they say when things run and leave what is run to the pipeline."""

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jobs import airflow
from jobs.airflow.environment import keep_secrets
from jobs.pipeline import BY_NAME, STEPS, daily, upstream, weekly
from pumploss.settings import ROOT, Settings, from_environment

FIRST_MODELS = {"train_loss_model": "first_loss_model", "train_risk_model": "first_risk_model"}
DAG_FILES = {
    "pumploss_backfill": "backfill",
    "pumploss_daily": "daily",
    "pumploss_maintenance": "maintenance",
    "pumploss_watch": "watch",
    "pumploss_weekly_training": "weekly_training",
}

#: Run in a fresh interpreter: what Airflow imports by itself, what the DAGs add, and what they are.
LOOK = """
import json, sys
HEAVY = set(
    "pyspark pandas pysail numpy feast mlflow lightgbm great_expectations duckdb pyarrow polars deltalake sklearn "
    "numba scipy ibis psycopg redis boto3 fsspec xxhash".split()
)
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.encoders import coerce_to_core_timetable
from airflow.serialization.serialized_objects import DagSerialization
from airflow.timetables.base import DataInterval, TimeRestriction
from pendulum import datetime
from airflow.sdk import DAG, Asset, BaseOperator, CronTriggerTimetable, Param, TriggerRule
from airflow.triggers.base import BaseTrigger, TriggerEvent
before = HEAVY & sys.modules.keys()
bag = DagBag(sys.argv[1])
import landing_wait
added = (HEAVY & sys.modules.keys()) - before

def runs(dag):
    at = coerce_to_core_timetable(dag.timetable)
    info = at.next_dagrun_info(
        last_automated_data_interval=DataInterval(datetime(2026, 1, 30, 12), datetime(2026, 1, 31, 12)),
        restriction=TimeRestriction(datetime(2026, 1, 1), None, True),
    )
    return info and [info.logical_date.isoformat(), info.run_after.isoformat()]

def facts(dag):
    DagSerialization.deserialize_dag(DagSerialization.serialize_dag(dag))
    return {
        "tags": sorted(dag.tags), "catchup": dag.catchup, "max_active_runs": dag.max_active_runs, "doc": dag.doc_md,
        "description": dag.description, "next": runs(dag), "params": {k: p.value if p.has_value else None
        for k, p in ((k, dag.params.get_param(k)) for k in dag.params)},
        "tasks": {t.task_id: {
            "upstream": sorted(t.upstream_task_ids), "owner": t.owner, "retries": t.retries,
            "doc": t.doc_md, "trigger_rule": t.trigger_rule.value,
            "timeout": t.execution_timeout and t.execution_timeout.total_seconds(),
            "step": getattr(t, "step", None), "options": getattr(t, "step_options", None),
            "outlets": [o.name for o in t.outlets],
            "on_failure": [c.__name__ for c in (t.on_failure_callback or ())],
        } for t in dag.tasks},
    }

print("FACTS" + json.dumps({
    "errors": {str(k): str(v) for k, v in bag.import_errors.items()}, "added": sorted(added),
    "files": sorted(s.file for s in bag.dagbag_stats), "dags": {k: facts(d) for k, d in bag.dags.items()},
}))
"""


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings below a temporary home, with Airflow's home in it."""
    settings = from_environment({"PUMPLOSS_HOME": str(tmp_path_factory.mktemp("dags"))})
    keep_secrets(settings)
    return settings


@pytest.fixture(scope="module")
def facts(places: Settings) -> dict[str, Any]:
    """What a fresh interpreter finds in the folder of DAGs."""
    words = [sys.executable, "-c", LOOK, str(ROOT / "dags")]
    ended = subprocess.run(
        words, cwd=ROOT, env=airflow.environment(places), capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.rpartition("FACTS")[2])


def test_every_file_parses_and_holds_its_dag(facts: dict[str, Any]) -> None:
    assert facts["errors"] == {}
    assert facts["dags"].keys() == DAG_FILES.keys()
    assert [Path(file).stem for file in facts["files"]] == sorted(DAG_FILES.values())


def test_parsing_imports_nothing_heavy(facts: dict[str, Any]) -> None:
    assert facts["added"] == [], "import these inside the task, not in dags/ or in what dags/ imports"


@pytest.mark.parametrize("dag_id", DAG_FILES)
def test_dag_says_what_it_is(facts: dict[str, Any], dag_id: str) -> None:
    found = facts["dags"][dag_id]
    docstring = ast.get_docstring(ast.parse((ROOT / "dags" / f"{DAG_FILES[dag_id]}.py").read_text()), clean=False)
    assert found["doc"].strip() == (docstring or "").strip(), "pass doc_md=__doc__"
    lacking = [part for part in ("What", "When", "Rerun", "When red", "By hand") if f"**{part}" not in found["doc"]]
    assert lacking == [], "the module docstring is the runbook and needs these parts"
    assert found["description"]
    assert "pumploss" in found["tags"]
    assert found["catchup"] is False
    expected = 2 if dag_id == "pumploss_daily" else 1
    assert found["max_active_runs"] == expected, "a night that waits for its dump must not hold back a run by hand"


@pytest.mark.parametrize("dag_id", DAG_FILES)
def test_tasks_share_the_defaults(facts: dict[str, Any], dag_id: str) -> None:
    for name, task in facts["dags"][dag_id]["tasks"].items():
        assert (task["owner"], task["retries"]) == ("pumploss", 2), name
        assert task["timeout"], f"{name} may run for ever"
        assert task["doc"], f"{name} has no doc_md"
        assert task["on_failure"] == ["tell_failure"], f"nobody is told where {name} fails"


def test_each_step_is_scheduled_once(facts: dict[str, Any]) -> None:
    scheduled = {name: facts["dags"][name]["tasks"] for name in ("pumploss_daily", "pumploss_weekly_training")}
    first = set(FIRST_MODELS.values())
    nightly = [task["step"] for name, task in scheduled["pumploss_daily"].items() if task["step"] and name not in first]
    assert sorted(nightly) == sorted(step.name for step in daily())
    assert scheduled["pumploss_weekly_training"].keys() == {step.name for step in weekly()}
    assert scheduled["pumploss_daily"].keys() - set(nightly) == {"wait_for_dump", "retrain", *first}
    assert facts["dags"]["pumploss_backfill"]["tasks"].keys() == {"plan", *BY_NAME}
    for tasks in scheduled.values():
        others = {"wait_for_dump", "retrain", *first}
        assert all(task["step"] == name for name, task in tasks.items() if name not in others)


def test_dependencies_are_the_pipelines(facts: dict[str, Any]) -> None:
    tasks = facts["dags"]["pumploss_daily"]["tasks"]
    expected = {FIRST_MODELS.get(s.name, s.name): sorted(FIRST_MODELS.get(u, u) for u in upstream(s)) for s in STEPS}
    expected |= {"wait_for_dump": [], "bronze_trades": ["wait_for_dump"], "retrain": ["gold_monitoring"]}
    assert {name: task["upstream"] for name, task in tasks.items()} == expected
    ranges = facts["dags"]["pumploss_backfill"]["tasks"]
    expected = {step.name: sorted(upstream(step)) or ["plan"] for step in STEPS}
    assert {name: task["upstream"] for name, task in ranges.items() if name != "plan"} == expected


def test_a_risk_score_is_trained_after_the_loss_model_that_it_carries(facts: dict[str, Any]) -> None:
    assert "first_loss_model" in facts["dags"]["pumploss_daily"]["tasks"]["first_risk_model"]["upstream"]
    assert "train_loss_model" in facts["dags"]["pumploss_weekly_training"]["tasks"]["train_risk_model"]["upstream"]


def test_first_models_are_trained_only_where_none_is(facts: dict[str, Any]) -> None:
    tasks = facts["dags"]["pumploss_daily"]["tasks"]
    assert {name: (task["step"], task["options"]) for name, task in tasks.items() if task["options"]} == {
        task_id: (step, {"if_missing": True}) for step, task_id in FIRST_MODELS.items()
    }


def test_publishing_emits_assets(facts: dict[str, Any]) -> None:
    emitted = {
        name: task["outlets"] for name, task in facts["dags"]["pumploss_daily"]["tasks"].items() if task["outlets"]
    }
    assert emitted == {
        "gold_scores": ["pumploss_scores"],
        "materialize_features": ["pumploss_features"],
        "publish_warm": ["pumploss_warm"],
        "publish_hot": ["pumploss_leaderboards"],
    }


def test_backfill_is_dry_unless_told_otherwise(facts: dict[str, Any]) -> None:
    backfill = facts["dags"]["pumploss_backfill"]
    assert backfill["params"] == {
        "from": None, "to": None, "steps": ["all"], "dry_run": True, "accept_completeness": False, "retry": True,
        "lake_minutes": 180,
    }  # fmt: skip
    assert backfill["next"] is None
    steps = [task for name, task in backfill["tasks"].items() if name != "plan"]
    assert {task["trigger_rule"] for task in steps} == {"none_failed"}, "a step that is left out stops no other"


def test_upkeep_is_weekly_and_keeps_a_week(facts: dict[str, Any]) -> None:
    upkeep = facts["dags"]["pumploss_maintenance"]
    assert upkeep["params"] == {"retention_days": 7, "dry_run": False, "retry": True, "lake_minutes": 180}
    assert upkeep["tasks"].keys() == {"maintain"}
    assert upkeep["next"] == ["2026-01-31T06:00:00+00:00", "2026-02-01T06:00:00+00:00"]  # started on a Sunday


def test_people_are_told_every_hour(facts: dict[str, Any]) -> None:
    watch = facts["dags"]["pumploss_watch"]
    assert watch["next"] == ["2026-01-30T12:10:00+00:00", "2026-01-31T12:10:00+00:00"]
    assert watch["tasks"].keys() == {"look"}


def test_scheduled_runs_carry_the_day_that_closed(facts: dict[str, Any]) -> None:
    nights = {name: facts["dags"][name]["next"] for name in ("pumploss_daily", "pumploss_weekly_training")}
    assert nights == {
        "pumploss_daily": ["2026-01-31T00:30:00+00:00", "2026-02-01T00:30:00+00:00"],
        "pumploss_weekly_training": ["2026-02-01T04:00:00+00:00", "2026-02-02T04:00:00+00:00"],  # a Sunday
    }
