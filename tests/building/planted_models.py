"""A home whose lake has a planted signal, and both models trained on it: made once, and copied by who needs it."""

from pathlib import Path

import pytest

from jobs.running.context import open_context
from jobs.running.runner import run_pass
from pumploss.report import RunReport
from tests.building import lakes
from tests.building.planted_lake import LAST, build
from tests.building.shared import shared

TRAININGS = ("train_loss_model", "train_risk_model")


def made(factory: pytest.TempPathFactory) -> Path:
    """Answers the home in which they were trained; the gate has promoted version 1 of each model."""

    def train(folder: Path) -> None:
        settings = lakes.settings_of(folder / "home")
        build(settings.lake)
        with open_context(settings) as context:
            for name in TRAININGS:
                assert run_pass(context, RunReport(name), (LAST,)).details["gate"]["is_promoted"] is True

    return shared(factory, "planted_models", train) / "home"


def trained(factory: pytest.TempPathFactory, to: Path) -> Path:
    """Copies that home to a folder that is not there yet; answers it."""
    return lakes.copied(made(factory), to)
