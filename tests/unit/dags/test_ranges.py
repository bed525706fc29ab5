"""How the backfill chooses."""

from datetime import date, timedelta
from typing import Any

import pytest

from jobs.pipeline import BY_NAME
from tests.building.tasks import DAY, running


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
