"""A model's files and their digests."""

import numpy as np
import pytest

from models import boosting
from models.artifacts import BOOSTER, EXTRA, read
from pumploss.errors import ModelError


def test_a_model_comes_back_from_its_files_bit_by_bit(folder, risk, planted):
    path, tags = folder
    served = read(path, "risk-score", "4", tags)
    x = planted().x[:500]
    np.testing.assert_array_equal(boosting.raw(served.booster, x), boosting.raw(risk.booster, x))
    assert (served.calibrator, served.score_map, served.inputs) == (risk.calibrator, risk.score_map, risk.inputs)


@pytest.mark.parametrize("name", [BOOSTER, "extra_files/calibrator.json", "extra_files/score_map.json"])
def test_a_changed_file_is_refused_by_name(folder, name):
    path, tags = folder
    text = (path / name).read_text()
    (path / name).write_text(text.replace("1", "2", 1))
    with pytest.raises(ModelError, match=f"{name.rpartition('/')[2]} is not what was registered"):
        read(path, "risk-score", "4", tags)


@pytest.mark.parametrize("name", ["model.pkl", "python_model.pkl", "code/boom.py", "extra_files/x.skops", "a.joblib"])
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
    (path / EXTRA / "calibrator.json").unlink()
    with pytest.raises(ModelError, match=r"calibrator\.json cannot be read"):
        read(path, "risk-score", "4", tags)
