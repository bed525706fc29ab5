"""The wait for a dump."""

import asyncio
import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jobs.running.context import open_context
from pumploss.settings import Settings
from simulator import Market
from simulator.ownership import claim
from tests.building.tasks import DAY, running


def landed(root: Path, source: str, day: date) -> None:
    folder = root / source / day.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
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


def test_a_simulated_market_goes_on_instead(load: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    landing = tmp_path / "landing"
    monkeypatch.setenv("PUMPLOSS_LANDING", str(landing))
    claim(landing, Market(days=2, trades_per_day=50, first_day=DAY - timedelta(days=1)))
    task = load("landing_wait").WaitForDump(task_id="wait_for_dump")
    assert task.execute(running(wait_minutes=360)) == {"day": "2026-01-31"}
    assert [path.name for path in (landing / "canonical").iterdir()] == ["2026-01-31"]


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


def test_a_day_that_is_accepted_as_empty_is_not_waited_for(load: Any, places: Settings) -> None:
    empty = DAY + timedelta(days=9)
    landed(Path(places.landing), "canonical", DAY)
    task = load("landing_wait").WaitForDump(task_id="wait_for_dump")
    with pytest.raises(load("airflow.sdk.exceptions").AirflowFailException, match="accept it: `pumploss run"):
        task.execute(running(day=str(empty), wait_minutes=0))
    answer = {"day": str(empty)}
    assert task.execute(running(day=str(empty), wait_minutes=0, accept_completeness=True)) == answer
    noted = {"bronze_trades": {"completeness": {"canonical": {"records": 0, "accepted": ["records"]}}}}
    row = {"run_id": "r", "step": "bronze_trades", "day": empty, "status": "ok", "seconds": 0.0, "inputs": "[]"}
    row |= {"outputs": json.dumps(noted), "peak_memory_bytes": 1, "code_version": "0", "landing": places.landing}
    with open_context(places) as run:
        run.ledger.append([row])
    assert task.execute(running(day=str(empty), wait_minutes=360)) == answer


def test_the_wait_ends_with_what_is_missing(load: Any) -> None:
    task, context = load("landing_wait").WaitForDump(task_id="wait_for_dump"), running(wait_minutes=90)
    with pytest.raises(
        load("airflow.sdk.exceptions").AirflowFailException,
        match=r"Waited 90 minutes for the dump of 2026-01-31\.",
    ):
        task.arrived(context, {"missing": "No dump of canonical/2026-01-31", "is_broken": False})
    assert task.arrived(context, {"missing": None, "is_broken": False}) == {"day": "2026-01-31"}
    assert context["ti"].pushed["failure"].startswith("Waited 90 minutes")
