"""A night that was killed before its scores, and those after it: the day is named, and made up for if it can be."""

import json
import shutil
import signal
from contextlib import contextmanager

import pytest

from jobs import commands
from jobs.running.context import open_context
from jobs.running.nightly import _fill_scores
from jobs.running.runner import run_pass, run_step
from pumploss.days import shift, span
from pumploss.report import RunReport
from tests.building import lakes, nights, planted_models
from tests.building.commands import run_code
from tests.building.planted_lake import FIRST, LAST, build, scored

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning")]

BEFORE, HOLE, AFTER = span(shift(LAST, -3), shift(LAST, -1))

KILLED = """
import os, signal, sys
from datetime import date
from jobs.running.context import open_context
from jobs.running.runner import run_step
from pumploss.lake import delta
from pumploss.settings import from_environment

delta.Lake.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
with open_context(from_environment()) as context:
    run_step(context, "gold_scores", [date.fromisoformat(sys.argv[1])])
"""


class Listener:
    """Looks on and keeps what it is told."""

    def __init__(self):
        self.lines = []

    @contextmanager
    def phase(self, *_):
        yield

    def done(self, text=None):
        self.lines.append(text)

    at = say = done


@pytest.fixture
def context(spark, tmp_path, tmp_path_factory):
    """A lake with a scored day, one whose night was killed, and one scored by a later model."""
    home = planted_models.trained(tmp_path_factory, tmp_path / "home")
    with lakes.opened(home) as opened:
        bronze = {
            "run_id": "r", "step": "bronze_trades", "status": "ok", "seconds": 1.0, "peak_memory_bytes": 1,
            "inputs": "[]", "outputs": "{}", "code_version": "0", "landing": str(home / "landing"),
        }  # fmt: skip
        opened.ledger.append([{**bronze, "day": day} for day in span(FIRST, LAST)])
        run_step(opened, "gold_scores", [BEFORE])
        killed = run_code(home, KILLED, str(HOLE))
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        build(opened.settings.lake, seed=2)
        assert run_pass(opened, RunReport("train_risk_model"), (LAST,)).details["is_champion"]
        run_step(opened, "gold_scores", [AFTER])
        yield opened


def versions(context, day):
    return {(row["loss_model_version"], row["risk_model_version"]) for row in scored(context, day)}


def test_a_hole_is_named_and_made_up_for_with_the_models_of_the_day_before(context, capsys):
    for day in span(FIRST, LAST):
        (context.settings.home / "landing" / "canonical" / str(day)).mkdir(parents=True)
    with nights.environment_of(context.settings.home):
        assert commands.main(["status"]) == 1
    said = capsys.readouterr().out
    assert f"gold_scores lacks {HOLE}: it was never run for the day. `pumploss nightly` makes up for it" in said
    assert str(shift(BEFORE, -1)) not in said.partition("gold_scores lacks")[2]
    assert (versions(context, BEFORE), versions(context, HOLE), versions(context, AFTER)) == (
        {("1", "1")}, set(), {("1", "2")}
    )  # fmt: skip
    told = Listener()
    _fill_scores(context, span(FIRST, shift(LAST, -1)), told)
    assert versions(context, HOLE) == {("1", "1")}
    assert told.lines[0] == f"gold_scores {HOLE}"
    with open_context(context.settings) as again:
        told = Listener()
        _fill_scores(again, span(FIRST, shift(LAST, -1)), told)
        assert told.lines == []
    # The models of the day before are gone: it is said, the night goes on, and status has the reason.
    row = context.ledger.latest()["gold_scores", HOLE]
    kept = {name: value for name, value in row.items() if name not in ("written_at", "run_day")}
    shutil.rmtree(context.settings.home / "lake" / "gold_scores")
    shutil.rmtree(context.settings.home / "lake" / "run_ledger")
    context.ledger.append(
        {**kept, "step": step, "day": day, "outputs": json.dumps({step: {"models": ["7", "7"]}})}
        for step, days in (("bronze_trades", span(FIRST, LAST)), ("gold_scores", (BEFORE, AFTER)))
        for day in days
    )
    told = Listener()
    with open_context(context.settings) as again:
        _fill_scores(again, (HOLE,), told)
    assert told.lines[-1].startswith(f"gold_scores of {HOLE} cannot be made up for: ")
    with nights.environment_of(context.settings.home):
        assert commands.main(["status", "--json"]) == 1
    step = json.loads(capsys.readouterr().out)["steps"]["gold_scores"]
    assert step["missing_days"][str(HOLE)].startswith("it failed: ")
