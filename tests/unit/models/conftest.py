"""Planted frames, and models trained on them once."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.artifacts import digests, files, write
from models.dataset import TrainingFrame
from models.loss_model import SPEC as LOSS
from models.risk_model import SPEC as RISK
from models.time_split import split_by_time
from models.training import Input, Trained, train
from tests.building.planted_frame import INPUTS, frame_of


@pytest.fixture(scope="session")
def planted() -> Callable[..., TrainingFrame]:
    """`planted(days=, traders=, seed=, signal=, missing=)`: a frame whose losses follow `loss_ratio`."""
    return frame_of


@pytest.fixture(scope="session")
def inputs() -> tuple[Input, ...]:
    return INPUTS


@pytest.fixture(scope="session")
def trained() -> Callable[..., Trained]:
    """`trained(spec, frame)`: a model fitted, calibrated and judged on a planted frame."""

    def fitted(spec: object, frame: TrainingFrame) -> Trained:
        return train(spec, frame, split_by_time(frame.days, 7), INPUTS)

    return fitted


@pytest.fixture(scope="session")
def model(planted, trained):
    """The loss model, trained on a planted frame."""
    return trained(LOSS, planted())


@pytest.fixture(scope="session")
def risk(planted, trained):
    """The risk model, trained on a planted frame."""
    return trained(RISK, planted())


@pytest.fixture(scope="session")
def content_of() -> Callable[[Trained], dict[str, str]]:
    """`content_of(trained)`: the model's files, made once: to draw the charts of its report takes longest."""
    made: dict[int, tuple[Trained, dict[str, str]]] = {}

    def content(model: Trained) -> dict[str, str]:
        if id(model) not in made:
            made[id(model)] = model, files(model, {"data_gold_labels": "version 3", "label_version": "1"})
        return made[id(model)][1]

    return content


@pytest.fixture
def folder_of(tmp_path, content_of):
    """`folder_of(trained)`: a folder with the model's files, and their digests."""

    def written(model: Trained) -> tuple[Path, dict[str, str]]:
        content = content_of(model)
        path = tmp_path / model.spec.name
        write(content, path)
        return path, digests(content)

    return written


@pytest.fixture
def folder(folder_of, risk):
    """A folder with the files of the risk model, and their digests."""
    return folder_of(risk)


@pytest.fixture(scope="session")
def drawn():
    """Outcomes, a ranking that says something of them, and probabilities."""
    rng = np.random.default_rng(3)
    outcome = rng.random(3000) < 0.3
    ranking = np.round(rng.normal(size=3000) + outcome, 1)
    return outcome, ranking, 1 / (1 + np.exp(-ranking + 1.5))
