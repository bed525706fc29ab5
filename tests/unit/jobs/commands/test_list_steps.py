"""The pipeline as a table."""

from jobs import commands
from jobs.pipeline import STEPS


def test_list_shows_every_step(capsys):
    assert commands.main(["list"]) == 0
    shown = capsys.readouterr().out
    assert all(step.name in shown for step in STEPS)
