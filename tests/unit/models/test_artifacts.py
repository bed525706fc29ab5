"""A model's files and their digests."""

import json

import numpy as np
import pytest

from models import boosting
from models.artifacts import BESIDE_BOOSTER, MODEL, read, read_twin, scoring_code, sha256
from models.scoring.served import BOOSTER
from pumploss.errors import ModelError


def test_a_model_comes_back_from_its_files_bit_by_bit(folder, risk, planted):
    path, tags = folder
    served = read(path, "risk-score", "4", tags)
    x = planted().x[:500]
    np.testing.assert_array_equal(boosting.raw(served.booster, x), boosting.raw(risk.booster, x))
    assert (served.calibrator, served.score_map, served.inputs) == (risk.calibrator, risk.score_map, risk.inputs)


def test_a_version_brings_the_twin_that_was_judged(folder, folder_of, risk, model, planted):
    x = planted().x
    path, tags = folder
    twin = read_twin(path, "risk-score", "4", tags).predictor
    np.testing.assert_array_equal(twin.log_odds(x), risk.judged.log_odds(x))
    assert not np.array_equal(twin.log_odds(x), risk.predictor.log_odds(x))
    path, tags = folder_of(model)
    said = read_twin(path, "loss-prediction", "4", tags).predictor.losses(x)
    for name, values in vars(model.judged.losses(x)).items():
        np.testing.assert_array_equal(vars(said)[name], values, err_msg=name)
    changed = path / MODEL / "judged" / BOOSTER
    changed.write_text(changed.read_text().replace("leaf_value=", "leaf_value=9", 1))
    with pytest.raises(ModelError, match=r"judged/model\.lgb is not what was registered"):
        read_twin(path, "loss-prediction", "4", tags)


@pytest.mark.parametrize(
    "name", [*(f"{MODEL}/{name}" for name in (BOOSTER, "calibrator.json", "score_map.json")), *scoring_code()]
)
def test_a_changed_file_is_refused_by_name(folder, name):
    path, tags = folder
    text = (path / name).read_text()
    (path / name).write_text(text.replace("1", "2", 1) if "1" in text else f"{text}\n")
    with pytest.raises(ModelError, match=f"{name.rpartition('/')[2]} is not what was registered"):
        read(path, "risk-score", "4", tags)


@pytest.mark.parametrize(
    "name", ["model.pkl", "python_model.pkl", "code/boom.py", f"{MODEL}/x.skops", "a.joblib", "x.pyc"]
)
def test_a_file_that_could_run_code_is_refused(folder, name):
    path, tags = folder
    (path / name).parent.mkdir(exist_ok=True)
    (path / name).write_bytes(b"cos\nsystem\n")
    with pytest.raises(ModelError, match="a pickle can run code"):
        read(path, "risk-score", "4", tags)


def test_a_version_without_digests_or_files_is_refused(folder):
    path, tags = folder
    with pytest.raises(ModelError):
        read(path, "risk-score", "4", {})
    (path / MODEL / "calibrator.json").unlink()
    with pytest.raises(ModelError, match=r"calibrator\.json cannot be read"):
        read(path, "risk-score", "4", tags)


def test_a_version_that_was_registered_as_a_booster_is_still_read(folder, risk, tmp_path):
    path, _ = folder
    own = {file.name: file.read_text() for file in (path / MODEL).iterdir() if file.is_file()}
    booster = own.pop(BOOSTER)
    old = tmp_path / "old"
    (old / BESIDE_BOOSTER).mkdir(parents=True)
    (old / BOOSTER).write_text(booster)
    for name, text in own.items():
        (old / BESIDE_BOOSTER / name).write_text(text)
    listed = json.dumps({name: sha256(text) for name, text in own.items()})
    tags = {"booster_sha256": sha256(booster), "artifacts_sha256": listed}
    assert read(old, "risk-score", "4", tags).booster_text == risk.booster.model_to_string()
    # What such a version was judged by served itself.
    assert read_twin(old, "risk-score", "4", tags).booster_text == risk.booster.model_to_string()
    (old / BOOSTER).write_text(booster.replace("leaf_value=", "leaf_value=9", 1))
    with pytest.raises(ModelError, match=r"model\.lgb is not what was registered"):
        read(old, "risk-score", "4", tags)
